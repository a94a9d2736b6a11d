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
  return new EventTail(maxEvents)
}

/** A hot object, hence a class: every open thread of every connection has one. */
class EventTail implements Tail {
  readonly #maxEvents: number
  #events: LoggedEvent[] = []
  lastSeq = 0

  constructor(maxEvents: number) {
    this.#maxEvents = maxEvents
  }

  offer(offered: readonly LoggedEvent[]): void {
    for (const event of offered) {
      const expected = (this.#events.at(-1)?.seq ?? event.seq - 1) + 1
      if (event.seq < expected) continue
      if (event.seq > expected || this.#events.length >= this.#maxEvents) this.#events = []
      this.#events.push(event)
      this.hint(event.seq)
    }
  }

  hint(seq: number): void {
    this.lastSeq = Math.max(this.lastSeq, seq)
  }

  take(seq: number): readonly LoggedEvent[] {
    const from = this.#events.findIndex((event) => event.seq === seq + 1)
    const taken = from === -1 ? [] : this.#events.slice(from)
    this.#events = []
    return taken
  }

  clear(): void {
    this.#events = []
  }
}
