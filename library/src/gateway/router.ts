/**
 * From a thread to those who read it here. The law: committed events reach the readers of their thread, who are all of
 * its owner, and cost nothing to anybody else. @module
 */
import type { LoggedEvent } from '../protocol/events.ts'
import type { Owner } from '../protocol/vocabulary.ts'
import { batchOf, type EventEncoder, type FrameBatch } from './encoder.ts'

export interface ThreadReader {
  readonly owner: Owner
  readonly threadId: string
  /** Newly committed events, and the same encoded; not necessarily right after the last ones offered. */
  offer(events: readonly LoggedEvent[], batch: FrameBatch): void
  /** The log is said to go as far as this. */
  hint(lastSeq: number): void
  gone(): void
}

export interface ThreadRouter {
  add(reader: ThreadReader): Disposable
  offer(owner: Owner, threadId: string, events: readonly LoggedEvent[]): void
  hint(owner: Owner, threadId: string, lastSeq: number): void
  gone(owner: Owner, threadId: string): void
}

/** Those of one owner who read, or hope to read, the thread of that name. */
interface Readership {
  readonly readers: Set<ThreadReader>
  /** What all of them were offered. */
  offeredSeq: number
}

export function createThreadRouter(encoder: EventEncoder): ThreadRouter {
  const threads = new Map<string, Readership>()

  const find = (owner: Owner, threadId: string): Readership | undefined => threads.get(readKey(owner, threadId))

  return {
    add(reader) {
      const key = readKey(reader.owner, reader.threadId)
      const readership = threads.get(key) ?? { readers: new Set(), offeredSeq: 0 }
      readership.readers.add(reader)
      threads.set(key, readership)
      return {
        [Symbol.dispose]: () => {
          if (readership.readers.delete(reader) && readership.readers.size === 0) threads.delete(key)
        },
      }
    },
    offer(owner, threadId, events) {
      const readership = find(owner, threadId)
      if (readership === undefined) return
      const batch = batchOf(events.map((event) => encoder.encode(threadId, event)))
      readership.offeredSeq = events.at(-1)?.seq ?? readership.offeredSeq
      for (const reader of readership.readers) reader.offer(events, batch)
    },
    hint(owner, threadId, lastSeq) {
      const readership = find(owner, threadId)
      // What was committed here was offered before it was hinted at.
      if (readership === undefined || lastSeq <= readership.offeredSeq) return
      for (const reader of readership.readers) reader.hint(lastSeq)
    },
    gone(owner, threadId) {
      for (const reader of find(owner, threadId)?.readers ?? []) reader.gone()
    },
  }
}

export function isSameOwner(one: Owner, other: Owner): boolean {
  return one.tenant === other.tenant && one.user === other.user
}

/** A reader is not yet known to own the thread: with the owner in it, nobody gets into anybody's way by naming one. */
function readKey({ tenant, user }: Owner, threadId: string): string {
  return JSON.stringify([tenant, user, threadId])
}

/** Unambiguous whatever the names hold. */
export function ownerKey({ tenant, user }: Owner): string {
  return JSON.stringify([tenant, user])
}
