/**
 * How much of the thread one person's questions about arguments may take. The law: judging is the schema's work, which stops
 * everybody else's; whoever asked for much of it waits, with what they ask next, until it was a small part of the time.
 *
 * @module
 */
import type { Owner } from '../protocol/vocabulary.ts'
import type { Clock } from './ports.ts'

export interface JudgingShare {
  /**
   * Does the work when it is this person's turn. `isOver`: it is wanted no more, and is not done. What comes before the
   * first wait of the work is what counts: what it waits for holds nobody up.
   */
  judge<R>(person: Owner, work: () => Promise<R>, isOver: () => boolean): Promise<R | undefined>
}

/** A tenth of the time at most: so many times what it took, the next one waits. */
const REST_FACTOR = 9
/** What takes less is not looked at. */
const MIN_COUNTED_MS = 2

export function createJudgingShare(clock: Pick<Clock, 'monotonic' | 'setTimeout'>): JudgingShare {
  const restUntil = new Map<string, number>()

  function rest(key: string, tookMs: number): void {
    if (tookMs < MIN_COUNTED_MS) return
    const now = clock.monotonic()
    for (const [other, until] of restUntil) if (until <= now) restUntil.delete(other)
    restUntil.set(key, now + REST_FACTOR * tookMs)
  }

  return {
    async judge({ tenant, user }, work, isOver) {
      const key = JSON.stringify([tenant, user])
      for (;;) {
        const leftMs = (restUntil.get(key) ?? 0) - clock.monotonic()
        if (leftMs <= 0) break
        await new Promise<void>((resume) => void clock.setTimeout(resume, leftMs))
        if (isOver()) return undefined
      }
      const startedAt = clock.monotonic()
      try {
        return work()
      } finally {
        rest(key, clock.monotonic() - startedAt)
      }
    },
  }
}
