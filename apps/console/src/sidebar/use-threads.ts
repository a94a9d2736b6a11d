/** The signed-in user's threads, asked again whenever the server hints that they changed. */
import { useCallback, useEffect, useState } from 'react'
import type { Thread } from 'toolcrib/protocol'
import { useClient, useClientStatus } from '../connection.tsx'

export function useThreads(query: string) {
  const client = useClient()
  const open = useClientStatus().state === 'open'
  const [threads, setThreads] = useState<readonly Thread[]>()
  const [problem, setProblem] = useState<string>()

  const load = useCallback(async () => {
    try {
      setThreads(await client.listThreads(query === '' ? undefined : query))
      setProblem(undefined)
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'The chats could not be read')
    }
  }, [client, query])

  useEffect(() => {
    if (!open) return
    void load()
    const subscription = client.onThreadsChanged(() => void load())
    return () => subscription[Symbol.dispose]()
  }, [client, open, load])

  return { threads, problem }
}
