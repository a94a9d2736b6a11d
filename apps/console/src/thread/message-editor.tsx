import { type KeyboardEvent, useEffect, useRef, useState } from 'react'

export interface MessageEditorProps {
  readonly text: string
  /** It may be sent without a text, because something is attached to it. */
  readonly mayBeEmpty: boolean
  /** Rejects when the message was not taken; the text stays then. */
  readonly onSend: (text: string) => Promise<void>
  readonly onCancel: () => void
}

/** A message that was sent, to be sent otherwise: the old one stays, in its own branch. */
export function MessageEditor({ text: before, mayBeEmpty, onSend, onCancel }: MessageEditorProps) {
  const [text, setText] = useState(before)
  const [sending, setSending] = useState(false)
  const [problem, setProblem] = useState<string>()
  const field = useRef<HTMLTextAreaElement>(null)
  const isEmpty = text.trim() === '' && !mayBeEmpty

  useEffect(() => {
    const element = field.current
    element?.focus()
    element?.setSelectionRange(element.value.length, element.value.length)
  }, [])

  async function send() {
    if (isEmpty || sending) return
    setSending(true)
    try {
      await onSend(text.trim())
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'The message was not sent; try again')
      setSending(false)
    }
  }

  function onKey(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      void send()
    }
    if (event.key === 'Escape') onCancel()
  }

  return (
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
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKey}
        rows={1}
        className="field-sizing-content max-h-80 min-h-9 w-full resize-none bg-transparent outline-none"
      />
      {problem !== undefined && (
        <p role="alert" className="text-sm text-bad">
          {problem}
        </p>
      )}
      <div className="flex justify-end gap-2 text-sm">
        <button
          type="button"
          onClick={onCancel}
          title="Cancel (Esc)"
          className="rounded-lg border border-input bg-card px-3.5 py-1.5 font-medium hover:bg-muted"
        >
          Cancel
        </button>
        <button
          type="submit"
          disabled={isEmpty || sending}
          title="Send (Enter)"
          className="rounded-lg bg-primary px-3.5 py-1.5 font-medium text-primary-foreground hover:opacity-90 disabled:opacity-35"
        >
          Send the new version
        </button>
      </div>
    </form>
  )
}
