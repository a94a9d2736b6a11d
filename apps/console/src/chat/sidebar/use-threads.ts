/** The signed-in user's threads, asked again whenever the server hints that they changed. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Thread } from 'toolcrib/protocol'
import { useClient, useClientStatus } from '../../connection.tsx'

export function useThreads(query: string) {
  const client = useClient()
  const open = useClientStatus().state === 'open'
  const [threads, setThreads] = useState<readonly Thread[]>()
  const [problem, setProblem] = useState<string>()

  const asked = useRef(0)

  /** An answer that a later question has overtaken is not shown. */
  const load = useCallback(async () => {
    const mine = ++asked.current
    try {
      const found = await client.listThreads(query === '' ? undefined : query)
      if (mine !== asked.current) return
      setThreads(found)
      setProblem(undefined)
    } catch (error) {
      if (mine === asked.current) setProblem(error instanceof Error ? error.message : 'The chats could not be read')
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
