import { useMemo, useState } from 'react'
import type { LatencyName } from 'toolcrib/operations'
import { Segmented } from '../../kit/segmented.tsx'
import { formatLatency } from '../parts/amount.ts'
import { Chart, type ChartProps } from '../parts/chart.tsx'
import { latencyNames, latencyWords } from './latency-words.ts'
import { type Moment, rollingQuantiles } from './now-series.ts'

/** Each point is of the seconds before it, so many. */
const over = 15

interface LatencyChartProps extends Pick<ChartProps, 'times' | 'span' | 'sync'> {
  readonly moments: readonly Moment[]
}

export function LatencyChart({ moments, ...shared }: LatencyChartProps) {
  const [name, setName] = useState<LatencyName>('firstEvent')
  const lines = useMemo(
    () =>
      (
        [
          ['median', 0.5, 'chart-1'],
          ['95th', 0.95, 'chart-2'],
          ['99th', 0.99, 'chart-3'],
        ] as const
      ).map(([label, share, color]) => ({ label, color, values: rollingQuantiles(moments, { name, share, over }) })),
    [moments, name],
  )
  return (
    <Chart
      {...shared}
      title={`Latency: ${latencyWords[name].label.toLowerCase()}`}
      lines={lines}
      format={formatLatency}
      choice={
        <Segmented
          label="Latency of"
          value={name}
          onChange={setName}
          options={latencyNames.map((value) => ({ value, label: latencyWords[value].label }))}
          className="mt-1 mb-2 max-w-full self-start"
        />
      }
    />
  )
}
