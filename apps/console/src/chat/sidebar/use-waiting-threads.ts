/** In which of one's own threads a call waits for one's answer, asked again whenever the server hints that it changed. */
import { useEffect, useState } from 'react'
import { useClient, useClientStatus } from '../../connection.tsx'

const nothing: ReadonlySet<string> = new Set()
const maxApprovals = 200

export function useWaitingThreads(): ReadonlySet<string> {
  const client = useClient()
  const open = useClientStatus().state === 'open'
  const [waiting, setWaiting] = useState(nothing)

  useEffect(() => {
    if (!open) return
    let asked = 0
    const load = async () => {
      const mine = ++asked
      // What fails leaves what is there.
      const page = await client.listApprovals({ limit: maxApprovals }).catch(() => undefined)
      if (page === undefined || mine !== asked) return
      setWaiting(new Set(page.approvals.flatMap(({ threadId }) => threadId ?? [])))
    }
    void load()
    const subscription = client.onApprovalsChanged(() => void load())
    return () => {
      asked += 1
      subscription[Symbol.dispose]()
    }
  }, [client, open])

  return waiting
}
