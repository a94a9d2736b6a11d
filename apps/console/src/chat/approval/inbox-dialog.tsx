import { CircleMinus } from 'lucide-react'
import { useRef } from 'react'
import type { InboxApproval } from 'toolcrib/protocol'
import { Dialog } from '../../kit/dialog.tsx'
import { usePrincipal } from '../../session/signed-in.ts'
import { ApprovalQuestion } from './approval-question.tsx'
import { decisionLooks } from './decided-approval.tsx'
import { useAskedTool } from './use-asked-tool.ts'

export interface InboxDialogProps {
  readonly approval: InboxApproval
  /** It waits no more: it was answered, here or elsewhere, or has expired. */
  readonly over: boolean
  readonly onClose: () => void
}

/** The question of somebody else. It stays until it is closed, so that nobody is left wondering where it went. */
export function InboxDialog({ approval, over, onClose }: InboxDialogProps) {
  const { requester, requestedAt, ...question } = approval
  const name = requester.name ?? requester.user
  const place = useRef<HTMLDivElement>(null)
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={over ? 'Waits no more' : 'Waiting for you'}
      description={
        <>
          <bdi>{name}</bdi> asked on{' '}
          {new Date(requestedAt).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}
        </>
      }
      // Not a button: Enter would press it.
      initialFocus={place}
    >
      <div ref={place} tabIndex={-1} className="outline-none">
        {over ? (
          <Over approvalId={question.approvalId} tool={question.tool} />
        ) : (
          <ApprovalQuestion {...question} requester={name === requester.user ? name : `${name} (${requester.user})`} />
        )}
      </div>
    </Dialog>
  )
}

const words = {
  approved: 'was approved',
  denied: 'was denied',
  expired: 'was not answered in time',
  cancelled: 'was withdrawn',
} as const

function Over({ approvalId, tool }: { readonly approvalId: string; readonly tool: string }) {
  const { user } = usePrincipal()
  const { decision = null, by } = useAskedTool(approvalId) ?? {}
  const [, Picture, colour] = decision === null ? unknown : decisionLooks[decision]

  return (
    <p role="status" className="flex items-start gap-2 text-sm [overflow-wrap:anywhere]">
      <Picture aria-hidden="true" className={`mt-0.5 size-4 shrink-0 ${colour}`} />
      <span>
        <strong className="font-mono font-medium">{tool}</strong>{' '}
        {decision === null ? 'waits for you no more' : words[decision]}
        {by !== undefined && <> by {by === user ? 'you' : <bdi>{by}</bdi>}</>}.
      </span>
    </p>
  )
}

const unknown = ['', CircleMinus, 'text-muted-foreground'] as const
