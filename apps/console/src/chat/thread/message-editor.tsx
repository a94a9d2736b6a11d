import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { sentAgain } from 'toolcrib/client'
import type { AttachmentPart, SentPart } from 'toolcrib/protocol'
import { problemOf } from '../../parts/problem.ts'
import { AttachedFiles } from './attached-files.tsx'
import { useDraft } from './use-draft.ts'

export interface MessageEditorProps {
  readonly messageId: string
  /** As it was sent. */
  readonly text: string
  /** What was attached to it: each goes along unless it is taken away. */
  readonly files: readonly AttachmentPart[]
  /** An answer is being written in the thread: it can be written on, and sent when that is complete. */
  readonly busy: boolean
  /** Rejects when the message was not taken; the text stays then. */
  readonly onSend: (parts: readonly SentPart[]) => Promise<void>
  readonly onCancel: () => void
}

/** A message that was sent, to be sent otherwise: the old one stays, in its own branch. */
export function MessageEditor(props: MessageEditorProps) {
  const { messageId, text: before, files, busy, onSend, onCancel } = props
  const [draft, setDraft] = useDraft(messageId)
  const [text, setText] = useState(draft === '' ? before : draft)
  const [kept, setKept] = useState(files)
  const [sending, setSending] = useState(false)
  const [problem, setProblem] = useState<string>()
  const field = useRef<HTMLTextAreaElement>(null)
  const isEmpty = text.trim() === '' && kept.length === 0

  useEffect(() => {
    const element = field.current
    element?.focus()
    element?.setSelectionRange(element.value.length, element.value.length)
  }, [])

  async function send() {
    if (isEmpty || sending || busy) return
    setSending(true)
    try {
      const written = text.trim()
      await onSend([...(written === '' ? [] : [{ type: 'text', text: written } as const]), ...sentAgain(kept)])
      setDraft('')
    } catch (error) {
      setProblem(problemOf(error, 'The message was not sent; try again'))
      setSending(false)
    }
  }

  function cancel() {
    setDraft('')
    onCancel()
  }

  function onKey(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      void send()
    }
    if (event.key === 'Escape') cancel()
  }

  return (
    <div className="flex flex-col items-end gap-2">
      <AttachedFiles
        files={kept}
        onRemove={(index) => {
          setKept(kept.filter((_, place) => place !== index))
          // The button that had the focus is gone.
          field.current?.focus()
        }}
      />
      <form
        className="flex w-full flex-col gap-2 rounded-2xl rounded-br-md border border-input bg-card p-3 shadow-sm focus-within:ring-2 focus-within:ring-ring/40"
        onSubmit={(event) => {
          event.preventDefault()
          void send()
        }}
      >
        <textarea
          ref={field}
          aria-label="Edited text"
          dir="auto"
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setDraft(event.target.value)
          }}
          onKeyDown={onKey}
          rows={1}
          className="field-sizing-content max-h-80 min-h-9 w-full resize-none bg-transparent outline-none"
        />
        {problem !== undefined && (
          <p role="alert" className="text-sm text-bad">
            {problem}
          </p>
        )}
        {busy && !sending && (
          <p role="status" className="text-sm text-muted-foreground">
            An answer is being written; this can be sent when it is complete or stopped.
          </p>
        )}
        <div className="flex justify-end gap-2 text-sm">
          <button
            type="button"
            onClick={cancel}
            title="Cancel (Esc)"
            className="rounded-lg border border-input bg-card px-3.5 py-1.5 font-medium hover:bg-muted"
          >
            Cancel
          </button>
          <button
            type="submit"
            disabled={isEmpty || sending || busy}
            title="Send (Enter)"
            className="rounded-lg bg-primary px-3.5 py-1.5 font-medium text-primary-foreground hover:opacity-90 disabled:opacity-35"
          >
            Send the new version
          </button>
        </div>
      </form>
    </div>
  )
}
