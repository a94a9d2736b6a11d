import type { HealthChange } from 'toolcrib/operations'
import { formatSpan } from '../parts/amount.ts'
import { healthWords } from './health-words.ts'

const hourMs = 3_600_000

interface HealthStripProps {
  readonly history: readonly HealthChange[]
  /** The server's time. */
  readonly at: number
  readonly uptimeMs: number
}

/** The last hour, or as much of it as the server is up, as a line in pieces. What it says stands in words beside it. */
export function HealthStrip({ history, at, uptimeMs }: HealthStripProps) {
  const spanMs = Math.max(1_000, Math.min(hourMs, uptimeMs))
  let endMs = 0
  // From now backwards: only how long things lasted is certain, a clock may have been set.
  const pieces = history
    .toReversed()
    .map(({ state, at: since, lastedMs }) => {
      const from = Math.min(spanMs, endMs)
      endMs += lastedMs
      return { state, since, ms: Math.min(spanMs, endMs) - from }
    })
    .filter(({ ms }) => ms > 0)
    .toReversed()
  return (
    <div>
      <div aria-hidden="true" className="flex h-3 gap-px overflow-hidden rounded-full bg-muted">
        {pieces.map(({ state, since, ms }) => (
          <span
            key={`${since}${state}`}
            className={`min-w-1 ${healthWords[state].fill}`}
            style={{ flexGrow: ms, flexBasis: 0 }}
          />
        ))}
      </div>
      <p aria-hidden="true" className="mt-1 flex justify-between text-xs text-muted-foreground tabular-nums">
        <span>{new Date(at - spanMs).toLocaleTimeString()}</span>
        <span>{formatSpan(spanMs)}</span>
        <span>now</span>
      </p>
    </div>
  )
}
