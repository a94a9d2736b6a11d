/** Lines over time, drawn by uPlot. The law: what it shows can be read as words and as a table, too; its colours are the page's. */
import { Table2 } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { IconButton } from '../../kit/icon-button.tsx'
import { ChartTable } from './chart-table.tsx'
import { Plot } from './plot.tsx'

export type ChartColor = 'chart-1' | 'chart-2' | 'chart-3' | 'chart-4' | 'chart-5' | 'bad'

export interface ChartLine {
  readonly label: string
  /** Null: not known, and nothing is drawn. */
  readonly values: readonly (number | null)[]
  readonly color: ChartColor
}

export interface ChartProps {
  readonly title: string
  /** Milliseconds since the epoch, one for each value, rising. */
  readonly times: readonly number[]
  readonly lines: readonly ChartLine[]
  /** First and last moment that is shown, whether or not there are values. */
  readonly span: readonly [from: number, to: number]
  readonly format: (value: number) => string
  /** Charts with one key move their crosshairs together. */
  readonly sync: string
  /** What else can be chosen of it. */
  readonly choice?: ReactNode
}

const dots: { readonly [C in ChartColor]: string } = {
  'chart-1': 'bg-chart-1',
  'chart-2': 'bg-chart-2',
  'chart-3': 'bg-chart-3',
  'chart-4': 'bg-chart-4',
  'chart-5': 'bg-chart-5',
  bad: 'bg-bad',
}

export function Chart({ title, times, lines, span, format, sync, choice }: ChartProps) {
  const id = useId()
  const [at, setAt] = useState<number | null>(null)
  const [asTable, setAsTable] = useState(false)
  const shown = at !== null && at < times.length ? at : times.length - 1
  return (
    <figure aria-labelledby={id} className="flex min-w-0 flex-col rounded-xl border bg-card p-4 shadow-xs">
      <div className="flex items-start justify-between gap-3">
        <figcaption id={id} className="text-sm font-semibold">
          {title}
        </figcaption>
        <IconButton
          label={asTable ? `Show ${title} as a chart` : `Show ${title} as a table`}
          icon={Table2}
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
          className="-me-2 -mt-1.5"
        />
      </div>
      {choice}
      <ul className="mb-2 flex flex-wrap gap-x-4 gap-y-0.5 text-xs text-muted-foreground">
        {lines.map(({ label, values, color }) => {
          const value = values[shown] ?? null
          return (
            <li key={label} className="flex items-center gap-1.5">
              <span aria-hidden="true" className={`size-2 rounded-full ${dots[color]}`} />
              {label}{' '}
              <span className="font-medium text-foreground tabular-nums">{value === null ? '–' : format(value)}</span>
            </li>
          )
        })}
        {at !== null && times[shown] !== undefined && (
          <li className="ms-auto tabular-nums">{new Date(times[shown]).toLocaleTimeString()}</li>
        )}
      </ul>
      {asTable ? (
        <ChartTable title={title} times={times} lines={lines} span={span} format={format} />
      ) : (
        <Plot times={times} lines={lines} span={span} format={format} sync={sync} onCursor={setAt} />
      )}
    </figure>
  )
}
