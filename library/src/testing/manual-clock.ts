/**
 * A clock that moves only when told to, so that no test ever sleeps.
 *
 * @module
 */
import type { Clock } from '../agent/ports.ts'

export interface ManualClock extends Clock {
  /** Moves both clocks on and fires what falls due, in order of due time; timers set meanwhile included. Lets promises settle between timers. */
  advance(byMs: number): Promise<void>
  /** Makes the wall clock jump without firing anything, as a clock that is set does. */
  jump(byMs: number): void
  /** Timers that are set and neither fired nor disposed. */
  readonly pending: number
}

/** Starts at 2026-01-01T00:00:00Z unless told otherwise. */
export function createManualClock(startMs: number = Date.UTC(2026, 0, 1)): ManualClock {
  let wall = startMs
  let elapsed = 0
  let order = 0
  const timers = new Map<number, { readonly due: number; readonly fn: () => void }>()

  const earliest = (until: number): number | undefined => {
    let found: number | undefined
    let foundDue = Number.POSITIVE_INFINITY
    for (const [id, { due }] of timers) {
      if (due <= until && due < foundDue) {
        found = id
        foundDue = due
      }
    }
    return found
  }

  return {
    now: () => wall,
    monotonic: () => elapsed,
    setTimeout(fn, delayMs) {
      const id = order++
      timers.set(id, { due: elapsed + Math.max(0, delayMs), fn })
      return { [Symbol.dispose]: () => void timers.delete(id) }
    },
    async advance(byMs) {
      const target = elapsed + byMs
      await settle()
      for (let id = earliest(target); id !== undefined; id = earliest(target)) {
        const timer = timers.get(id)
        timers.delete(id)
        if (timer === undefined) continue
        wall += timer.due - elapsed
        elapsed = timer.due
        timer.fn()
        await settle()
      }
      wall += target - elapsed
      elapsed = target
      await settle()
    },
    jump(byMs) {
      wall += byMs
    },
    get pending() {
      return timers.size
    },
  }
}

/** One turn of the event loop: every microtask that is ready has run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
