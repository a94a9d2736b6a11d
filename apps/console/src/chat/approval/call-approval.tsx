import { Hourglass } from 'lucide-react'
import { lazy, Suspense, useEffect, useRef } from 'react'
import type { ApprovalView, CallView } from 'toolcrib/client'
import { type Approvers, describeApprovers, mayAnswer } from 'toolcrib/protocol'
import { Skeleton } from '../../kit/skeleton.tsx'
import { usePrincipal } from '../../session/signed-in.ts'
import { ApprovalQuestion } from './approval-question.tsx'
import { TimeLeft } from './time-left.tsx'

/** Loaded where something was decided: in most chats nothing is asked. */
const DecidedApproval = lazy(async () => ({ default: (await import('./decided-approval.tsx')).DecidedApproval }))

export interface CallApprovalProps {
  readonly call: CallView
  readonly approval: ApprovalView
}

/** The approval of a call in one's own thread: the question, for whom it waits, or what was decided. */
export function CallApproval({ call, approval }: CallApprovalProps) {
  const { decision } = approval
  const place = useRef<HTMLDivElement>(null)
  const wasOpen = useRef(decision === undefined)

  useEffect(() => {
    // The button that had the focus is gone with the question; without this it would be nowhere.
    if (wasOpen.current && decision !== undefined && document.activeElement === document.body) {
      place.current?.focus({ preventScroll: true })
    }
    wasOpen.current = decision === undefined
  }, [decision])

  if (decision === undefined && call.status !== 'waiting') return null
  return (
    <div
      ref={place}
      tabIndex={-1}
      className={`rounded-b-xl border-t px-3.5 py-3.5 outline-none ${decision === undefined ? 'bg-warn/8' : ''}`}
    >
      {decision === undefined ? (
        <Waiting call={call} approval={approval} />
      ) : (
        <Suspense fallback={<Skeleton className="h-4 w-40" />}>
          <DecidedApproval approval={approval} decision={decision} input={call.input} />
        </Suspense>
      )}
    </div>
  )
}

function Waiting({ call, approval }: CallApprovalProps) {
  const principal = usePrincipal()
  const { approvalId, expiresAt, approvers } = approval
  if (approvers === undefined || mayAnswer(principal, { owner: principal, approvers })) {
    const { tool, input } = call
    return (
      <ApprovalQuestion
        {...{ approvalId, tool, input, expiresAt }}
        {...(call.effect === undefined ? {} : { effect: call.effect })}
        {...(call.offered === undefined ? {} : { offered: call.offered })}
        {...approversOf(approvers)}
      />
    )
  }
  return (
    <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm [overflow-wrap:anywhere]">
      <Hourglass aria-hidden="true" className="size-4 shrink-0 text-warn" />
      <span>
        <strong className="font-mono font-medium">{call.tool}</strong> waits for {describeApprovers(approvers)}.
      </span>
      <span className="text-xs text-muted-foreground">
        <TimeLeft until={expiresAt} />
      </span>
    </p>
  )
}

function approversOf(approvers: readonly Approvers[] | undefined): { readonly approvers?: string } {
  return approvers === undefined ? {} : { approvers: describeApprovers(approvers) }
}
