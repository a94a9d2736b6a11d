/**
 * How long a run may still be at work: by its own limit, and by what is left of a budget of time. The law: it is stopped
 * when the shorter of both is over, and whoever watches knows which one that was.
 *
 * @module
 */
import { limitKey } from '../protocol/limit-key.ts'
import type { LimitFacts } from '../protocol/vocabulary.ts'
import { type Refusal, WARN_AT } from './budget.ts'
import type { Clock } from './ports.ts'
import type { ReservedTime, Spending } from './spending.ts'

export interface RunTimeOptions {
  readonly maxRunMs: number
  /** Over all attempts. */
  readonly workedMs: number
  /** The keys (`limitKey`) of the limits that the run was warned of before. */
  readonly warned: readonly string[]
  /** Absent: no budget counts its time. */
  readonly spending: Spending | undefined
  readonly clock: Clock
  readonly warn: (limit: LimitFacts, used: number) => void
}

export interface RunTime {
  readonly leftMs: number
  /** Why it may not go on at all. */
  readonly refusal?: Refusal
  /** The budget that is used up when the time is over; absent: the run's own limit is reached then. */
  readonly limit?: LimitFacts
  /** Disposing stops watching. */
  watch(onOver: () => void): Disposable
}

/** At once, unless a budget has to be asked. Rejects with `RunLost` only. */
export function reserveRunTime(options: RunTimeOptions): RunTime | Promise<RunTime> {
  const { maxRunMs, workedMs, spending } = options
  const leftMs = Math.max(0, maxRunMs - workedMs)
  const reserved = spending?.reserveTime(leftMs)
  if (reserved === undefined) return runTime(options, leftMs, undefined)
  return reserved.then((time) =>
    time.status === 'reserved'
      ? runTime(options, time.ms, time)
      : { leftMs: 0, refusal: time, watch: () => ({ [Symbol.dispose]: () => {} }) },
  )
}

function runTime(
  { maxRunMs, workedMs, warned, clock, warn }: RunTimeOptions,
  leftMs: number,
  reserved: Extract<ReservedTime, { status: 'reserved' }> | undefined,
): RunTime {
  const own: LimitFacts = { name: 'maxRunMs', value: maxRunMs }
  const used = Math.ceil(maxRunMs * WARN_AT)
  const warnings = [
    ...(warned.includes(limitKey(own)) ? [] : [{ afterMs: Math.max(0, used - workedMs), warn: () => warn(own, used) }]),
    ...(reserved?.warnings ?? []),
  ].filter(({ afterMs }) => afterMs < leftMs)
  return {
    leftMs,
    ...(reserved?.limit === undefined ? {} : { limit: reserved.limit }),
    watch(onOver) {
      const timers = [
        clock.setTimeout(onOver, leftMs),
        ...warnings.map((warning) => clock.setTimeout(warning.warn, warning.afterMs)),
      ]
      return {
        [Symbol.dispose]() {
          for (const timer of timers) timer[Symbol.dispose]()
        },
      }
    },
  }
}
