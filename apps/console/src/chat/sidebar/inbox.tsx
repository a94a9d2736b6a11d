import { Hourglass } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import type { InboxApproval } from 'toolcrib/protocol'
import { useWaiting } from '../approval/waiting.tsx'

/** Loaded when something is opened: most people are never asked. */
const InboxDialog = lazy(async () => ({ default: (await import('../approval/inbox-dialog.tsx')).InboxDialog }))

/** Approvals of other people that wait for the one who sits here. Nothing at all when there are none. */
export function Inbox() {
  const { approvals, more } = useWaiting()
  const [shown, setShown] = useState<InboxApproval>()
  const isOver = shown !== undefined && !approvals.some(({ approvalId }) => approvalId === shown.approvalId)
  return (
    <>
      {approvals.length > 0 && (
        <section aria-label="Waiting for you" className="max-h-1/3 overflow-y-auto border-t px-3 py-2">
          <h2 className="flex items-center gap-2 px-2 pt-1 pb-1.5 text-xs font-medium text-warn">
            <Hourglass aria-hidden="true" className="size-3.5" /> Waiting for you ({approvals.length}
            {more && '+'})
          </h2>
          <ul className="flex flex-col gap-0.5">
            {approvals.map((approval) => (
              <li key={approval.approvalId}>
                <button
                  type="button"
                  onClick={() => setShown(approval)}
                  className="flex min-h-9 w-full min-w-0 flex-col rounded-lg px-2 py-1.5 text-start text-sm hover:bg-muted pointer-coarse:min-h-11"
                >
                  <span className="w-full truncate font-mono text-[0.8125rem] font-medium">{approval.tool}</span>
                  <span className="w-full truncate text-xs text-muted-foreground">
                    for <bdi>{approval.requester.name ?? approval.requester.user}</bdi>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {shown !== undefined && (
        <Suspense>
          <InboxDialog key={shown.approvalId} approval={shown} over={isOver} onClose={() => setShown(undefined)} />
        </Suspense>
      )}
    </>
  )
}
