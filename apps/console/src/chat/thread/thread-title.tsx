/** The name of the chat, changed where it stands. */
import { Pencil } from 'lucide-react'
import { type KeyboardEvent, useRef, useState } from 'react'
import { IconButton } from '../../kit/icon-button.tsx'
import { useToast } from '../../kit/toast.tsx'
import { plainText } from '../../parts/plain-text.ts'
import { problemOf } from '../../parts/problem.ts'

const MAX_TITLE_CHARS = 200

export interface ThreadTitleProps {
  readonly title: string
  readonly onRename?: ((title: string) => Promise<unknown>) | undefined
}

export function ThreadTitle({ title, onRename }: ThreadTitleProps) {
  const [draft, setDraft] = useState<string>()
  const button = useRef<HTMLButtonElement>(null)
  const toast = useToast()

  function leave() {
    setDraft(undefined)
    // The field that had the focus is gone.
    requestAnimationFrame(() => button.current?.focus())
  }

  async function rename() {
    const name = draft?.trim() ?? ''
    leave()
    if (name === '' || name === title || onRename === undefined) return
    try {
      await onRename(name)
    } catch (error) {
      toast.show({ title: 'The chat was not renamed', description: problemOf(error, 'Try again'), tone: 'bad' })
      setDraft(name)
    }
  }

  function onKey(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter') void rename()
    if (event.key === 'Escape') {
      // Not the run at work is meant.
      event.stopPropagation()
      leave()
    }
  }

  if (draft !== undefined) {
    return (
      <input
        // biome-ignore lint/a11y/noAutofocus: asked for by the press that opened it
        autoFocus
        aria-label="Title of the chat"
        dir="auto"
        value={draft}
        maxLength={MAX_TITLE_CHARS}
        onFocus={(event) => event.target.select()}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={onKey}
        onBlur={() => setDraft(undefined)}
        className="min-w-0 flex-1 rounded-lg border border-input bg-background px-2 py-1 text-sm font-medium"
      />
    )
  }
  return (
    <div className="group flex min-w-0 flex-1 items-center gap-1">
      <h1 dir="auto" className="min-w-0 truncate text-sm font-medium" title={title}>
        {plainText(title)}
      </h1>
      {onRename !== undefined && (
        <IconButton
          ref={button}
          label="Rename this chat"
          icon={Pencil}
          onClick={() => setDraft(title)}
          className="size-7! opacity-0 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-100"
        />
      )}
    </div>
  )
}
