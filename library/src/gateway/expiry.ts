/**
 * The end of credentials. The law: it is the wall clock that decides, however it was set meanwhile. @module
 */
import type { Clock } from '../agent/ports.ts'

/** A wall clock that is set back or forth is noticed within this time. */
const MAX_WAIT_MS = 60_000

/** Calls `onExpired` once when the time has come; at once when it has passed. Null never comes. */
export function watchExpiry(clock: Clock, expiresAt: number | null, onExpired: () => void): Disposable {
  let timer: Disposable | undefined

  function wait(end: number): void {
    const leftMs = end - clock.now()
    timer = clock.setTimeout(() => (clock.now() >= end ? onExpired() : wait(end)), Math.min(MAX_WAIT_MS, leftMs))
  }

  if (expiresAt !== null) wait(expiresAt)
  return { [Symbol.dispose]: () => timer?.[Symbol.dispose]() }
}
