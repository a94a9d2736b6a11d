import type { ApprovalView, CallView } from 'toolcrib/client'
import { describeApprovers, mayAnswer } from 'toolcrib/protocol'
import { usePrincipal } from '../../connection.tsx'
import { ApprovalForm } from './approval-form.tsx'

export interface WaitingApprovalProps {
  readonly call: CallView
  readonly approval: ApprovalView
}

/** The question of a call in one's own thread: to be answered here, or by others, who see it in their sidebar. */
export function WaitingApproval({ call, approval }: WaitingApprovalProps) {
  const principal = usePrincipal()
  const { approvalId, expiresAt, approvers } = approval
  if (approvers === undefined || mayAnswer(principal, { owner: principal, approvers })) {
    const { tool, input } = call
    const effect = call.effect === undefined ? {} : { effect: call.effect }
    const offered = call.offered === undefined ? {} : { offered: call.offered }
    return <ApprovalForm {...{ approvalId, tool, input, expiresAt }} {...effect} {...offered} />
  }
  return (
    <p className="rounded-b-xl border-t bg-warn/8 px-3.5 py-3 text-sm">
      <strong className="font-mono font-medium">{call.tool}</strong> waits for {describeApprovers(approvers)}, until{' '}
      {new Date(expiresAt).toLocaleString()}.
    </p>
  )
}
