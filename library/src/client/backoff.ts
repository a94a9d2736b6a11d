/**
 * How long to wait before the next attempt. The law: twice as long each time, up to a limit, and never in step with
 * anybody else. @module
 */

export interface Backoff {
  nextMs(): number
  reset(): void
}

export function createBackoff(minMs: number, maxMs: number, random: () => number): Backoff {
  let attempts = 0
  return {
    nextMs() {
      const fullMs = Math.min(maxMs, minMs * 2 ** attempts)
      attempts += 1
      return Math.round(fullMs / 2 + (random() * fullMs) / 2)
    },
    reset() {
      attempts = 0
    },
  }
}
