/**
 * The end of credentials, for all who have some with one timer. The law: it is the wall clock that decides, however it
 * was set meanwhile. @module
 */
import type { Clock } from '../agent/ports.ts'

/** A wall clock that is set back or forth is noticed within this time. */
const MAX_WAIT_MS = 60_000

export interface Expiring {
  /** Called once when the time has come; soon when it has passed already. */
  onExpired(): void
}

export interface Expiries {
  /** Null never comes. What was added before is forgotten. */
  add(holder: Expiring, expiresAt: number | null): void
  delete(holder: Expiring): void
}

export function createExpiries(clock: Clock): Expiries {
  const ends = new Map<Expiring, number>()
  let timer: Disposable | undefined
  let timerEnd = Number.POSITIVE_INFINITY

  /** Looks again when `end` has come, and in a minute at the latest. */
  function arm(end: number): void {
    timerEnd = end
    timer = clock.setTimeout(sweep, Math.min(MAX_WAIT_MS, end - clock.now()))
  }

  function disarm(): void {
    timer?.[Symbol.dispose]()
    timer = undefined
    timerEnd = Number.POSITIVE_INFINITY
  }

  function sweep(): void {
    const now = clock.now()
    try {
      for (const [holder, end] of ends) {
        if (end > now) continue
        ends.delete(holder)
        holder.onExpired()
      }
    } finally {
      disarm()
      if (ends.size > 0) arm(earliest(ends.values()))
    }
  }

  function forget(holder: Expiring): void {
    if (ends.delete(holder) && ends.size === 0) disarm()
  }

  return {
    add(holder, expiresAt) {
      if (expiresAt === null) return forget(holder)
      ends.set(holder, expiresAt)
      if (expiresAt >= timerEnd) return
      disarm()
      arm(expiresAt)
    },
    delete: forget,
  }
}

function earliest(ends: Iterable<number>): number {
  let found = Number.POSITIVE_INFINITY
  for (const end of ends) found = Math.min(found, end)
  return found
}
