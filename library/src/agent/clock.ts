/**
 * The clock of a running system. Nothing else in the library reads the time.
 *
 * @module
 */
import type { Clock } from './ports.ts'

/** A delay over 2^31-1 ms would fire at once in Node and browsers: it is cut to that, some 24.8 days. */
const MAX_DELAY_MS = 2 ** 31 - 1

export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    setTimeout: (fn, delayMs) => {
      if (delayMs === Number.POSITIVE_INFINITY) return { [Symbol.dispose]: () => {} }
      const timer = setTimeout(fn, Math.min(Math.max(0, delayMs), MAX_DELAY_MS))
      return { [Symbol.dispose]: () => clearTimeout(timer) }
    },
  }
}
