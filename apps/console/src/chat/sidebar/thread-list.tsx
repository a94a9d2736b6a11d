/** The threads, by day. More come when their end comes near. */
import { MessageSquareDashed, SearchX } from 'lucide-react'
import { useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import type { Thread } from 'toolcrib/protocol'
import { useThreads } from 'toolcrib/react'
import { Button } from '../../kit/button.tsx'
import { EmptyState } from '../../kit/empty-state.tsx'
import { ContextMenu } from '../../kit/menu.tsx'
import { Notice } from '../../kit/notice.tsx'
import { Loading, Skeleton } from '../../kit/skeleton.tsx'
import { dayOf } from '../../parts/time.ts'
import { useWaiting } from '../approval/waiting.tsx'
import { useDeletions } from './deletions.tsx'
import { ThreadActions } from './thread-menu.tsx'
import { ThreadRow } from './thread-row.tsx'
import { useKeptFocus } from './use-kept-focus.ts'

export interface ThreadListProps {
  readonly query: string
  readonly threadId: string | undefined
  readonly onOpen: () => void
  readonly onClearQuery: () => void
}

/** The row that was pressed with the other button, and where. */
interface Pointed {
  readonly thread: Thread
  readonly at: DOMRect
}

export function ThreadList({ query, threadId, onOpen, onClearQuery }: ThreadListProps) {
  const { threads, query: of, hasMore: more, problem, loadMore } = useThreads({ query })
  const { hidden, remove } = useDeletions()
  const { ownThreads: waiting } = useWaiting()
  const [renaming, setRenaming] = useState<string>()
  const [pointed, setPointed] = useState<Pointed>()
  const [menuOpen, setMenuOpen] = useState(false)
  const list = useRef<HTMLElement>(null)
  const end = useRef<HTMLDivElement>(null)
  const shown = useMemo(() => threads?.filter((thread) => !hidden.has(thread.threadId)), [threads, hidden])
  const groups = useMemo(() => groupByDay(shown ?? []), [shown])
  const nearEnd = useEffectEvent(loadMore)
  useKeptFocus(list, groups)

  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at again after each page, which may not fill the list
  useEffect(() => {
    if (!more || end.current === null) return
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting === true && nearEnd(), {
      root: list.current,
      rootMargin: '400px',
    })
    observer.observe(end.current)
    return () => observer.disconnect()
  }, [more, threads])

  const removeRow = useCallback(
    (thread: Thread) => {
      const rows = [...(list.current?.querySelectorAll<HTMLElement>('[data-thread-id] a') ?? [])]
      const at = rows.findIndex(
        (row) => row.closest<HTMLElement>('[data-thread-id]')?.dataset.threadId === thread.threadId,
      )
      // The row is about to go, and must not take the focus with it.
      const next = rows[at + 1] ?? rows[at - 1]
      remove(thread)
      requestAnimationFrame(() => (next ?? list.current)?.focus())
    },
    [remove],
  )

  return (
    <>
      <nav
        ref={list}
        aria-label="Threads"
        tabIndex={-1}
        onContextMenu={(event) => {
          const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-thread-id]') : null
          const thread = shown?.find((each) => each.threadId === row?.dataset.threadId)
          // Beside the rows the browser's own menu is the right one.
          if (thread === undefined) return
          event.preventDefault()
          setPointed({ thread, at: new DOMRect(event.clientX, event.clientY) })
          setMenuOpen(true)
        }}
        className="mt-2 min-h-48 flex-1 overflow-y-auto px-3 pb-3"
      >
        {problem !== undefined && (
          <Notice tone="bad" className="my-2">
            {problem.message}
          </Notice>
        )}
        {shown === undefined && problem === undefined && <LoadingRows />}
        {shown?.length === 0 && of === '' && (
          <EmptyState icon={MessageSquareDashed} title="No chats yet" className="py-8!">
            Write a message, and it stands here.
          </EmptyState>
        )}
        {shown?.length === 0 && of !== '' && (
          <EmptyState
            icon={SearchX}
            title={
              <>
                Nothing found for “<bdi>{of}</bdi>”
              </>
            }
            action={
              <Button size="small" onClick={onClearQuery}>
                Show all chats
              </Button>
            }
            className="py-8!"
          >
            Titles and messages were searched. Try fewer or other words.
          </EmptyState>
        )}
        {groups.map(([day, group]) => (
          <section key={day} aria-label={day}>
            <h2 className="px-3 pt-3 pb-1 text-xs font-medium text-muted-foreground">{day}</h2>
            <ul>
              {group.map((thread) => (
                <ThreadRow
                  key={thread.threadId}
                  thread={thread}
                  current={thread.threadId === threadId}
                  renaming={thread.threadId === renaming}
                  waiting={waiting.includes(thread.threadId)}
                  query={of ?? ''}
                  onOpen={onOpen}
                  onRename={setRenaming}
                  onRemove={removeRow}
                />
              ))}
            </ul>
          </section>
        ))}
        {more && <div ref={end} className="h-px" />}
      </nav>
      {pointed !== undefined && (
        <ContextMenu open={menuOpen} onOpenChange={setMenuOpen} at={pointed.at}>
          <ThreadActions thread={pointed.thread} onRename={setRenaming} onRemove={removeRow} />
        </ContextMenu>
      )}
    </>
  )
}

function LoadingRows() {
  return (
    <Loading label="Loading the chats" className="flex flex-col gap-4 px-3 py-3">
      <Skeleton className="h-4 w-4/5" />
      <Skeleton className="h-4 w-3/5" />
      <Skeleton className="h-4 w-2/3" />
      <Skeleton className="h-4 w-1/2" />
    </Loading>
  )
}

function groupByDay(threads: readonly Thread[]): readonly (readonly [string, readonly Thread[]])[] {
  const now = Date.now()
  return [...Map.groupBy(threads, (thread) => dayOf(thread.updatedAt, now))]
}
