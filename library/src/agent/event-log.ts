/**
 * The way into a thread's log. The law: what is published was committed, and is published once, in sequence order.
 *
 * @module
 */
import type { LoggedEvent } from '../protocol/events.ts'
import type { Owner } from '../protocol/vocabulary.ts'
import type { Logger } from './ports.ts'

export interface CommittedEvents {
  readonly owner: Owner
  readonly threadId: string
  readonly events: readonly LoggedEvent[]
}

export interface EventLog {
  /**
   * Runs a store call that may add to the thread's log, and publishes what it added before it resolves, unless a call
   * that began earlier has still to tell of events before those.
   */
  commit<R>(
    place: { readonly owner: Owner; readonly threadId: string },
    write: () => Promise<R>,
    eventsOf: (result: R) => readonly LoggedEvent[],
  ): Promise<R>
  /** Contract: must not throw; what it throws is logged and harms nobody else. */
  subscribe(listener: (committed: CommittedEvents) => void): Disposable
}

/** Of a thread that is being written to: forgotten as soon as nothing is in flight. */
interface Tail {
  /** Calls in flight, by their number, oldest first. */
  readonly open: Set<number>
  /** Sequence number after the last that was published; 1 until one was: then only a thread's first is known to be due. */
  next: number
  /** Came before their turn, by sequence number; each waits for no call newer than `barrier`. */
  early: { readonly event: LoggedEvent; readonly barrier: number }[]
}

export function createEventLog(logger: Logger): EventLog {
  const tails = new Map<string, Tail>()
  const listeners = new Set<(committed: CommittedEvents) => void>()
  let calls = 0

  function publish(committed: CommittedEvents): void {
    if (committed.events.length === 0) return
    for (const listener of listeners) {
      try {
        listener(committed)
      } catch (err) {
        logger.error({ err, threadId: committed.threadId }, 'A listener of the event log failed')
      }
    }
  }

  return {
    async commit({ owner, threadId }, write, eventsOf) {
      // By its owner too: the call of a stranger, which will be told that there is no such thread, has no part in it.
      const key = JSON.stringify([owner.tenant, owner.user, threadId])
      const tail: Tail = tails.get(key) ?? { open: new Set(), next: 1, early: [] }
      tails.set(key, tail)
      const call = ++calls
      tail.open.add(call)
      let events: readonly LoggedEvent[] = []
      try {
        const result = await write()
        events = eventsOf(result)
        return result
      } finally {
        tail.open.delete(call)
        if (tail.open.size === 0) tails.delete(key)
        publish({ owner, threadId, events: takeDue(tail, events, calls) })
      }
    },
    subscribe(listener) {
      const entry = (committed: CommittedEvents): void => listener(committed)
      listeners.add(entry)
      return { [Symbol.dispose]: () => void listeners.delete(entry) }
    },
  }
}

function takeDue(tail: Tail, events: readonly LoggedEvent[], barrier: number): readonly LoggedEvent[] {
  const [first] = events
  const last = events.at(-1)
  const inTurn = first !== undefined && (first.seq === tail.next || (tail.next === 1 && tail.open.size === 0))
  if (inTurn && last !== undefined && tail.early.length === 0) {
    tail.next = last.seq + 1
    return events
  }
  for (const event of events) tail.early.push({ event, barrier })
  tail.early.sort((a, b) => a.event.seq - b.event.seq)
  // A gap that no call in flight can fill was written by another node: readers find it in the log.
  const [oldest = Number.POSITIVE_INFINITY] = tail.open
  const due: LoggedEvent[] = []
  for (const { event, barrier: waitsFor } of tail.early) {
    if (event.seq !== tail.next && oldest <= waitsFor) break
    if (event.seq >= tail.next) due.push(event)
    tail.next = Math.max(tail.next, event.seq + 1)
  }
  tail.early = tail.early.filter(({ event }) => event.seq >= tail.next)
  return due
}
