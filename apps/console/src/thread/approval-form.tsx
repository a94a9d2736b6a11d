import { useState } from 'react'
import type { ApprovalView, CallView } from 'toolcrib/client'
import { useClient } from '../connection.tsx'
import { JsonView } from '../parts/json-view.tsx'

export interface ApprovalFormProps {
  readonly call: CallView
  readonly approval: ApprovalView
}

/** Asks the person. The answer is shown once the server has recorded it, on every page that has the thread open. */
export function ApprovalForm({ call, approval }: ApprovalFormProps) {
  const client = useClient()
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()

  async function answer(decision: 'approved' | 'denied') {
    setBusy(true)
    try {
      await client.answer(approval.approvalId, { decision, ...(reason.trim() === '' ? {} : { reason: reason.trim() }) })
      // Busy until the event of the answer takes this form away.
      setProblem(undefined)
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'The answer was not taken; try again')
      setBusy(false)
    }
  }

  return (
    <fieldset
      disabled={busy}
      className="min-w-0 rounded-b-xl border-t bg-warn/8 px-3.5 py-3 text-sm"
      aria-label={`Approval of ${call.tool}`}
    >
      <p>
        <strong className="font-mono font-medium">{call.tool}</strong>
        {call.effect === 'destructive' ? ' destroys something and needs your approval.' : ' needs your approval.'}
      </p>
      <div className="mt-2">
        <JsonView value={call.input} />
      </div>
      <div className="mt-2.5 flex flex-wrap items-center gap-2">
        <button
          type="button"
          onClick={() => void answer('approved')}
          className="rounded-lg bg-primary px-3.5 py-1.5 font-medium text-primary-foreground hover:opacity-90"
        >
          Approve
        </button>
        <button
          type="button"
          onClick={() => void answer('denied')}
          className="rounded-lg border border-input bg-card px-3.5 py-1.5 font-medium hover:bg-muted"
        >
          Deny
        </button>
        <input
          aria-label="Reason, told to the agent"
          dir="auto"
          placeholder="Reason (optional, told to the agent)"
          value={reason}
          maxLength={500}
          onChange={(event) => setReason(event.target.value)}
          className="min-w-40 flex-1 rounded-lg border border-input bg-background px-2.5 py-1.5"
        />
      </div>
      <p className="mt-2 text-xs text-muted-foreground">Open until {new Date(approval.expiresAt).toLocaleString()}.</p>
      {problem !== undefined && (
        <p role="alert" className="mt-1 text-bad">
          {problem}
        </p>
      )}
    </fieldset>
  )
}
