import { LogOut, Plus, Search, X } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import type { Failure, Principal, Thread } from 'toolcrib/protocol'
import { IconButton } from '../../kit/icon-button.tsx'
import { Logo } from '../../parts/logo.tsx'
import { ThemeButton } from '../../parts/theme-button.tsx'
import { dayOf } from '../../parts/time.ts'
import { useGoToThread } from '../../route.ts'
import { Inbox } from './inbox.tsx'
import { ThreadRow } from './thread-row.tsx'
import { UsageButton } from './usage-button.tsx'
import { useThreads } from './use-threads.ts'

export interface SidebarProps {
  readonly principal: Principal
  readonly threadId: string | undefined
  /** On a narrow page only; on a wide one it is always there. */
  readonly open: boolean
  readonly onClose: () => void
  readonly onSignOut: () => Promise<Failure | undefined>
}

export function Sidebar({ principal, threadId, open, onClose, onSignOut }: SidebarProps) {
  const goToThread = useGoToThread()
  const [query, setQuery] = useState('')
  const [signOutProblem, setSignOutProblem] = useState<string>()
  const { threads, problem } = useThreads(useDeferredValue(query.trim()))

  function go(to: string | undefined) {
    goToThread(to)
    onClose()
  }

  return (
    <>
      {open && (
        <button
          type="button"
          aria-label="Close the list of chats"
          onClick={onClose}
          className="fixed inset-0 z-10 bg-black/40 md:hidden"
        />
      )}
      <aside
        aria-label="Chats"
        className={`${open ? 'fixed inset-y-0 left-0 z-20 flex shadow-xl' : 'hidden'} w-72 shrink-0 flex-col border-r bg-sidebar md:static md:flex md:shadow-none`}
      >
        <div className="flex items-center justify-between px-4 pt-4 pb-3">
          <Logo small />
          <IconButton label="Close the list of chats" icon={X} onClick={onClose} className="md:hidden" />
        </div>
        <div className="px-3">
          <button
            type="button"
            onClick={() => go(undefined)}
            className="flex w-full items-center gap-2 rounded-lg border bg-card px-3 py-2 text-sm font-medium shadow-xs transition-colors hover:bg-accent"
          >
            <Plus aria-hidden="true" className="size-4" /> New chat
          </button>
          <label className="mt-2 flex items-center gap-2 rounded-lg px-3 py-1.5 text-sm text-muted-foreground focus-within:bg-muted">
            <Search aria-hidden="true" className="size-4 shrink-0" />
            <span className="sr-only">Search chats</span>
            <input
              type="search"
              value={query}
              onChange={(event) => setQuery(event.target.value)}
              placeholder="Search chats"
              className="w-full bg-transparent py-0.5 text-foreground outline-none placeholder:text-muted-foreground"
            />
          </label>
        </div>
        <nav aria-label="Threads" className="mt-2 min-h-0 flex-1 overflow-y-auto px-3 pb-3">
          {problem !== undefined && <p className="px-3 py-2 text-sm text-bad">{problem}</p>}
          {threads?.length === 0 && (
            <p className="px-3 py-2 text-sm text-muted-foreground">
              {query === '' ? 'No chats yet.' : `Nothing found for “${query}”.`}
            </p>
          )}
          {groupByDay(threads ?? []).map(([day, group]) => (
            <section key={day} aria-label={day}>
              <h2 className="px-3 pt-3 pb-1 text-xs font-medium text-muted-foreground">{day}</h2>
              <ul>
                {group.map((thread) => (
                  <ThreadRow
                    key={thread.threadId}
                    thread={thread}
                    current={thread.threadId === threadId}
                    onOpen={() => go(thread.threadId)}
                  />
                ))}
              </ul>
            </section>
          ))}
        </nav>
        <Inbox />
        <div className="flex items-center gap-1 border-t px-4 py-3">
          <div className="min-w-0 flex-1">
            <p className="truncate text-sm font-medium">{principal.name ?? principal.user}</p>
            <p className="truncate text-xs text-muted-foreground">{principal.tenant}</p>
          </div>
          <UsageButton />
          <ThemeButton />
          <IconButton
            label="Sign out"
            icon={LogOut}
            onClick={() => void onSignOut().then((failure) => setSignOutProblem(failure?.message))}
          />
        </div>
        {signOutProblem !== undefined && (
          <p role="alert" className="px-4 pb-3 text-sm text-bad">
            You are still signed in: {signOutProblem}
          </p>
        )}
      </aside>
    </>
  )
}

function groupByDay(threads: readonly Thread[]): readonly (readonly [string, readonly Thread[]])[] {
  const now = Date.now()
  return [...Map.groupBy(threads, (thread) => dayOf(thread.updatedAt, now))]
}
