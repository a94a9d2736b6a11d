/**
 * Large writes, one at a time: between two of them the writer serves everybody else. The law: what waits is bounded, and
 * what was let in is finished before the store closes.
 *
 * @module
 */
import { StoreError } from '../../../agent/errors.ts'

export interface Turns {
  /**
   * Does the work when all that was let in before is over.
   *
   * @param bytes - What the work keeps in memory until then.
   * @throws StoreError `STORE_UNAVAILABLE` when too much waits; a single one is let in whatever its size.
   */
  take<T>(bytes: number, work: () => Promise<T>): Promise<T>
  /** Resolves when all that was let in is over. */
  over(): Promise<void>
}

export function createTurns(maxBytes: number): Turns {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  let waitingBytes = 0

  return {
    async take(bytes, work) {
      if (waiting > 0 && waitingBytes + bytes > maxBytes) {
        const detail = `${waiting} attachments of ${waitingBytes} bytes are waiting, the limit is ${maxBytes} bytes`
        throw new StoreError('STORE_UNAVAILABLE', { detail })
      }
      waiting += 1
      waitingBytes += bytes
      const turn = last.then(work)
      last = turn.catch(() => {})
      try {
        return await turn
      } finally {
        waiting -= 1
        waitingBytes -= bytes
      }
    },
    over: () => last.then(() => {}),
  }
}
