/** A run on an axis of time: a row for each step and call, what it did in that time as bars. */

import { Hourglass } from 'lucide-react'
import { useMemo, useState } from 'react'
import { EmptyState } from '../../kit/empty-state.tsx'
import { Switch } from '../../kit/switch.tsx'
import { formatDuration } from '../../parts/time.ts'
import { useTick } from '../parts/use-tick.ts'
import { paceOf, shortSilenceMs, ticksOf } from './pace.ts'
import { RowDetail } from './row-detail.tsx'
import { RowList } from './row-list.tsx'
import { formatLong, formatOffset } from './run-times.ts'
import { type BarKind, type Row, timelineOf } from './timeline.ts'
import type { RunLog } from './use-run.ts'
import { barLooks, nameColumn, type Scale, WaterfallRow } from './waterfall-row.tsx'

const rowHeight = 32
const maxTicks = 6
/** Two names of ticks nearer than this would touch. */
const minTickShare = 0.11

export function Waterfall({ log: { events, run, currency } }: { readonly log: RunLog }) {
  const [chosen, setChosen] = useState<string>()
  const [cutSilences, setCutSilences] = useState(true)
  const atWork = run.endedAt === null
  const now = useTick(1_000, atWork)
  const timeline = useMemo(() => timelineOf(events), [events])
  const { rows, marks, moments } = timeline
  const durationMs = Math.max(timeline.durationMs, atWork ? now - run.startedAt : 0)
  const maxSilenceMs = useMemo(() => shortSilenceMs(moments, durationMs), [moments, durationMs])
  const scale = useMemo((): Scale => {
    const pace = paceOf({ moments, durationMs, maxSilenceMs: cutSilences ? maxSilenceMs : Number.POSITIVE_INFINITY })
    const lengthMs = Math.max(1, pace.lengthMs)
    return { share: (at) => pace.place(at) / lengthMs, silences: pace.silences, endMs: durationMs }
  }, [moments, durationMs, maxSilenceMs, cutSilences])
  const row = rows.find(({ key }) => key === chosen)

  if (rows.length === 0) {
    return (
      <EmptyState icon={Hourglass} title="Nothing to see yet">
        {atWork ? 'The agent has not begun its first step.' : 'This run ended before its first step.'}
      </EmptyState>
    )
  }
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <Legend />
        {Number.isFinite(maxSilenceMs) && (
          <Switch label="Cut long silences short" checked={cutSilences} onChange={setCutSilences} />
        )}
      </div>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <RowList
          label="Steps and calls"
          items={rows}
          keyOf={keyOf}
          chosen={chosen}
          onChoose={({ key }) => setChosen(key)}
          rowHeight={rowHeight}
          header={<Axis scale={scale} />}
          backdrop={<Backdrop scale={scale} marks={marks} />}
          followsEnd={atWork}
          className="max-h-[45vh] rounded-xl border bg-card text-sm shadow-xs lg:max-h-[70vh]"
        >
          {(item) => <WaterfallRow row={item} scale={scale} />}
        </RowList>
        <div className="lg:sticky lg:top-4">
          <RowDetail row={row} currency={currency} startedAt={run.startedAt} />
        </div>
      </div>
      {marks.length > 0 && (
        <ul className="flex flex-col gap-1 text-sm text-warn">
          {marks.map(({ kind, at, label }) => (
            <li key={`${kind} ${at}`}>
              {formatOffset(at)}: {label}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

const legend: readonly (readonly [BarKind, string])[] = [
  ['model', 'Model writes'],
  ['queued', 'Not started'],
  ['waiting', 'Waits for a person'],
  ['running', 'Tool runs'],
]

function Legend() {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted-foreground">
      {legend.map(([kind, label]) => (
        <li key={kind} className="flex items-center gap-1.5">
          <span aria-hidden="true" className={`w-5 rounded-sm ${barLooks[kind]}`} /> {label}
        </li>
      ))}
    </ul>
  )
}

function Axis({ scale }: { readonly scale: Scale }) {
  return (
    <div
      aria-hidden="true"
      className={`sticky top-0 z-10 grid h-8 min-w-120 ${nameColumn} border-b bg-card text-xs text-muted-foreground`}
    >
      <span className="truncate px-3 py-2">Step or call</span>
      <span className="relative me-16">
        {ticksFor(scale).map(({ at, share }) => (
          <span
            key={at}
            className="absolute top-2 -translate-x-1/2 tabular-nums whitespace-nowrap first:translate-x-0"
            style={{ left: `${share * 100}%` }}
          >
            {formatLong(at)}
          </span>
        ))}
      </span>
    </div>
  )
}

function Backdrop({ scale, marks }: { readonly scale: Scale; readonly marks: readonly { readonly at: number }[] }) {
  return (
    <div aria-hidden="true" className={`pointer-events-none absolute inset-0 grid min-w-120 ${nameColumn}`}>
      <span />
      <span className="relative me-16">
        {scale.silences.map(({ from, to }) => (
          <span
            key={from}
            title={formatDuration(to - from)}
            className="absolute inset-y-0 border-x border-dashed bg-muted/60"
            style={{ left: `${scale.share(from) * 100}%`, width: `${(scale.share(to) - scale.share(from)) * 100}%` }}
          />
        ))}
        {ticksFor(scale).map(({ at, share }) => (
          <span key={at} className="absolute inset-y-0 border-s border-border/60" style={{ left: `${share * 100}%` }} />
        ))}
        {marks.map(({ at }) => (
          <span
            key={at}
            className="absolute inset-y-0 border-s-2 border-dashed border-warn"
            style={{ left: `${scale.share(at) * 100}%` }}
          />
        ))}
      </span>
    </div>
  )
}

/** Where a silence is cut short the ticks within it are too near to each other: those are left out. */
function ticksFor({ endMs, share, silences }: Scale): readonly { readonly at: number; readonly share: number }[] {
  const cut = silences.reduce((sum, { from, to }) => sum + to - from, 0)
  const lively = ticksOf(silences.length === 0 ? endMs : Math.max(1, endMs - cut), maxTicks)
  const ends = silences.map(({ to }) => to)
  const places = [...lively, ...ends]
    .filter((at) => at <= endMs && !silences.some(({ from, to }) => at > from && at < to))
    .sort((a, b) => a - b)
  const kept: { at: number; share: number }[] = []
  for (const at of places) {
    const place = share(at)
    if (kept.every((other) => place - other.share >= minTickShare)) kept.push({ at, share: place })
  }
  return kept
}

function keyOf({ key }: Row): string {
  return key
}
