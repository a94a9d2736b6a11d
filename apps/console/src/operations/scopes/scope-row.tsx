/** One scope of the tree: what it is, whose, what lies below, what it holds, and how old it is. */
import { ChevronRight, CircleDashed } from 'lucide-react'
import { memo } from 'react'
import type { ScopeReport } from 'toolcrib/operations'
import { Badge } from '../../kit/badge.tsx'
import { closedBadly, countWords, kindWords, splitPath } from './scope-words.ts'
import type { TreeRow } from './tree-rows.ts'

export interface ScopeRowProps {
  readonly row: TreeRow
  readonly age: string
  readonly onToggle: (row: TreeRow) => void
  /** Whether what was left out can be listed. */
  readonly hasMore: boolean
}

export const rowLook = 'flex min-h-9 min-w-0 items-center gap-2 px-3 py-1'

export const ScopeRow = memo(function ScopeRow({ row, age, onToggle, hasMore }: ScopeRowProps) {
  const indent = { paddingInlineStart: `${0.5 + (row.level - 1) * 1.1}rem` }
  if (row.type === 'more') {
    return (
      <div className={`${rowLook} text-sm text-muted-foreground`} style={indent}>
        <span className="ms-6">
          {row.count.toLocaleString()} more.{' '}
          {hasMore ? (
            <span className="text-primary underline underline-offset-2">Show some</span>
          ) : (
            'Find them by name.'
          )}
        </span>
      </div>
    )
  }
  if (row.type === 'closed') {
    const { closed } = row
    const isBad = closedBadly(closed)
    return (
      <div className={`${rowLook} text-sm text-muted-foreground`} style={indent}>
        <CircleDashed aria-hidden="true" className="ms-6 size-4 shrink-0" />
        <bdi className="min-w-0 truncate line-through">{splitPath(closed.path).name}</bdi>
        <Badge tone={isBad ? 'bad' : 'neutral'}>{closed.leaked ? 'leaked' : isBad ? 'closed badly' : 'closed'}</Badge>
      </div>
    )
  }
  const { scope, canOpen, isOpen } = row
  const { icon: Picture, one } = kindWords(scope.kind)
  return (
    <div className={rowLook} style={indent}>
      {canOpen ? (
        // The keys of the tree do the same.
        <button
          type="button"
          tabIndex={-1}
          aria-hidden="true"
          onClick={(event) => {
            event.stopPropagation()
            onToggle(row)
          }}
          className="grid size-5 shrink-0 place-items-center rounded text-muted-foreground hover:bg-muted pointer-coarse:size-8"
        >
          <ChevronRight className={`size-4 transition-transform rtl:-scale-x-100 ${isOpen ? 'rotate-90' : ''}`} />
        </button>
      ) : (
        <span className="size-5 shrink-0 pointer-coarse:size-8" />
      )}
      <Picture aria-hidden="true" className="size-4 shrink-0 text-muted-foreground" />
      <span className="shrink-0 text-xs text-muted-foreground max-sm:sr-only">{one}</span>
      <bdi className="min-w-12 shrink truncate text-sm font-medium">{scope.name}</bdi>
      {scope.closing && <Badge tone="warn">closing</Badge>}
      <span className="min-w-0 flex-1 truncate text-xs text-muted-foreground">{factsOf(scope).join(' · ')}</span>
      <span className="shrink-0 text-xs text-muted-foreground tabular-nums">{age}</span>
    </div>
  )
})

function factsOf({ kind, below, toolCount, holdingCount, connection, run }: ScopeReport): readonly string[] {
  return [
    run === undefined ? [] : [run.stopping ? `${run.agent}, stopping` : run.agent],
    Object.entries(below).map(([inner, count]) => countWords(count, inner)),
    toolCount === 0
      ? []
      : [`${toolCount} ${toolCount === 1 ? 'tool' : 'tools'}${kind === 'connection' ? ' offered' : ''}`],
    connection === undefined || connection.openThreads === 0
      ? []
      : [`${connection.openThreads} open ${connection.openThreads === 1 ? 'chat' : 'chats'}`],
    holdingCount === 0 ? [] : [`owns ${holdingCount}`],
  ].flat()
}
