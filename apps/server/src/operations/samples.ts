/**
 * How the house did, second by second. The law: a ring of a fixed size, filled from what is counted anyway, so that it
 * costs the same whether or not anybody looks.
 *
 * @module
 */
import type { Tool } from 'toolcrib'
import type { Clock, Supervisor } from 'toolcrib/agent'
import type { Gateway } from 'toolcrib/gateway'
import type { NowReport, NowSample, Tally } from 'toolcrib/operations'
import type { Registry } from 'toolcrib/registry'
import type { Activity } from '../metrics/activity.ts'
import type { EventLoopLag } from '../metrics/event-loop-lag.ts'

export interface Samples extends Disposable {
  /** Those after the cursor, or all when it is none of ours. */
  read(after?: string): Omit<NowReport, 'waiting'>
}

export interface SamplesOptions {
  readonly gateway: Pick<Gateway, 'metrics'>
  readonly supervisor: Pick<Supervisor, 'active'>
  readonly registry: Pick<Registry<Tool>, 'metrics'>
  /** Sockets that were refused, by code, since the start. */
  readonly refusedSockets: () => Tally
  readonly activity: Pick<Activity, 'take'>
  readonly lag: EventLoopLag
  readonly clock: Clock
  /** Called with every sample: for what is watched as often. Must not throw. */
  readonly onSample?: () => void
}

const everyMs = 1_000
/** A quarter of an hour. */
const maxSamples = 900

export function createSamples(options: SamplesOptions): Samples {
  const { gateway, supervisor, registry, refusedSockets, activity, lag, clock, onSample } = options
  /** Tells one start of the server from another. */
  const start = clock.now().toString(36)
  const samples: NowSample[] = []
  let taken = 0
  let sampledAt = clock.monotonic()
  let before = { accepted: 0, refused: {} as Tally }
  let timer = clock.setTimeout(turn, everyMs)

  function turn(): void {
    samples[taken % maxSamples] = take()
    taken += 1
    onSample?.()
    timer = clock.setTimeout(turn, everyMs)
  }

  function take(): NowSample {
    const { connections } = gateway.metrics()
    const { byKind, leaked } = registry.metrics().scopes
    const { events, ended, latencies, modelErrors } = activity.take()
    const refused = refusedSockets()
    const spanMs = clock.monotonic() - sampledAt
    const { rss, heapUsed } = process.memoryUsage()
    const sample: NowSample = {
      at: clock.now(),
      spanMs,
      connections: {
        open: connections.open,
        accepted: connections.accepted - before.accepted,
        refused: since(refused, before.refused),
      },
      runs: { active: supervisor.active().length, ended },
      scopes: { open: Object.fromEntries(Object.entries(byKind).map(([kind, { open }]) => [kind, open])), leaked },
      events,
      latencies,
      modelErrors,
      lag: lag.last(),
      memory: { residentBytes: rss, heapBytes: heapUsed },
    }
    sampledAt += spanMs
    before = { accepted: connections.accepted, refused }
    return sample
  }

  return {
    read(after) {
      const first = Math.max(0, taken - maxSamples)
      const [of, seen = ''] = after?.split('.') ?? []
      const from = of === start && /^\d{1,15}$/.test(seen) ? Number(seen) : -1
      const whole = from < first || from > taken
      const kept = [...samples.slice(first % maxSamples), ...samples.slice(0, first % maxSamples)]
      return {
        at: clock.now(),
        everyMs,
        maxSamples,
        cursor: `${start}.${taken}`,
        whole,
        samples: whole ? kept : kept.slice(from - first),
      }
    },
    [Symbol.dispose]: () => timer[Symbol.dispose](),
  }
}

/** What there are more of now. */
function since(now: Tally, before: Tally): Tally {
  return Object.fromEntries(
    Object.entries(now).flatMap(([name, count]) => {
      const more = count - (before[name] ?? 0)
      return more > 0 ? [[name, more]] : []
    }),
  )
}
