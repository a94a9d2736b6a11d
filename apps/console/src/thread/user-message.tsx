import { Pencil } from 'lucide-react'
import { useState } from 'react'
import { sentAgain, type Turn, textOf } from 'toolcrib/client'
import { attachmentsOf, type SentPart } from 'toolcrib/protocol'
import { IconButton } from '../parts/icon-button.tsx'
import { AttachedFiles } from './attached-files.tsx'
import { MessageEditor } from './message-editor.tsx'
import { MessageVersions, type MessageVersionsProps } from './message-versions.tsx'

export interface UserMessageProps {
  readonly turn: Turn
  /** Absent: there is one only. */
  readonly versions: MessageVersionsProps | undefined
  /** Sends it again with this text, as another version. Absent: not now. */
  readonly onRevise: ((parts: readonly SentPart[]) => Promise<void>) | undefined
}

export function UserMessage({ turn, versions, onRevise }: UserMessageProps) {
  const [editing, setEditing] = useState(false)
  const text = textOf(turn.parts)

  if (editing && onRevise !== undefined) {
    return (
      <MessageEditor
        text={text}
        mayBeEmpty={attachmentsOf(turn.parts).length > 0}
        onSend={async (revised) => {
          await onRevise(partsWith(turn, revised))
          setEditing(false)
        }}
        onCancel={() => setEditing(false)}
      />
    )
  }
  return (
    <div className="group ml-auto flex max-w-[85%] flex-col items-end gap-1">
      <AttachedFiles files={attachmentsOf(turn.parts)} />
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
            label="Edit"
            icon={Pencil}
            onClick={() => setEditing(true)}
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
