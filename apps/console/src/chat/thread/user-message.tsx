import { Pencil } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { sentAgain, type Turn, textOf } from 'toolcrib/client'
import { attachmentsOf, type SentPart } from 'toolcrib/protocol'
import { IconButton } from '../../kit/icon-button.tsx'
import { AttachedFiles } from './attached-files.tsx'
import { MessageEditor } from './message-editor.tsx'
import { MessageVersions, type MessageVersionsProps } from './message-versions.tsx'
import { useHasDraft } from './use-draft.ts'

export interface UserMessageProps {
  readonly turn: Turn
  /** Absent: there is one only. */
  readonly versions: MessageVersionsProps | undefined
  /** An answer is being written in the thread. */
  readonly busy: boolean
  /** Sends it again with these parts, as another version. Absent: it is not known yet what it follows. */
  readonly onRevise: ((parts: readonly SentPart[]) => Promise<void>) | undefined
}

/** One of these shows one version after the other, so that the focus stays where it is. */
export function UserMessage({ turn, versions, busy, onRevise }: UserMessageProps) {
  const { messageId } = turn
  // A new object each time: a draft that was found here is gone without it.
  const [edited, setEdited] = useState<{ readonly messageId?: string }>({})
  const hasDraft = useHasDraft(messageId)
  const editing = onRevise !== undefined && (hasDraft || edited.messageId === messageId)
  const wasEditing = useRef(editing)
  const editButton = useRef<HTMLButtonElement>(null)
  const text = textOf(turn.parts)
  const files = attachmentsOf(turn.parts)

  useEffect(() => {
    if (wasEditing.current && !editing && document.activeElement === document.body) {
      editButton.current?.focus({ preventScroll: true })
    }
    wasEditing.current = editing
  }, [editing])

  if (editing) {
    return (
      <div key={messageId} className="flex flex-col items-end gap-1">
        <AttachedFiles files={files} />
        <MessageEditor
          messageId={messageId}
          text={text}
          busy={busy}
          mayBeEmpty={files.length > 0}
          onSend={async (revised) => {
            await onRevise(partsWith(turn, revised))
            setEdited({})
          }}
          onCancel={() => setEdited({})}
        />
      </div>
    )
  }
  return (
    <div className="group ml-auto flex max-w-[85%] flex-col items-end gap-1">
      <AttachedFiles key={messageId} files={files} />
      {text !== '' && (
        <div
          className="max-w-full rounded-2xl rounded-br-md bg-accent px-4 py-2.5 whitespace-pre-wrap [overflow-wrap:anywhere]"
          data-role="user"
          dir="auto"
        >
          {text}
        </div>
      )}
      <div className="flex min-h-6 items-center gap-1 text-xs text-muted-foreground">
        {versions !== undefined && <MessageVersions {...versions} />}
        {onRevise !== undefined && (
          <IconButton
            ref={editButton}
            label="Edit"
            icon={Pencil}
            onClick={() => setEdited({ messageId })}
            className="size-6! opacity-0 focus-visible:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100"
          />
        )}
      </div>
    </div>
  )
}

/** What was attached stays attached. */
function partsWith({ parts }: Turn, text: string): readonly SentPart[] {
  const written: readonly SentPart[] = text === '' ? [] : [{ type: 'text', text }]
  return [...written, ...attachmentsOf(sentAgain(parts))]
}
