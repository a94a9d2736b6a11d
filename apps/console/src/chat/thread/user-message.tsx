import { Pencil } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { type Turn, textOf } from 'toolcrib/client'
import { attachmentsOf, type SentPart } from 'toolcrib/protocol'
import { IconButton } from '../../kit/icon-button.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { plainText } from '../../parts/plain-text.ts'
import { formatMoment, formatTime } from '../../parts/time.ts'
import { useCommand } from '../../shell/commands.tsx'
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
  /** The last one that is shown: a key edits it. */
  readonly isLast?: boolean
}

/** One of these shows one version after the other, so that the focus stays where it is. */
export function UserMessage({ turn, versions, busy, onRevise, isLast = false }: UserMessageProps) {
  const { messageId } = turn
  // A new object each time: a draft that was found here is gone without it.
  const [edited, setEdited] = useState<{ readonly messageId?: string }>({})
  const hasDraft = useHasDraft(messageId)
  const editing = onRevise !== undefined && (hasDraft || edited.messageId === messageId)
  const wasEditing = useRef(editing)
  const editButton = useRef<HTMLButtonElement>(null)
  const text = textOf(turn.parts)
  const files = attachmentsOf(turn.parts)

  useCommand(
    isLast && onRevise !== undefined && !editing
      ? {
          id: 'edit-last',
          label: 'Edit the last message',
          icon: Pencil,
          shortcut: 'editLast',
          run: () => setEdited({ messageId }),
        }
      : undefined,
  )

  useEffect(() => {
    if (wasEditing.current && !editing && document.activeElement === document.body) {
      editButton.current?.focus({ preventScroll: true })
    }
    wasEditing.current = editing
  }, [editing])

  if (editing) {
    return (
      <MessageEditor
        key={messageId}
        messageId={messageId}
        text={text}
        files={files}
        busy={busy}
        onSend={async (parts) => {
          await onRevise(parts)
          setEdited({})
        }}
        onCancel={() => setEdited({})}
      />
    )
  }
  return (
    <div className="group ms-auto flex max-w-[88%] min-w-0 flex-col items-end gap-1">
      <AttachedFiles key={messageId} files={files} />
      {text !== '' && <Written key={`${messageId} text`} text={text} />}
      <div className="flex min-h-7 items-center gap-0.5 text-xs text-muted-foreground">
        <time dateTime={new Date(turn.at).toISOString()} title={formatMoment(turn.at)} className={`px-1 ${quiet}`}>
          {formatTime(turn.at)}
        </time>
        {text !== '' && <CopyButton label="Copy" text={() => text} className={`size-7! ${quiet}`} />}
        {versions !== undefined && <MessageVersions {...versions} />}
        {onRevise !== undefined && (
          <IconButton
            ref={editButton}
            label="Edit"
            icon={Pencil}
            onClick={() => setEdited({ messageId })}
            className={`size-7! ${quiet}`}
          />
        )}
      </div>
    </div>
  )
}

/** Shown while its message is looked at. */
const quiet =
  'opacity-0 transition-opacity focus-visible:opacity-100 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100'

const MAX_CHARS = 3_000
const MAX_LINES = 30

/** What a person wrote; of much of it the beginning, until all is asked for. */
function Written({ text }: { readonly text: string }) {
  const [whole, setWhole] = useState(false)
  const beginning = beginningOf(text)
  const isLong = beginning.length < text.length
  return (
    <div className="max-w-full rounded-2xl rounded-ee-md bg-accent px-4 py-2.5">
      <div className="whitespace-pre-wrap [overflow-wrap:anywhere]" data-role="user" dir="auto">
        {plainText(whole ? text : beginning)}
        {isLong && !whole && '…'}
      </div>
      {isLong && (
        <button
          type="button"
          aria-expanded={whole}
          onClick={() => setWhole(!whole)}
          className="mt-1.5 rounded text-sm font-medium text-primary hover:underline"
        >
          {whole ? 'Show less' : `Show all ${text.length.toLocaleString()} characters`}
        </button>
      )}
    </div>
  )
}

function beginningOf(text: string): string {
  const lines = text.slice(0, MAX_CHARS).split('\n', MAX_LINES).join('\n')
  // Half a character is none.
  return lines.length < text.length ? lines.replace(/[\ud800-\udbff]$/, '') : text
}
