/**
 * How the house did, second by second. The law: a ring of a fixed size, filled from what is counted anyway, so that it
 * costs the same whether or not anybody looks.
 *
 * @module
 */
import type { Tool } from 'toolcrib'
import type { Clock, Supervisor } from 'toolcrib/agent'
import type { Gateway } from 'toolcrib/gateway'
import type { NowReading, NowReport, Tally } from 'toolcrib/operations'
import type { Registry } from 'toolcrib/registry'
import type { Activity } from '../metrics/activity.ts'
import type { EventLoopLag } from '../metrics/event-loop-lag.ts'

export interface Readings extends Disposable {
  /** Those after the cursor, or all when it is none of ours. */
  read(after?: string): Omit<NowReport, 'waiting'>
}

export interface ReadingsOptions {
  readonly gateway: Pick<Gateway, 'metrics'>
  readonly supervisor: Pick<Supervisor, 'active'>
  readonly registry: Pick<Registry<Tool>, 'metrics'>
  /** Sockets that were refused, by code, since the start. */
  readonly refusedSockets: () => Tally
  readonly activity: Pick<Activity, 'take'>
  readonly lag: EventLoopLag
  readonly clock: Clock
  /** Called with every reading: for what is watched as often. Must not throw. */
  readonly onReading?: () => void
}

const everyMs = 1_000
/** A quarter of an hour. */
const maxReadings = 900

export function createReadings(options: ReadingsOptions): Readings {
  const { gateway, supervisor, registry, refusedSockets, activity, lag, clock, onReading } = options
  /** Tells one start of the server from another. */
  const start = clock.now().toString(36)
  const readings: NowReading[] = []
  let taken = 0
  let readAt = clock.monotonic()
  let before = { accepted: 0, refused: {} as Tally }
  let timer = clock.setTimeout(turn, everyMs)

  function turn(): void {
    readings[taken % maxReadings] = take()
    taken += 1
    onReading?.()
    timer = clock.setTimeout(turn, everyMs)
  }

  function take(): NowReading {
    const { connections } = gateway.metrics()
    const { byKind, leaked } = registry.metrics().scopes
    const { events, ended, latencies, modelErrors } = activity.take()
    const refused = refusedSockets()
    const spanMs = clock.monotonic() - readAt
    const { rss, heapUsed } = process.memoryUsage()
    const reading: NowReading = {
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
    readAt += spanMs
    before = { accepted: connections.accepted, refused }
    return reading
  }

  return {
    read(after) {
      const first = Math.max(0, taken - maxReadings)
      const [of, seen = ''] = after?.split('.') ?? []
      const from = of === start && /^\d{1,15}$/.test(seen) ? Number(seen) : -1
      const whole = from < first || from > taken
      const kept = [...readings.slice(first % maxReadings), ...readings.slice(0, first % maxReadings)]
      return {
        at: clock.now(),
        everyMs,
        maxReadings,
        cursor: `${start}.${taken}`,
        whole,
        readings: whole ? kept : kept.slice(from - first),
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
