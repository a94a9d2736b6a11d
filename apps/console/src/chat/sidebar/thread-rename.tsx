import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import type { Thread } from 'toolcrib/protocol'
import { useClient } from 'toolcrib/react'
import { problemOf } from '../../parts/problem.ts'

export interface ThreadRenameProps {
  readonly thread: Thread
  /** Kept, or given up. */
  readonly onDone: () => void
}

/** A title in its place, to be written over. Enter or going elsewhere keeps it, Esc does not. */
export function ThreadRename({ thread, onDone }: ThreadRenameProps) {
  const client = useClient()
  const [title, setTitle] = useState(thread.title)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const field = useRef<HTMLInputElement>(null)

  useEffect(() => field.current?.select(), [])

  async function keep() {
    const wanted = title.trim()
    if (busy) return
    if (wanted === '' || wanted === thread.title) return onDone()
    setBusy(true)
    try {
      await client.renameThread(thread.threadId, wanted)
      onDone()
    } catch (error) {
      setProblem(problemOf(error, 'It was not renamed; try again'))
      setBusy(false)
    }
  }

  function onKey(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return
    event.preventDefault()
    if (event.key === 'Enter') void keep()
    else onDone()
  }

  return (
    <>
      <input
        ref={field}
        aria-label="New title"
        aria-invalid={problem === undefined ? undefined : true}
        dir="auto"
        // biome-ignore lint/a11y/noAutofocus: it was just asked for
        autoFocus
        value={title}
        maxLength={200}
        onChange={(event) => setTitle(event.target.value)}
        onKeyDown={onKey}
        onBlur={() => void keep()}
        className="min-h-9 w-full rounded-lg border border-input bg-background px-[calc(0.75rem-1px)] text-base md:text-sm"
      />
      {problem !== undefined && (
        <p role="alert" className="px-3 py-1 text-xs text-bad">
          {problem}
        </p>
      )}
    </>
  )
}
