/** A moment after which nobody waits any longer. The law: its timer exists only while someone waits, and is removed. @module */

import type { RegistryClock } from './registry.ts'

export interface Deadline extends Disposable {
  readonly endsAt: number
  /** Waits for work that never rejects: true when it settled in time, or had settled already. */
  settles(work: Promise<unknown>): Promise<boolean>
}

export function createDeadline(clock: RegistryClock, endsAt: number): Deadline {
  const passed = Promise.withResolvers<false>()
  let timer: Disposable | undefined
  let isStarted = false
  return {
    endsAt,
    settles(work) {
      if (!isStarted) {
        isStarted = true
        const leftMs = endsAt - clock.now()
        if (leftMs <= 0) passed.resolve(false)
        else if (leftMs !== Number.POSITIVE_INFINITY) timer = clock.setTimeout(() => passed.resolve(false), leftMs)
      }
      return Promise.race([work.then(() => true), passed.promise.then(() => false)])
    },
    [Symbol.dispose]() {
      timer?.[Symbol.dispose]()
    },
  }
}
