import { latencyQuantile, type NowReading } from 'toolcrib/operations'
import { formatCount, formatLatency } from '../parts/amount.ts'
import { latenciesOf, rateOf, sumOf, tallyOf } from './now-series.ts'
import { StatTile } from './stat-tile.tsx'
import type { NowState } from './use-now.ts'

interface NowTilesProps {
  /** Of the window; at least one. */
  readonly readings: readonly NowReading[]
  readonly waiting: NowState['waiting']
  /** As in “in 5 min”. */
  readonly windowText: string
}

export function NowTiles({ readings, waiting, windowText }: NowTilesProps) {
  const first = readings[0]
  const last = readings.at(-1)
  if (first === undefined || last === undefined) return null
  const seconds = sumOf(readings, ({ spanMs }) => spanMs) / 1_000
  const change = (value: (reading: NowReading) => number) => {
    const by = value(last) - value(first)
    return { by, text: `${by > 0 ? '+' : '−'}${formatCount(Math.abs(by))} in ${windowText}` }
  }
  const refused = tallyOf(readings, ({ connections }) => connections.refused)
  const ended = tallyOf(readings, ({ runs }) => runs.ended as Readonly<Record<string, number>>)
  const errors = sumOf(readings, errorsIn)
  const firstEvent = latenciesOf(readings, 'firstEvent')
  const p95 = latencyQuantile(firstEvent, 0.95)
  const accepted = sumOf(readings, ({ connections }) => connections.accepted)
  return (
    <dl className="grid grid-cols-2 gap-3 md:grid-cols-4">
      <StatTile
        label="Connections"
        value={formatCount(last.connections.open)}
        trend={change((s) => s.connections.open)}
      >
        {formatCount(accepted)} accepted,{' '}
        {refused.length === 0
          ? 'none refused'
          : refused.map(([code, count]) => `${formatCount(count)} ${code}`).join(', ')}
      </StatTile>
      <StatTile label="Runs at work" value={formatCount(last.runs.active)} trend={change((s) => s.runs.active)}>
        {ended.length === 0
          ? `none ended in ${windowText}`
          : ended.map(([outcome, count]) => `${formatCount(count)} ${outcome.replace('_', ' ')}`).join(', ')}
      </StatTile>
      <StatTile
        label="Runs waiting for people"
        value={waiting === null ? '–' : `${formatCount(waiting.runs)}${waiting.more ? '+' : ''}`}
      >
        {waiting === null
          ? 'the store does not say'
          : waiting.runs === 0
            ? 'nobody is asked'
            : 'to be approved or answered'}
      </StatTile>
      <StatTile
        label="Scopes open"
        value={formatCount(openScopes(last))}
        trend={change(openScopes)}
        alarm={last.scopes.leaked > 0}
      >
        {last.scopes.leaked === 0 ? 'none leaked' : `${formatCount(last.scopes.leaked)} leaked`}
      </StatTile>
      <StatTile label="Events a second" value={formatCount(rateOf(last.events, last))}>
        {formatCount(seconds === 0 ? 0 : sumOf(readings, ({ events }) => events) / seconds)} on average
      </StatTile>
      <StatTile label="First event, 95th percentile" value={p95 === null ? '–' : formatLatency(p95)}>
        {p95 === null
          ? `no message in ${windowText}`
          : `of ${formatCount(firstEvent.reduce((n, [, c]) => n + c, 0))} messages`}
      </StatTile>
      <StatTile label="Model errors" value={formatCount(errors)} alarm={errors > 0}>
        {errors === 0 ? `none in ${windowText}` : `in ${windowText}`}
      </StatTile>
      <StatTile label="Event loop late by" value={formatLatency(last.lag.p99Ms)} alarm={last.lag.p99Ms > 250}>
        99th percentile, at most {formatLatency(last.lag.maxMs)}
      </StatTile>
    </dl>
  )
}

function openScopes({ scopes }: NowReading): number {
  return Object.values(scopes.open).reduce((sum, count) => sum + count, 0)
}

export function errorsIn({ modelErrors }: NowReading): number {
  return modelErrors.reduce((sum, { count }) => sum + count, 0)
}
