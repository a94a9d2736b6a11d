import { toneText } from '../../kit/badge.tsx'
import { formatDuration } from '../../parts/time.ts'
import type { Silence } from './pace.ts'
import { lookOf } from './run-state.tsx'
import { formatOffset } from './run-times.ts'
import type { Bar, BarKind, Row } from './timeline.ts'

export interface Scale {
  /** Of the width, for a moment of the run: 0 to 1. */
  readonly share: (at: number) => number
  readonly silences: readonly Silence[]
  /** How far the run has come. */
  readonly endMs: number
}

export const nameColumn = 'grid-cols-[9.5rem_minmax(0,1fr)] sm:grid-cols-[14rem_minmax(0,1fr)]'

/** Each kind has a form of its own: high and plain, a line, hatched. */
export const barLooks: Readonly<Record<BarKind, string>> = {
  model: 'h-2.5 bg-chart-2',
  queued: 'h-0.5 bg-muted-foreground/60',
  waiting: 'h-3.5 border border-warn bg-[repeating-linear-gradient(135deg,var(--warn)_0_2px,transparent_2px_6px)]',
  running: 'h-3.5 bg-chart-1',
}

const badBar = 'h-3.5 bg-bad'

export function WaterfallRow({ row, scale }: { readonly row: Row; readonly scale: Scale }) {
  const { icon: Picture, tone } = lookOf(row)
  const isVoid = row.kind === 'step' && row.rewound !== undefined
  const end = scale.share(row.to ?? scale.endMs)
  return (
    <div className="h-full">
      <span className="sr-only">{describe(row)}</span>
      <div aria-hidden="true" className={`grid h-full min-w-120 items-center ${nameColumn}`}>
        <span
          className="flex min-w-0 items-center gap-1.5 px-3"
          style={{ paddingInlineStart: `${0.75 + Math.min(row.depth, 6) * 0.75}rem` }}
        >
          <Picture
            aria-hidden="true"
            className={`size-3.5 shrink-0 ${toneText[tone]} ${row.to === null && tone === 'primary' ? 'animate-spin' : ''}`}
          />
          <bdi className={`truncate ${row.kind === 'call' ? 'font-mono text-xs' : ''} ${isVoid ? 'line-through' : ''}`}>
            {titleOf(row)}
          </bdi>
        </span>
        <span className="relative me-16 h-full">
          {row.bars.map((bar) => (
            <BarView key={`${bar.kind} ${bar.from}`} bar={bar} scale={scale} row={row} />
          ))}
          {row.kind === 'call' && row.lateAt !== undefined && (
            <span
              title={`Settled late, ${formatDuration(row.lateAt - row.from)} after it was asked for`}
              className="absolute inset-y-2 border-s-2 border-bad"
              style={{ left: `${Math.min(1, scale.share(row.lateAt)) * 100}%` }}
            />
          )}
          <span
            className="absolute top-1/2 -translate-y-1/2 ps-1.5 text-xs whitespace-nowrap text-muted-foreground tabular-nums"
            style={{ left: `${end * 100}%` }}
          >
            {row.to === null ? '…' : formatDuration(row.to - row.from)}
          </span>
        </span>
      </div>
    </div>
  )
}

interface BarViewProps {
  readonly bar: Bar
  readonly row: Row
  readonly scale: Scale
}

function BarView({ bar: { kind, from, to, lost }, row, scale }: BarViewProps) {
  const until = to ?? scale.endMs
  const [left, right] = [scale.share(from), scale.share(until)]
  const isBad = kind === 'running' && to !== null && lookOf(row).tone === 'bad'
  const isVoid = lost === true || (row.kind === 'step' && row.rewound !== undefined)
  return (
    <span
      title={`${wordOf(kind)} for ${formatDuration(until - from)}${lost === true ? ', then its node was lost' : ''}`}
      className={`absolute top-1/2 min-w-0.75 -translate-y-1/2 rounded-sm ${isBad ? badBar : barLooks[kind]} ${isVoid ? 'opacity-45' : ''} ${to === null ? 'rounded-e-none' : ''}`}
      style={{ left: `${left * 100}%`, width: `${(right - left) * 100}%` }}
    >
      {isVoid && <span className="absolute inset-x-0 top-1/2 border-t-2 border-dashed border-foreground" />}
    </span>
  )
}

function wordOf(kind: BarKind): string {
  switch (kind) {
    case 'model':
      return 'The model wrote'
    case 'queued':
      return 'Not started'
    case 'waiting':
      return 'Waited for a person'
    case 'running':
      return 'The tool ran'
    default:
      return kind satisfies never
  }
}

function titleOf(row: Row): string {
  switch (row.kind) {
    case 'step':
      return row.agent === undefined ? `Step ${row.step}` : `${row.agent}: step ${row.step}`
    case 'summary':
      return 'Summary'
    case 'call':
      return row.tool
    default:
      return row satisfies never
  }
}

/** What is drawn, in words. */
function describe(row: Row): string {
  const took = row.to === null ? 'not over' : `took ${formatDuration(row.to - row.from)}`
  const what = row.kind === 'call' ? `Call of ${row.tool}` : titleOf(row)
  return `${what}, ${lookOf(row).label}, ${formatOffset(row.from)}, ${took}`
}
