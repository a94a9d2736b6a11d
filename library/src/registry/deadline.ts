/** A moment after which nobody waits any longer. The law: its timer exists only while someone waits, and is removed. @module */

import type { RegistryClock } from './registry.ts'

export interface Deadline extends Disposable {
  readonly endsAt: number
  /** Waits for work that never rejects: true when it settled in time, or had settled already. */
  settles(work: Promise<unknown>): Promise<boolean>
}

export function createDeadline(clock: RegistryClock, endsAt: number): Deadline {
  const passed = Promise.withResolvers<void>()
  let timer: Disposable | undefined
  let isStarted = false
  return {
    endsAt,
    settles(work) {
      if (!isStarted) {
        isStarted = true
        const leftMs = endsAt - clock.now()
        if (leftMs <= 0) passed.resolve()
        else if (leftMs !== Number.POSITIVE_INFINITY) timer = clock.setTimeout(() => passed.resolve(), leftMs)
      }
      return Promise.race([work.then(() => true), lapse(passed.promise)])
    },
    [Symbol.dispose]() {
      timer?.[Symbol.dispose]()
    },
  }
}

/** Reports the lapse a few turns late, so that work which is in truth over is not called unfinished. */
async function lapse(passed: Promise<unknown>): Promise<false> {
  await passed
  for (let turn = 0; turn < 4; turn += 1) await Promise.resolve()
  return false
}
