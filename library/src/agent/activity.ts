/**
 * Whether anything in a run is at work, the agents that it called included. The law: a run is idle exactly when all that
 * is not ended in it waits for a person.
 *
 * @module
 */

export interface Activity {
  /** Instead of the one that now waits for them, so many are at work. */
  fork(count: number): void
  /** One of them has ended. */
  leave(): void
  /** All of them have ended: the one that waited is at work again. */
  join(): void
  /** Waits for a person, until it is disposed. */
  wait(expiresAt: number): Disposable
  /** What is waited for while nothing is at work; undefined while something is. */
  readonly idle: { readonly waiting: number; readonly until: number } | undefined
}

/** `onIdle` is called each time that the run becomes idle. */
export function createActivity(onIdle: () => void): Activity {
  let busy = 1
  const waits = new Set<{ readonly expiresAt: number }>()

  function isIdle(): boolean {
    return busy === 0 && waits.size > 0
  }

  function leave(): void {
    busy--
    if (isIdle()) onIdle()
  }

  return {
    fork(count) {
      busy += count - 1
    },
    leave,
    join() {
      busy++
    },
    wait(expiresAt) {
      const wait = { expiresAt }
      waits.add(wait)
      leave()
      return {
        [Symbol.dispose]() {
          if (waits.delete(wait)) busy++
        },
      }
    },
    get idle() {
      if (!isIdle()) return undefined
      const until = Math.min(...Array.from(waits, ({ expiresAt }) => expiresAt))
      return { waiting: waits.size, until }
    },
  }
}
