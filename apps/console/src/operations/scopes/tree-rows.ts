/** A tree of scopes as the rows that are seen of it: those that are open, those that just closed, and “n more”. */
import type { ClosedScope, ScopeReport } from 'toolcrib/operations'
import { splitPath } from './scope-words.ts'

export type TreeRow = {
  readonly key: string
  /** From 1. */
  readonly level: number
  readonly parent: string | undefined
} & (
  | { readonly type: 'scope'; readonly scope: ScopeReport; readonly canOpen: boolean; readonly isOpen: boolean }
  | { readonly type: 'closed'; readonly closed: ClosedScope }
  | { readonly type: 'more'; readonly count: number }
)

export interface TreeState {
  /** Null: whatever the server lists. */
  readonly isOpen: (scope: ScopeReport, level: number) => boolean
  /** What closed a moment ago, and is still shown. */
  readonly closed: readonly ClosedScope[]
}

export function rowsOf(app: ScopeReport, { isOpen, closed }: TreeState): readonly TreeRow[] {
  const rows: TreeRow[] = []
  const closedBelow = Map.groupBy(closed, ({ path }) => splitPath(path).above)

  function add(scope: ScopeReport, level: number, parent: string | undefined): void {
    const key = `${scope.id}`
    const canOpen = Object.keys(scope.below).length > 0
    const open = canOpen && isOpen(scope, level)
    rows.push({ type: 'scope', key, level, parent, scope, canOpen, isOpen: open })
    if (!open) return
    for (const child of scope.children) add(child, level + 1, key)
    const inner = { level: level + 1, parent: key }
    for (const gone of closedBelow.get(scope.path) ?? []) {
      rows.push({ type: 'closed', key: `${gone.path} ${gone.at}`, ...inner, closed: gone })
    }
    if (scope.omitted > 0) rows.push({ type: 'more', key: `${key} more`, ...inner, count: scope.omitted })
  }

  add(app, 1, undefined)
  return rows
}
