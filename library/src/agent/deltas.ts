/**
 * The text of a step on its way into the log: the first piece at once, then at most one every 16 ms. The law: nothing is
 * lost, and text is out before anything that came after it.
 *
 * @module
 */
import type { Clock } from './ports.ts'

export type DeltaKind = 'thinking' | 'text'

export interface Deltas {
  readonly add: (kind: DeltaKind, delta: string) => void
  flush(): void
}

export const DELTA_INTERVAL_MS = 16

export function createDeltas(clock: Clock, show: (kind: DeltaKind, delta: string) => void): Deltas {
  let kind: DeltaKind = 'text'
  let waiting = ''
  let timer: Disposable | undefined
  let lastAt = Number.NEGATIVE_INFINITY

  function flush(): void {
    if (timer !== undefined) {
      timer[Symbol.dispose]()
      timer = undefined
    }
    if (waiting === '') return
    const delta = waiting
    waiting = ''
    lastAt = clock.monotonic()
    show(kind, delta)
  }

  return {
    add(nextKind, delta) {
      if (delta === '') return
      if (nextKind !== kind) {
        flush()
        kind = nextKind
      }
      waiting += delta
      if (timer !== undefined) return
      const dueMs = lastAt + DELTA_INTERVAL_MS - clock.monotonic()
      if (dueMs <= 0) flush()
      else timer = clock.setTimeout(flush, dueMs)
    },
    flush,
  }
}
