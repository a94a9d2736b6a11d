import { ArrowUp, Paperclip, PenLine, Square } from 'lucide-react'
import { type ClipboardEvent, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import type { SentPart } from 'toolcrib/protocol'
import { useConnection } from 'toolcrib/react'
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
  /** Who answers, to choose from. */
  readonly choice?: ReactNode
}

export function Composer({ onSend, onStop, threadId, choice }: ComposerProps) {
  const [text, setText] = useDraft(threadId)
  const [sending, setSending] = useState(false)
  const [problem, setProblem] = useState<string>()
  const attaching = useAttaching(threadId)
  const dropping = useFileDrop(attaching.add)
  const field = useRef<HTMLTextAreaElement>(null)
  const chooser = useRef<HTMLInputElement>(null)
  const status = useConnection().status
  const maxChars = status.state === 'open' ? status.hello.limits.maxMessageChars : Number.POSITIVE_INFINITY
  const tooLong = text.length > maxChars
  const isEmpty = text.trim() === '' && attaching.ready.length === 0
  const reason = tooLong
    ? 'The message is too long'
    : attaching.uploading
      ? 'A file is still on its way'
      : isEmpty
        ? 'Write something first'
        : undefined

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
      {dropping && <DropHere />}
      {problem !== undefined && (
        <p role="alert" className="mb-2 rounded-lg bg-bad/10 px-3 py-2 text-sm text-bad">
          {problem}
        </p>
      )}
      <WaitingFiles
        files={attaching.files}
        onRemove={(key) => {
          attaching.remove(key)
          // The button that had the focus is gone.
          field.current?.focus()
        }}
      />
      <div
        data-composer=""
        className="flex items-end gap-2 rounded-2xl border border-input bg-card p-2 shadow-sm transition-shadow focus-within:border-ring focus-within:ring-2 focus-within:ring-ring/30"
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
          placeholder="Ask something…"
          className="field-sizing-content max-h-52 min-h-9 min-w-0 flex-1 resize-none bg-transparent px-2 py-1.5 outline-none placeholder:text-muted-foreground"
        />
        {onStop === undefined ? (
          <button
            type="button"
            aria-label="Send"
            title={reason ?? 'Send (Enter)'}
            aria-describedby={tooLong ? 'composer-length' : undefined}
            disabled={reason !== undefined || sending}
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
      <div className="flex items-center gap-2 px-1 pt-1 empty:hidden">
        {choice !== undefined && <div className="flex min-w-0 flex-1 empty:hidden">{choice}</div>}
        <Length chars={text.length} maxChars={maxChars} />
      </div>
    </div>
  )
}

/** Said when there is not much room left. */
const TOLD_SHARE = 0.8

function Length({ chars, maxChars }: { readonly chars: number; readonly maxChars: number }) {
  if (chars < maxChars * TOLD_SHARE) return null
  const tooLong = chars > maxChars
  return (
    <p
      id="composer-length"
      role={tooLong ? 'alert' : 'status'}
      className={`ms-auto text-xs tabular-nums ${tooLong ? 'font-medium text-bad' : 'text-muted-foreground'}`}
    >
      {tooLong
        ? `The message has ${chars.toLocaleString()} characters, the limit is ${maxChars.toLocaleString()}. Shorten it, or attach it as a file.`
        : `${chars.toLocaleString()} of ${maxChars.toLocaleString()} characters`}
    </p>
  )
}

/** Over the whole page, while files are held over it. */
function DropHere() {
  return (
    <div className="pointer-events-none fixed inset-0 z-50 grid place-items-center bg-scrim p-6" data-drop>
      <p className="flex items-center gap-3 rounded-2xl border-2 border-primary border-dashed bg-popover px-8 py-6 text-lg font-medium shadow-popup">
        <Paperclip aria-hidden="true" className="size-6 text-primary" />
        Drop the files here
      </p>
    </div>
  )
}
