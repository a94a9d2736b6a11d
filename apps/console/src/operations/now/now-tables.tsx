import { CircleCheck } from 'lucide-react'
import { latencyQuantile, type NowReading } from 'toolcrib/operations'
import { Card } from '../../kit/card.tsx'
import { formatCount, formatLatency } from '../parts/amount.ts'
import { latencyNames, latencyWords } from './latency-words.ts'
import { latenciesOf } from './now-series.ts'

interface OfWindow {
  readonly readings: readonly NowReading[]
  readonly windowText: string
}

export function LatencyTable({ readings, windowText }: OfWindow) {
  return (
    <Card
      title="Latencies"
      description={`How long things took in the last ${windowText}.`}
      padded={false}
      className="xl:col-span-3"
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section aria-label="Latencies, as a table" tabIndex={0} className="overflow-x-auto pb-3 outline-offset-[-2px]">
        <table className="w-full min-w-96 text-sm tabular-nums">
          <thead className="text-xs text-muted-foreground">
            <tr>
              {['What', 'median', '95th', '99th', 'count'].map((heading, index) => (
                <th
                  key={heading}
                  scope="col"
                  className={`px-4 py-1 font-medium ${index === 0 ? 'text-start' : 'text-end'}`}
                >
                  {heading}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {latencyNames.map((name) => {
              const counts = latenciesOf(readings, name)
              const total = counts.reduce((sum, [, count]) => sum + count, 0)
              return (
                <tr key={name}>
                  <th scope="row" className="px-4 py-1 text-start font-normal">
                    {latencyWords[name].label}{' '}
                    <span className="block text-xs text-muted-foreground">{latencyWords[name].about}</span>
                  </th>
                  {[0.5, 0.95, 0.99].map((share) => {
                    const value = latencyQuantile(counts, share)
                    return (
                      <td key={share} className="px-4 py-1 text-end whitespace-nowrap">
                        {value === null ? '–' : formatLatency(value)}
                      </td>
                    )
                  })}
                  <td className="px-4 py-1 text-end text-muted-foreground">{formatCount(total)}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </section>
    </Card>
  )
}

export function ModelErrors({ readings, windowText }: OfWindow) {
  const errors = new Map<
    string,
    { readonly model: string | null; readonly code: string; count: number; last: number }
  >()
  for (const { at, modelErrors } of readings) {
    for (const { model, code, count } of modelErrors) {
      const key = JSON.stringify([model, code])
      errors.set(key, { model, code, count: (errors.get(key)?.count ?? 0) + count, last: at })
    }
  }
  return (
    <Card title="Model errors" description={`By model and code, in the last ${windowText}.`}>
      {errors.size === 0 ? (
        <p className="flex items-center gap-2 text-sm text-muted-foreground">
          <CircleCheck aria-hidden="true" className="size-4 text-good" />
          Every model answered.
        </p>
      ) : (
        <ul className="flex flex-col gap-2 text-sm">
          {[...errors].map(([key, { model, code, count, last }]) => (
            <li key={key} className="flex flex-wrap items-baseline gap-x-3">
              <span className="font-semibold text-bad tabular-nums">{formatCount(count)} ×</span>
              <code className="text-xs [overflow-wrap:anywhere]">{code}</code>
              <bdi className="text-muted-foreground [overflow-wrap:anywhere]">
                {model ?? 'a model of before the start'}
              </bdi>
              <span className="ms-auto text-xs text-muted-foreground tabular-nums">
                last at {new Date(last).toLocaleTimeString()}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
