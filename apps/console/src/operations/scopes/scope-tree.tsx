/** The tree itself: one list of rows, moved through with the arrows, opened to the right and closed to the left. */
import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from 'react'
import { CloseReportDetails, ScopeDetails } from './scope-details.tsx'
import { ScopeRow } from './scope-row.tsx'
import { ageWords } from './scope-words.ts'
import type { TreeRow } from './tree-rows.ts'

export interface ScopeTreeProps {
  readonly rows: readonly TreeRow[]
  /** The server's. */
  readonly now: number
  /** Of what closed: from when on it goes. */
  readonly fadesFrom: number
  readonly onToggle: (row: TreeRow, open: boolean) => void
  /** Lists more of what was left out. Undefined: there is no room for more. */
  readonly onMore: (() => void) | undefined
}

export function ScopeTree({ rows, now, fadesFrom, onToggle, onMore }: ScopeTreeProps) {
  const [current, setCurrent] = useState<string>()
  const [shown, setShown] = useState<string>()
  const list = useRef<HTMLDivElement>(null)
  const keys = useMemo(() => rows.map(({ key }) => key), [rows])
  const currentKey = current !== undefined && keys.includes(current) ? current : keys[0]

  const toggle = useCallback((row: TreeRow) => row.type === 'scope' && onToggle(row, !row.isOpen), [onToggle])

  function go(key: string | undefined) {
    if (key === undefined) return
    setCurrent(key)
    list.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus()
  }

  function choose(row: TreeRow) {
    if (row.type === 'more') onMore?.()
    else setShown(shown === row.key ? undefined : row.key)
  }

  function press(event: KeyboardEvent, row: TreeRow, index: number) {
    const act = actionOf(event.key)
    if (act === undefined || event.target !== event.currentTarget) return
    event.preventDefault()
    act()

    function actionOf(key: string): (() => void) | undefined {
      const isScope = row.type === 'scope'
      switch (key) {
        case 'ArrowDown':
          return () => go(keys[index + 1])
        case 'ArrowUp':
          return () => go(keys[index - 1])
        case 'Home':
          return () => go(keys[0])
        case 'End':
          return () => go(keys.at(-1))
        case 'ArrowRight':
          return () => (isScope && row.isOpen ? go(keys[index + 1]) : isScope && row.canOpen && onToggle(row, true))
        case 'ArrowLeft':
          return () => (isScope && row.isOpen ? onToggle(row, false) : go(row.parent))
        case 'Enter':
        case ' ':
          return () => choose(row)
        default:
          return undefined
      }
    }
  }

  return (
    <div role="tree" aria-label="Open scopes" ref={list} className="py-1">
      {rows.map((row, index) => {
        const isShown = shown === row.key
        const isGoing = row.type === 'closed' && row.closed.at < fadesFrom
        return (
          <div
            key={row.key}
            role="treeitem"
            aria-level={row.level}
            aria-expanded={row.type === 'scope' && row.canOpen ? row.isOpen : undefined}
            aria-selected={isShown}
            data-key={row.key}
            tabIndex={row.key === currentKey ? 0 : -1}
            onFocus={() => setCurrent(row.key)}
            onKeyDown={(event) => press(event, row, index)}
            onClick={() => choose(row)}
            className={`cursor-default outline-offset-[-2px] transition-[opacity,background-color] duration-1000 starting:opacity-0 [contain-intrinsic-size:auto_2.25rem] [content-visibility:auto] hover:bg-muted/60 aria-selected:bg-accent/60 ${isGoing ? 'motion-safe:opacity-0' : ''}`}
          >
            <ScopeRow
              row={row}
              age={row.type === 'scope' ? ageWords(now - row.scope.openedAt) : ''}
              onToggle={toggle}
              hasMore={onMore !== undefined}
            />
            {isShown && (
              // biome-ignore lint/a11y: what is shown is read and copied, not pressed
              <div className="border-y bg-card px-4 py-3 sm:ps-12" onClick={(event) => event.stopPropagation()}>
                {row.type === 'scope' && <ScopeDetails scope={row.scope} />}
                {row.type === 'closed' && <CloseReportDetails closed={row.closed} />}
              </div>
            )}
          </div>
        )
      })}
    </div>
  )
}
