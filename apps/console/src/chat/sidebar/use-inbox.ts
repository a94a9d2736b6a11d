/** What of other people waits for the one who sits here, asked again whenever the server hints that it changed. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { type ApprovalsOfOthers, approvalsOfOthers } from 'toolcrib/client'
import { useClient, useClientStatus } from '../../connection.tsx'

const nothing: ApprovalsOfOthers = { approvals: [], more: false }

/** One's own stand in their threads. */
export function useInbox(): ApprovalsOfOthers {
  const client = useClient()
  const open = useClientStatus().state === 'open'
  const [inbox, setInbox] = useState(nothing)
  const asked = useRef(0)

  /** An answer that a later question has overtaken is not shown; one that fails leaves what is there. */
  const load = useCallback(async () => {
    const mine = ++asked.current
    const found = await approvalsOfOthers(client).catch(() => undefined)
    if (found === undefined || mine !== asked.current) return
    setInbox(found)
  }, [client])

  useEffect(() => {
    if (!open) return
    void load()
    const subscription = client.onApprovalsChanged(() => void load())
    return () => subscription[Symbol.dispose]()
  }, [client, open, load])

  return inbox
}
