import { ChevronRight, Hourglass } from 'lucide-react'
import { useApprovals } from 'toolcrib/react'
import { ApprovalForm } from '../thread/approval-form.tsx'

/** Approvals of other people that wait for the one who sits here. Nothing at all when there are none. */
export function Inbox() {
  const { approvals, more } = useApprovals()
  if (approvals.length === 0) return null
  return (
    <section aria-label="Waiting for you" className="max-h-1/2 overflow-y-auto border-t px-3 py-3">
      <h2 className="flex items-center gap-2 px-1 pb-2 text-xs font-medium text-warn">
        <Hourglass aria-hidden="true" className="size-3.5" /> Waiting for you ({approvals.length}
        {more && '+'})
      </h2>
      <ul className="flex flex-col gap-2">
        {approvals.map(({ requester, requestedAt: _requestedAt, ...question }) => {
          const name = requester.name ?? requester.user
          return (
            <li key={question.approvalId} className="rounded-xl border bg-card">
              <details className="group">
                <summary className="flex cursor-pointer list-none items-center gap-2 rounded-xl px-3 py-2 text-sm">
                  <span className="min-w-0 flex-1 truncate">
                    <bdi>{name}</bdi>: <span className="font-mono">{question.tool}</span>
                  </span>
                  <ChevronRight
                    aria-hidden="true"
                    className="size-4 shrink-0 text-muted-foreground transition-transform group-open:rotate-90"
                  />
                </summary>
                <ApprovalForm
                  {...question}
                  requester={name === requester.user ? name : `${name} (${requester.user})`}
                />
              </details>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
