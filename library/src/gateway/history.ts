/**
 * A thread read from its end. The law: a page is a gap-free piece of the log, and is bounded by what its reader may have
 * waiting. @module
 */
import { COMMAND_BOUNDS } from '../protocol/commands.ts'
import type { LoggedEvent } from '../protocol/events.ts'
import { encodeFrame } from './encoder.ts'

/** A turn that is longer is opened in its middle. */
const MAX_TURN_EVENTS = 10_000

export type ReadBack = (range: { readonly before: number; readonly limit: number }) => Promise<readonly LoggedEvent[]>

/**
 * Where the last so many events begin, and the turn that the first of them belongs to: the sequence number before it. A
 * turn begins with its message.
 */
export async function lastTurns(read: ReadBack, lastSeq: number, last: number): Promise<number> {
  const wanted = Math.max(1, lastSeq - last + 1)
  let before = wanted + 1
  while (before > 1 && wanted - before < MAX_TURN_EVENTS) {
    const page = await read({ before, limit: before === wanted + 1 ? 1 : COMMAND_BOUNDS.maxEventsPerPage })
    const start = page.findLast(({ event }) => event.type === 'message_added')
    if (start !== undefined) return start.seq - 1
    before = page[0]?.seq ?? 1
  }
  return before > 1 ? wanted - 1 : 0
}

/** The newest of these events that are worth at most `maxBytes` together; one at least. */
export function newestWithin(events: readonly LoggedEvent[], maxBytes: number): readonly LoggedEvent[] {
  let bytes = 0
  const first = events.findLastIndex((event) => {
    bytes += encodeFrame({ type: 'event', threadId: '', ...event }).byteLength
    return bytes > maxBytes
  })
  return first === -1 ? events : events.slice(Math.min(first + 1, events.length - 1))
}
