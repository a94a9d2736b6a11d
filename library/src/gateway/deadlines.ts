/**
 * Many deadlines, all equally long, with one timer for all of them. The law: each item falls due once, `delayMs` after it
 * was last added, unless it is deleted before; nothing is left behind when none waits. @module
 */
import type { Clock } from '../agent/ports.ts'

export interface Deadlines<T> {
  /** An item that waits already begins anew. */
  add(item: T): void
  delete(item: T): void
}

export interface DeadlinesOptions<T> {
  readonly clock: Clock
  readonly delayMs: number
  readonly onDue: (item: T) => void
}

export function createDeadlines<T>({ clock, delayMs, onDue }: DeadlinesOptions<T>): Deadlines<T> {
  /** In the order in which they fall due, because all wait equally long. */
  const dueAt = new Map<T, number>()
  let timer: Disposable | undefined

  function arm(): void {
    const [first] = dueAt.values()
    if (timer === undefined && first !== undefined) timer = clock.setTimeout(fire, first - clock.monotonic())
  }

  function disarm(): void {
    timer?.[Symbol.dispose]()
    timer = undefined
  }

  function fire(): void {
    try {
      const now = clock.monotonic()
      for (const [item, at] of dueAt) {
        if (at > now) return
        dueAt.delete(item)
        onDue(item)
      }
    } finally {
      disarm()
      arm()
    }
  }

  return {
    add(item) {
      dueAt.delete(item)
      dueAt.set(item, clock.monotonic() + delayMs)
      arm()
    },
    delete(item) {
      if (dueAt.delete(item) && dueAt.size === 0) disarm()
    },
  }
}
