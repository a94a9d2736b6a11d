/** What of other people waits for the one who sits here, asked again whenever the server hints that it changed. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { InboxApproval } from 'toolcrib/protocol'
import { useClient, useClientStatus, usePrincipal } from '../connection.tsx'

export interface Inbox {
  readonly approvals: readonly InboxApproval[]
  /** There are others behind these. */
  readonly more: boolean
}

const nothing: Inbox = { approvals: [], more: false }

export function useInbox(): Inbox {
  const client = useClient()
  const { user } = usePrincipal()
  const open = useClientStatus().state === 'open'
  const [inbox, setInbox] = useState(nothing)
  const asked = useRef(0)

  /** An answer that a later question has overtaken is not shown; one that fails leaves what is there. */
  const load = useCallback(async () => {
    const mine = ++asked.current
    const found = await client.listApprovals().catch(() => undefined)
    if (found === undefined || mine !== asked.current) return
    // One's own stand in their threads.
    const approvals = found.approvals.filter(({ requester }) => requester.user !== user)
    setInbox({ approvals, more: found.more })
  }, [client, user])

  useEffect(() => {
    if (!open) return
    void load()
    const subscription = client.onApprovalsChanged(() => void load())
    return () => subscription[Symbol.dispose]()
  }, [client, open, load])

  return inbox
}
