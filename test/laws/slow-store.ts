/**
 * A store that takes its time and refuses the first try of every append. It tells how far each log is committed, so that a
 * reader can be held to it. The law: what it has not answered for is not in it.
 *
 * @module
 */
import { type Store, StoreError } from 'toolcrib/agent'
import type { LoggedEvent } from 'toolcrib/protocol'
import { createMemoryStore } from 'toolcrib/store/memory'
import { turns } from '../limits/limited-server.ts'

export interface SlowStore extends Store {
  /** Sequence number of the last event that is committed. */
  committed(threadId: string): number
}

export function createSlowStore(): SlowStore {
  const store = createMemoryStore()
  const committed = new Map<string, number>()
  const tried = new Set<string>()

  async function commit<R>(threadId: string, write: () => Promise<R>, eventsOf: (result: R) => readonly LoggedEvent[]) {
    await turns(3)
    const result = await write()
    const last = eventsOf(result).at(-1)
    if (last !== undefined) committed.set(threadId, last.seq)
    await turns(3)
    return result
  }

  return {
    ...store,
    committed: (threadId) => committed.get(threadId) ?? 0,
    threads: {
      ...store.threads,
      rename: (owner, threadId, change) =>
        commit(
          threadId,
          () => store.threads.rename(owner, threadId, change),
          (renamed) => renamed?.events ?? [],
        ),
    },
    runs: {
      ...store.runs,
      accept: (owner, run) =>
        commit(
          run.threadId,
          () => store.runs.accept(owner, run),
          (answer) => (answer.status === 'started' ? answer.events : []),
        ),
    },
    events: {
      ...store.events,
      append(owner, threadId, entry) {
        const text = JSON.stringify(entry.events)
        if (!tried.has(text)) {
          tried.add(text)
          return Promise.reject(new StoreError('STORE_UNAVAILABLE', { detail: 'it was the first try' }))
        }
        return commit(
          threadId,
          () => store.events.append(owner, threadId, entry),
          (logged) => logged,
        )
      },
    },
  }
}
