import { type ReactNode, useMemo } from 'react'
import type { NowReading } from 'toolcrib/operations'
import { formatBytes, formatCount, formatLatency } from '../parts/amount.ts'
import { Chart } from '../parts/chart.tsx'
import { LatencyChart } from './latency-chart.tsx'
import { lineOf, type Moment, rateOf } from './now-series.ts'
import { errorsIn } from './now-tiles.tsx'

interface NowChartsProps {
  readonly moments: readonly Moment[]
  readonly span: readonly [from: number, to: number]
  /** What stands in the grid after them. */
  readonly children: ReactNode
}

const sync = 'now'

export function NowCharts({ moments, span, children }: NowChartsProps) {
  const times = useMemo(() => moments.map(({ at }) => at), [moments])
  const lines = useMemo(() => {
    const of = (value: (reading: NowReading) => number) => lineOf(moments, value)
    const ended = ({ runs }: NowReading) => Object.values(runs.ended).reduce((sum, count) => sum + count, 0)
    const refused = ({ connections }: NowReading) => Object.values(connections.refused).reduce((a, b) => a + b, 0)
    return {
      connections: [
        { label: 'open', color: 'chart-1', values: of(({ connections }) => connections.open) },
        { label: 'accepted a second', color: 'chart-2', values: of((s) => rateOf(s.connections.accepted, s)) },
        { label: 'refused a second', color: 'bad', values: of((s) => rateOf(refused(s), s)) },
      ],
      runs: [
        { label: 'at work', color: 'chart-1', values: of(({ runs }) => runs.active) },
        { label: 'completed a second', color: 'chart-5', values: of((s) => rateOf(s.runs.ended.completed ?? 0, s)) },
        {
          label: 'ended otherwise',
          color: 'bad',
          values: of((s) => rateOf(ended(s) - (s.runs.ended.completed ?? 0), s)),
        },
      ],
      events: [{ label: 'a second', color: 'chart-1', values: of((s) => rateOf(s.events, s)) }],
      errors: [{ label: 'a second', color: 'bad', values: of((s) => rateOf(errorsIn(s), s)) }],
      scopes: [
        { label: 'users', color: 'chart-1', values: of(({ scopes }) => scopes.open.user ?? 0) },
        { label: 'connections', color: 'chart-2', values: of(({ scopes }) => scopes.open.connection ?? 0) },
        { label: 'runs', color: 'chart-3', values: of(({ scopes }) => scopes.open.run ?? 0) },
        { label: 'calls', color: 'chart-4', values: of(({ scopes }) => scopes.open.call ?? 0) },
      ],
      lag: [
        { label: 'median', color: 'chart-1', values: of(({ lag }) => lag.p50Ms) },
        { label: '99th percentile', color: 'chart-3', values: of(({ lag }) => lag.p99Ms) },
      ],
      memory: [
        { label: 'resident', color: 'chart-1', values: of(({ memory }) => memory.residentBytes) },
        { label: 'heap', color: 'chart-2', values: of(({ memory }) => memory.heapBytes) },
      ],
    } as const
  }, [moments])
  const shared = { times, span, sync }
  return (
    <div className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
      <Chart {...shared} title="Connections" lines={lines.connections} format={formatCount} />
      <Chart {...shared} title="Runs" lines={lines.runs} format={formatCount} />
      <Chart {...shared} title="Events" lines={lines.events} format={formatCount} />
      <LatencyChart {...shared} moments={moments} />
      <Chart {...shared} title="Model errors" lines={lines.errors} format={formatCount} />
      <Chart {...shared} title="Scopes open" lines={lines.scopes} format={formatCount} />
      <Chart {...shared} title="Event loop, late by" lines={lines.lag} format={formatLatency} />
      <Chart {...shared} title="Memory" lines={lines.memory} format={formatBytes} />
      {children}
    </div>
  )
}
