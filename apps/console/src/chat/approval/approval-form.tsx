import { Check, Pencil, ShieldQuestion, Undo2, X } from 'lucide-react'
import { useId, useState } from 'react'
import type { Effect, JsonValue } from 'toolcrib/protocol'
import { useApproval } from 'toolcrib/react'
import { Button } from '../../kit/button.tsx'
import { fieldLook } from '../../kit/field-look.ts'
import { Notice } from '../../kit/notice.tsx'
import { EffectBadge } from '../../parts/effect-badge.tsx'
import { type ArgumentDraft, draftOf } from './argument-draft.ts'
import { ArgumentForm } from './argument-form.tsx'
import { ArgumentList } from './argument-list.tsx'
import { TimeLeft } from './time-left.tsx'
import { ToolWords } from './tool-words.tsx'
import { type ArgumentCheck, useArgumentCheck } from './use-argument-check.ts'
import { useAskedTool } from './use-asked-tool.ts'

const MAX_REASON_CHARS = 2_000

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
  /** Who may answer it, where that is not only the one who sits here; in words. */
  readonly approvers?: string
}

/** Asks the person. What was answered is shown once the server has recorded it, on every page that shows the question. */
export function ApprovalForm(props: ApprovalFormProps) {
  const { approvalId, tool, input, effect, offered = false, expiresAt, requester, approvers } = props
  const asked = useAskedTool(approvalId)?.tool
  const { state, problem, approve, deny } = useApproval({ approvalId, expiresAt })
  const [reason, setReason] = useState('')
  /** Undefined: the arguments are left as they are. */
  const [draft, setDraft] = useState<ArgumentDraft>()
  const [pressed, setPressed] = useState<'approve' | 'deny'>()
  const [asking, setAsking] = useState(false)
  /** Of asking whether the arguments fit. */
  const [unasked, setUnasked] = useState<unknown>()
  const check = useArgumentCheck(approvalId, input, draft)
  const obstacle = obstacleOf(check)
  const obstacleId = useId()
  const stand = obstacle ?? (check.state === 'fits' ? 'The edited arguments fit.' : '')
  const busy = asking || state !== 'open'
  const told = problem ?? unasked
  const why = reason.trim() === '' ? undefined : reason.trim()
  const whose = requester === undefined ? 'your own' : 'their own'

  async function approveIt() {
    if (busy || obstacle !== undefined) return
    setPressed('approve')
    setAsking(true)
    setUnasked(undefined)
    const fits = await check.now().catch((error: unknown) => {
      setUnasked(error)
      return false
    })
    setAsking(false)
    if (!fits) return
    await approve({
      ...(why === undefined ? {} : { reason: why }),
      ...(check.input === undefined ? {} : { input: check.input }),
    })
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset does not shrink as its content does
    <div role="group" aria-label={`Approval of ${tool}`} className="flex min-w-0 flex-col gap-3.5 text-sm">
      <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
        <p className="flex min-w-0 flex-1 basis-52 items-start gap-2 [overflow-wrap:anywhere]">
          <ShieldQuestion aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-warn" />
          <span>
            <strong className="font-mono font-medium">{tool}</strong> needs your approval
            {requester !== undefined && (
              <>
                , for <bdi className="font-medium">{requester}</bdi>
              </>
            )}
            .
          </span>
        </p>
        {effect !== undefined && <EffectBadge effect={effect} offered={offered} inWords />}
      </div>
      {offered ? (
        <Notice tone="warn">
          This is a tool of {whose} page, not of this server. Nobody here has looked at what it does.
        </Notice>
      ) : (
        asked && <ToolWords>{asked.description}</ToolWords>
      )}
      <div className="rounded-xl border bg-background p-3.5 text-foreground">
        {draft === undefined ? (
          // All of it, above the buttons: nobody agrees to what they were not shown.
          <ArgumentList input={input} />
        ) : (
          <ArgumentForm draft={draft} issues={check.issues} readOnly={busy} onChange={setDraft} />
        )}
        <div className="-mb-1.5 -ml-2 mt-2">
          {draft === undefined ? (
            <Button
              size="small"
              variant="quiet"
              icon={Pencil}
              disabled={busy}
              onClick={() => setDraft(draftOf(input, asked?.inputSchema))}
            >
              Edit the arguments
            </Button>
          ) : (
            <Button size="small" variant="quiet" icon={Undo2} disabled={busy} onClick={() => setDraft(undefined)}>
              Leave them as they were
            </Button>
          )}
        </div>
      </div>
      <input
        aria-label="Reason, told to the agent"
        dir="auto"
        placeholder="Reason (optional, told to the agent)"
        value={reason}
        maxLength={MAX_REASON_CHARS}
        readOnly={busy}
        onChange={(event) => setReason(event.target.value)}
        className={fieldLook}
      />
      <div className="flex flex-wrap items-center gap-2">
        <Button
          variant="primary"
          icon={Check}
          busy={busy && pressed === 'approve'}
          aria-disabled={obstacle !== undefined || busy}
          aria-describedby={obstacleId}
          onClick={() => void approveIt()}
        >
          {check.input === undefined ? 'Approve' : 'Approve as edited'}
        </Button>
        <Button
          icon={X}
          busy={busy && pressed === 'deny'}
          aria-disabled={busy}
          onClick={() => {
            if (busy) return
            setPressed('deny')
            void deny(why)
          }}
        >
          Deny
        </Button>
        <p
          id={obstacleId}
          role="status"
          className={stand === '' ? 'sr-only' : 'min-w-0 flex-1 basis-40 text-xs text-muted-foreground'}
        >
          {stand}
        </p>
      </div>
      <p className="flex flex-wrap gap-x-3 gap-y-1 text-xs text-muted-foreground">
        <TimeLeft until={expiresAt} />
        {approvers !== undefined && <span className="[overflow-wrap:anywhere]">Waits for {approvers}.</span>}
      </p>
      {told !== undefined && <Notice tone="bad">{inWords(told)}</Notice>}
    </div>
  )
}

/** Why it cannot be approved now. */
function obstacleOf({ state }: ArgumentCheck): string | undefined {
  switch (state) {
    case 'unfit':
      return 'Correct the arguments, or leave them as they were.'
    case 'checking':
      return 'Checking the arguments…'
    case 'as shown':
    case 'fits':
    case 'unknown':
      return undefined
    default:
      return state satisfies never
  }
}

const known: ReadonlyMap<unknown, string> = new Map([
  ['APPROVAL_RESOLVED', 'It was answered in the meantime. The first answer stands.'],
  ['APPROVAL_EXPIRED', 'Its time is up: the call was refused. The agent can be asked again.'],
  ['CONNECTION_LOST', 'The line was lost before the server said whether it took the answer. Try again.'],
])

/** A failure, or what was thrown. */
function inWords(told: unknown): string {
  if (typeof told !== 'object' || told === null) return 'The answer was not taken. Try again.'
  const { code, message } = told as { readonly code?: unknown; readonly message?: unknown }
  return known.get(code) ?? (typeof message === 'string' ? message : 'The answer was not taken. Try again.')
}
