import { Check, Pencil, Trash2, X } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import type { Thread } from 'toolcrib/protocol'
import { useClient } from '../../connection.tsx'
import { IconButton } from '../../kit/icon-button.tsx'
import { useGoToThread } from '../../route.ts'

export interface ThreadRowProps {
  readonly thread: Thread
  readonly current: boolean
  readonly onOpen: () => void
}

export function ThreadRow({ thread, current, onOpen }: ThreadRowProps) {
  const client = useClient()
  const goToThread = useGoToThread()
  const [mode, setMode] = useState<'idle' | 'renaming' | 'deleting'>('idle')
  const [title, setTitle] = useState(thread.title)
  const [problem, setProblem] = useState<string>()

  const [busy, setBusy] = useState(false)
  const row = useRef<HTMLButtonElement>(null)
  const wasIdle = useRef(true)

  useEffect(() => {
    // The buttons that had the focus are gone; without this it would be nowhere.
    if (mode === 'idle' && !wasIdle.current) row.current?.focus()
    wasIdle.current = mode === 'idle'
  }, [mode])

  async function attempt(act: () => Promise<unknown>) {
    if (busy) return
    setBusy(true)
    try {
      await act()
      setProblem(undefined)
      setMode('idle')
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'It did not work; try again')
    } finally {
      setBusy(false)
    }
  }

  const rename = () => attempt(() => client.renameThread(thread.threadId, title.trim()))

  const remove = () =>
    attempt(async () => {
      await client.deleteThread(thread.threadId)
      if (current) goToThread(undefined)
    })

  function onKey(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter' && title.trim() !== '') void rename()
    if (event.key === 'Escape') setMode('idle')
  }

  return (
    <li>
      <div className={`group flex items-center rounded-lg ${current ? 'bg-accent' : 'hover:bg-muted'}`}>
        {mode === 'renaming' ? (
          <input
            aria-label="New title"
            dir="auto"
            // biome-ignore lint/a11y/noAutofocus: it was just asked for
            autoFocus
            value={title}
            maxLength={200}
            onChange={(event) => setTitle(event.target.value)}
            onKeyDown={onKey}
            className="mx-2 my-1 min-w-0 flex-1 rounded border border-input bg-background px-1.5 py-1 text-sm"
          />
        ) : (
          <button
            ref={row}
            dir="auto"
            type="button"
            onClick={onOpen}
            aria-current={current ? 'page' : undefined}
            title={thread.title}
            className="min-w-0 flex-1 truncate rounded-lg px-3 py-2 text-start text-sm"
          >
            {mode === 'deleting' ? `Delete “${thread.title}”?` : thread.title}
          </button>
        )}
        {thread.activeRunId !== null && mode === 'idle' && (
          <span
            className="mr-2 size-2 shrink-0 animate-pulse rounded-full bg-primary"
            role="img"
            aria-label="at work"
          />
        )}
        {mode === 'idle' ? (
          <span className="hidden shrink-0 pr-1 group-focus-within:flex group-hover:flex pointer-coarse:flex">
            <IconButton
              label={`Rename ${thread.title}`}
              icon={Pencil}
              onClick={() => {
                setTitle(thread.title)
                setMode('renaming')
              }}
            />
            <IconButton label={`Delete ${thread.title}`} icon={Trash2} onClick={() => setMode('deleting')} />
          </span>
        ) : (
          <span className="flex shrink-0 pr-1">
            <IconButton
              label={mode === 'renaming' ? 'Keep the new title' : 'Yes, delete'}
              icon={Check}
              disabled={busy || (mode === 'renaming' && title.trim() === '')}
              onClick={() => void (mode === 'renaming' ? rename() : remove())}
            />
            <IconButton label="Cancel" icon={X} disabled={busy} onClick={() => setMode('idle')} />
          </span>
        )}
      </div>
      {problem !== undefined && (
        <p role="alert" className="px-3 py-1 text-xs text-bad">
          {problem}
        </p>
      )}
    </li>
  )
}
