/**
 * A bucket of tokens. The law: what is refused costs as well, so that who keeps on pushing runs into the floor. @module
 */
import type { Clock } from '../agent/ports.ts'

export interface RateOptions {
  readonly perSecond: number
  readonly burst: number
  readonly clock: Clock
}

export interface Rate {
  /** Takes one: `ok`, `refused` when the bucket is empty, `flood` once as many were refused as the bucket holds. */
  take(): 'ok' | 'refused' | 'flood'
  /** Whether it is as full as it can be: nothing is remembered then. */
  isFull(): boolean
}

export function createRate({ perSecond, burst, clock }: RateOptions): Rate {
  let tokens = burst
  let filledAt = clock.monotonic()

  const fill = (): void => {
    const now = clock.monotonic()
    tokens = Math.min(burst, tokens + ((now - filledAt) / 1_000) * perSecond)
    filledAt = now
  }

  return {
    take() {
      fill()
      if (tokens <= -burst) return 'flood'
      tokens -= 1
      return tokens >= 0 ? 'ok' : 'refused'
    },
    isFull() {
      fill()
      return tokens >= burst
    },
  }
}
