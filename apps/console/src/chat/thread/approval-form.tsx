import { Pencil, X } from 'lucide-react'
import { useState } from 'react'
import { type Effect, explicitJson, type JsonValue } from 'toolcrib/protocol'
import { useClient } from '../../connection.tsx'

export interface ApprovalFormProps {
  readonly approvalId: string
  readonly tool: string
  readonly input: JsonValue
  readonly effect?: Effect
  /** The tool is of the requester's own client, whatever it calls itself. */
  readonly offered?: true
  readonly expiresAt: number
  /** Somebody else, for whom it would run. */
  readonly requester?: string
}

/** Asks the person. The answer is shown once the server has recorded it, on every page that shows the question. */
export function ApprovalForm(props: ApprovalFormProps) {
  const { approvalId, tool, input, effect, offered, expiresAt, requester } = props
  const client = useClient()
  const [reason, setReason] = useState('')
  /** Undefined: the arguments are left as they are. */
  const [draft, setDraft] = useState<string>()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()

  async function answer(decision: 'approved' | 'denied') {
    setBusy(true)
    try {
      await client.answer(approvalId, {
        decision,
        ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
        ...(draft === undefined || decision === 'denied' ? {} : { input: parse(draft) }),
      })
      // Busy until the server's word of the answer takes this form away.
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
      aria-label={`Approval of ${tool}`}
    >
      <p className="[overflow-wrap:anywhere]">
        <strong className="font-mono font-medium">{tool}</strong>
        {effect === 'destructive' ? ' destroys something and needs your approval' : ' needs your approval'}
        {requester !== undefined && (
          <>
            , for <bdi>{requester}</bdi>
          </>
        )}
        .{offered && ` It is a tool of ${requester === undefined ? 'your own' : 'their'} page, not of this server.`}
      </p>
      <div className="mt-2 flex items-start gap-1">
        <div className="min-w-0 flex-1">
          {draft === undefined ? (
            // All of it, above the buttons: nobody agrees to what they were not shown.
            <pre className="rounded-lg bg-muted p-3 font-mono text-xs leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]">
              {explicitJson(input, { indent: 2 })}
            </pre>
          ) : (
            <textarea
              aria-label="Arguments, as JSON"
              value={draft}
              rows={6}
              spellCheck={false}
              onChange={(event) => setDraft(event.target.value)}
              className="w-full rounded-lg border border-input bg-background p-3 font-mono text-xs leading-relaxed"
            />
          )}
        </div>
        <button
          type="button"
          aria-label={draft === undefined ? 'Edit the arguments' : 'Leave the arguments as they were'}
          title={draft === undefined ? 'Edit the arguments' : 'Leave the arguments as they were'}
          onClick={() => setDraft(draft === undefined ? explicitJson(input, { indent: 2 }) : undefined)}
          className="grid size-8 shrink-0 place-items-center rounded-md text-muted-foreground hover:bg-muted hover:text-foreground"
        >
          {draft === undefined ? (
            <Pencil aria-hidden="true" className="size-4" />
          ) : (
            <X aria-hidden="true" className="size-4" />
          )}
        </button>
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
      <p className="mt-2 text-xs text-muted-foreground">Open until {new Date(expiresAt).toLocaleString()}.</p>
      {problem !== undefined && (
        <p role="alert" className="mt-1 text-bad">
          {problem}
        </p>
      )}
    </fieldset>
  )
}

function parse(draft: string): JsonValue {
  try {
    return JSON.parse(draft) as JsonValue
  } catch {
    throw new Error('The arguments are no JSON; correct them, or leave them as they were')
  }
}
