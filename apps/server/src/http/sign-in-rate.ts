/**
 * How many sign-ins there may be: a bucket that a minute fills. The law: what is refused takes nothing out of it.
 *
 * @module
 */
import type { Clock } from 'toolcrib/agent'

export interface SignInRate {
  /** False: none is left now. */
  take(): boolean
}

const minuteMs = 60_000

export function createSignInRate(perMinute: number, clock: Clock): SignInRate {
  let left = perMinute
  let filledAt = clock.monotonic()
  return {
    take() {
      const now = clock.monotonic()
      left = Math.min(perMinute, left + ((now - filledAt) / minuteMs) * perMinute)
      filledAt = now
      if (left < 1) return false
      left -= 1
      return true
    },
  }
}
