/**
 * From a thread to those who read it here. The law: committed events reach the readers of their thread, who are all of
 * its owner, and cost nothing to anybody else. @module
 */
import type { LoggedEvent } from '../protocol/events.ts'
import type { Owner } from '../protocol/vocabulary.ts'
import type { EventEncoder } from './encoder.ts'
import type { EncodedFrame } from './ports.ts'

export interface ThreadReader {
  readonly owner: Owner
  readonly threadId: string
  /** Newly committed events, and the same encoded; not necessarily right after the last ones offered. */
  offer(events: readonly LoggedEvent[], frames: readonly EncodedFrame[]): void
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

export function createThreadRouter(encoder: EventEncoder): ThreadRouter {
  const threads = new Map<string, Set<ThreadReader>>()

  return {
    add(reader) {
      const { threadId } = reader
      const readers = threads.get(threadId) ?? new Set()
      threads.set(threadId, readers.add(reader))
      return {
        [Symbol.dispose]: () => {
          if (readers.delete(reader) && readers.size === 0) threads.delete(threadId)
        },
      }
    },
    offer(owner, threadId, events) {
      const readers = threads.get(threadId)
      if (readers === undefined) return
      const frames = events.map((event) => encoder.encode(threadId, event))
      for (const reader of readers) if (isSameOwner(reader.owner, owner)) reader.offer(events, frames)
    },
    hint(owner, threadId, lastSeq) {
      for (const reader of threads.get(threadId) ?? []) if (isSameOwner(reader.owner, owner)) reader.hint(lastSeq)
    },
    gone(owner, threadId) {
      for (const reader of threads.get(threadId) ?? []) if (isSameOwner(reader.owner, owner)) reader.gone()
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
