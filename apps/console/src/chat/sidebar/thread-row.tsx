import { Link } from '@tanstack/react-router'
import { Hourglass } from 'lucide-react'
import { type KeyboardEvent, memo, useLayoutEffect, useRef } from 'react'
import type { Thread } from 'toolcrib/protocol'
import { Tooltip } from '../../kit/tooltip.tsx'
import { threadName } from '../../parts/thread-name.ts'
import { MarkedTitle } from './marked-title.tsx'
import { ThreadMenu } from './thread-menu.tsx'
import { ThreadRename } from './thread-rename.tsx'

export interface ThreadRowProps {
  readonly thread: Thread
  readonly current: boolean
  readonly renaming: boolean
  /** A call in it waits for an answer of the one who sits here. */
  readonly waiting: boolean
  /** What was searched for, or nothing. */
  readonly query: string
  readonly onOpen: () => void
  readonly onRename: (threadId: string | undefined) => void
  readonly onRemove: (thread: Thread) => void
}

export const ThreadRow = memo(function ThreadRow(props: ThreadRowProps) {
  const { thread, current, renaming, waiting, query, onOpen, onRename, onRemove } = props
  const { threadId } = thread
  const name = threadName(thread)
  const link = useRef<HTMLAnchorElement>(null)

  useLayoutEffect(() => {
    if (!renaming) return
    return () => {
      // The field is gone; where it had the focus, nothing has it now.
      queueMicrotask(() => document.activeElement === document.body && link.current?.focus())
    }
  }, [renaming])

  function onKey(event: KeyboardEvent) {
    // Held down it would go on with the next one, and the next.
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    if (event.key === 'F2') onRename(threadId)
    else if (event.key === 'Delete') onRemove(thread)
    else return
    event.preventDefault()
  }

  return (
    <li data-thread-id={threadId} className="[contain-intrinsic-size:auto_2.25rem] [content-visibility:auto]">
      {renaming ? (
        <ThreadRename thread={thread} onDone={() => onRename(undefined)} />
      ) : (
        <div
          className={`group flex min-h-9 items-center rounded-lg pointer-coarse:min-h-11 ${current ? 'bg-accent' : 'hover:bg-muted'}`}
        >
          <Tooltip text={name}>
            <Link
              ref={link}
              to="/thread/$threadId/{-$messageId}"
              params={{ threadId, messageId: undefined }}
              dir="auto"
              onClick={onOpen}
              onKeyDown={onKey}
              aria-current={current ? 'page' : undefined}
              className={`min-w-0 flex-1 truncate rounded-lg px-3 py-2 text-start text-sm outline-offset-[-2px] ${current ? 'font-medium' : ''}`}
            >
              <MarkedTitle title={name} query={query} />
            </Link>
          </Tooltip>
          {waiting ? (
            <Hourglass role="img" aria-label="waits for you" className="me-2 size-3.5 shrink-0 text-warn" />
          ) : (
            thread.activeRunId !== null && (
              <span
                className="me-2.5 size-2 shrink-0 animate-pulse rounded-full bg-primary"
                role="img"
                aria-label="at work"
              />
            )
          )}
          <span className="w-0 shrink-0 overflow-hidden opacity-0 group-focus-within:w-8 group-focus-within:overflow-visible group-focus-within:opacity-100 group-hover:w-8 group-hover:overflow-visible group-hover:opacity-100 has-data-popup-open:w-8 has-data-popup-open:opacity-100 pointer-coarse:w-10 pointer-coarse:opacity-100">
            <ThreadMenu thread={thread} onRename={onRename} onRemove={onRemove} />
          </span>
        </div>
      )}
    </li>
  )
})
