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

/** The readers of one thread. There are none of another owner: who reads it was asked for by its owner. */
interface Readership {
  readonly owner: Owner
  readonly readers: Set<ThreadReader>
  /** What all of them were offered. */
  offeredSeq: number
}

export function createThreadRouter(encoder: EventEncoder): ThreadRouter {
  const threads = new Map<string, Readership>()

  function find(owner: Owner, threadId: string): Readership | undefined {
    const readership = threads.get(threadId)
    return readership !== undefined && isSameOwner(readership.owner, owner) ? readership : undefined
  }

  return {
    add(reader) {
      const { owner, threadId } = reader
      const readership = threads.get(threadId) ?? { owner, readers: new Set(), offeredSeq: 0 }
      if (!isSameOwner(readership.owner, owner)) throw new Error(`Thread "${threadId}" has readers of two owners`)
      readership.readers.add(reader)
      threads.set(threadId, readership)
      return {
        [Symbol.dispose]: () => {
          if (readership.readers.delete(reader) && readership.readers.size === 0) threads.delete(threadId)
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

/** Unambiguous whatever the names hold. */
export function ownerKey({ tenant, user }: Owner): string {
  return JSON.stringify([tenant, user])
}
