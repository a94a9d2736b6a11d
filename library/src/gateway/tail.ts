/**
 * The newest events of a thread, kept while its log is being read, so that reading and listening meet without a gap and
 * without a double. The law: it holds a bounded number of events; what did not fit is read from the log. @module
 */
import type { LoggedEvent } from '../protocol/events.ts'

export interface Tail {
  /** Takes note of committed events. */
  offer(events: readonly LoggedEvent[]): void
  /** Takes note of how far the log is known to go. */
  hint(seq: number): void
  /** The events right after `seq`, taken out; none when the next one is not here. */
  take(seq: number): readonly LoggedEvent[]
  /** The last sequence number that was heard of. */
  readonly lastSeq: number
  /** Forgets the events, not how far the log goes. */
  clear(): void
}

export function createTail(maxEvents: number): Tail {
  let events: LoggedEvent[] = []
  let lastSeq = 0

  return {
    offer(offered) {
      for (const event of offered) {
        const expected = (events.at(-1)?.seq ?? event.seq - 1) + 1
        if (event.seq < expected) continue
        if (event.seq > expected || events.length >= maxEvents) events = []
        events.push(event)
        lastSeq = Math.max(lastSeq, event.seq)
      }
    },
    hint(seq) {
      lastSeq = Math.max(lastSeq, seq)
    },
    take(seq) {
      const from = events.findIndex((event) => event.seq === seq + 1)
      const taken = from === -1 ? [] : events.slice(from)
      events = []
      return taken
    },
    get lastSeq() {
      return lastSeq
    },
    clear() {
      events = []
    },
  }
}
