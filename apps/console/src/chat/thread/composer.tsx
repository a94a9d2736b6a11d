import { ArrowUp, Paperclip, PenLine, Square } from 'lucide-react'
import { type ClipboardEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react'
import type { SentPart } from 'toolcrib/protocol'
import { useClientStatus } from '../../connection.tsx'
import { IconButton } from '../../kit/icon-button.tsx'
import { problemOf } from '../../parts/problem.ts'
import { useCommand, useCommands } from '../../shell/commands.tsx'
import { useAttaching } from './use-attaching.ts'
import { useDraft } from './use-draft.ts'
import { useFileDrop } from './use-file-drop.ts'
import { WaitingFiles } from './waiting-files.tsx'

/** What a file dialog offers first. What is taken, the server decides. */
const acceptedFiles = 'image/png,image/jpeg,image/gif,image/webp,text/*,.md,.csv,.json,.yaml,.yml,.xml,.log,.ts,.js,.py'

export interface ComposerProps {
  /** Rejects when the message was not taken; the text stays then. */
  readonly onSend: (parts: readonly SentPart[]) => Promise<void>
  /** Present while a run can be stopped. */
  readonly onStop?: (() => void) | undefined
  /** Of which what is written here is the draft; undefined: of a new one. */
  readonly threadId?: string | undefined
}

export function Composer({ onSend, onStop, threadId }: ComposerProps) {
  const [text, setText] = useDraft(threadId)
  const [sending, setSending] = useState(false)
  const [problem, setProblem] = useState<string>()
  const attaching = useAttaching(threadId)
  const dropping = useFileDrop(attaching.add)
  const field = useRef<HTMLTextAreaElement>(null)
  const chooser = useRef<HTMLInputElement>(null)
  const status = useClientStatus()
  const maxChars = status.state === 'open' ? status.hello.limits.maxMessageChars : Number.POSITIVE_INFINITY
  const tooLong = text.length > maxChars
  const isEmpty = text.trim() === '' && attaching.ready.length === 0

  const commands = useCommands()
  useCommand({
    id: 'write',
    label: 'Write a message',
    icon: PenLine,
    shortcut: 'write',
    run: () => field.current?.focus(),
  })
  useCommand(
    onStop && {
      id: 'stop',
      label: 'Stop the answer',
      icon: Square,
      words: 'cancel run',
      shortcut: 'stop',
      run: onStop,
    },
  )

  useEffect(() => {
    // On a touch screen it would call up the keyboard.
    if (matchMedia('(pointer: fine)').matches) field.current?.focus()
  }, [])

  async function send() {
    const message = text.trim()
    if (isEmpty || attaching.uploading || sending || onStop !== undefined || tooLong) return
    const attached = attaching.ready
    setSending(true)
    try {
      await onSend([...(message === '' ? [] : [{ type: 'text' as const, text: message }]), ...attached])
      attaching.sent(attached)
      // What was written while it was on its way stays.
      setText((now) => (now.startsWith(text) ? now.slice(text.length).trimStart() : now))
      setProblem(undefined)
    } catch (error) {
      setProblem(problemOf(error, 'The message was not sent; try again'))
    } finally {
      setSending(false)
    }
  }

  function onKey(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      void send()
    }
    if (event.key === 'ArrowUp' && text === '' && commands.run('editLast')) event.preventDefault()
  }

  function onPaste(event: ClipboardEvent) {
    const { files, types } = event.clipboardData
    // A text that was copied from a program may bring its picture along: it is the text that is wanted.
    if (files.length === 0 || types.includes('text/plain')) return
    event.preventDefault()
    attaching.add([...files])
  }

  return (
    <div className="mx-auto w-full max-w-3xl px-4 pb-4">
      {(problem !== undefined || tooLong) && (
        <p role="alert" className="mb-2 rounded-lg bg-bad/10 px-3 py-2 text-sm text-bad">
          {tooLong
            ? `The message has ${text.length.toLocaleString()} characters, the limit is ${maxChars.toLocaleString()}.`
            : problem}
        </p>
      )}
      <WaitingFiles files={attaching.files} onRemove={attaching.remove} />
      <div
        data-composer=""
        className={`flex items-end gap-2 rounded-2xl border bg-card p-2 shadow-sm focus-within:ring-2 focus-within:ring-ring/40 ${dropping ? 'border-primary border-dashed' : 'border-input'}`}
      >
        <input
          ref={chooser}
          type="file"
          multiple
          hidden
          accept={acceptedFiles}
          onChange={(event) => {
            attaching.add([...(event.target.files ?? [])])
            // The same file may be chosen again.
            event.target.value = ''
          }}
        />
        <IconButton
          label="Attach files"
          icon={Paperclip}
          onClick={() => chooser.current?.click()}
          className="size-9! rounded-xl!"
        />
        <textarea
          ref={field}
          aria-label="Message"
          dir="auto"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKey}
          onPaste={onPaste}
          rows={1}
          placeholder={dropping ? 'Drop the files here' : 'Ask something…'}
          className="field-sizing-content max-h-52 min-h-9 min-w-0 flex-1 resize-none bg-transparent px-2 py-1.5 outline-none placeholder:text-muted-foreground"
        />
        {onStop === undefined ? (
          <button
            type="button"
            aria-label="Send"
            title="Send (Enter)"
            disabled={isEmpty || attaching.uploading || sending || tooLong}
            onClick={() => void send()}
            className="grid size-9 shrink-0 place-items-center rounded-xl bg-primary text-primary-foreground transition-opacity hover:opacity-90 disabled:opacity-35"
          >
            <ArrowUp aria-hidden="true" className="size-5" />
          </button>
        ) : (
          <button
            type="button"
            aria-label="Stop"
            title="Stop (Esc)"
            onClick={onStop}
            className="grid size-9 shrink-0 place-items-center rounded-xl bg-foreground text-background transition-opacity hover:opacity-85"
          >
            <Square aria-hidden="true" className="size-4 fill-current" />
          </button>
        )}
      </div>
    </div>
  )
}
