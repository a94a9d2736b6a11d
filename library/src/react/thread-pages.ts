/**
 * The list of threads, a page at a time. The law: none is left out between two pages, and none stands there twice. @module
 */
import type { Client } from '../client/client.ts'
import type { Thread } from '../protocol/vocabulary.ts'

export interface ThreadPages {
  /** Newest change first. */
  readonly threads: readonly Thread[]
  readonly hasMore: boolean
}

/** The most that a server gives at once. */
const MAX_PER_REQUEST = 200

/**
 * The first so many, or some more. Some that changed in the same millisecond may stand on two pages, so each begins within
 * that of the last one; where it brings nothing new, behind it.
 */
export async function readThreads(client: Client, query: string, count: number): Promise<ThreadPages> {
  const found = new Map<string, Thread>()
  let before: number | undefined
  while (found.size < count) {
    const known = found.size
    const limit = before === undefined ? Math.min(MAX_PER_REQUEST, count) : MAX_PER_REQUEST
    const asked = { limit, ...(before === undefined ? {} : { before }) }
    const page = await client.listThreads(query === '' ? undefined : query, asked)
    for (const thread of page) found.set(thread.threadId, thread)
    const last = page.at(-1)
    if (last === undefined || page.length < limit) return { threads: [...found.values()], hasMore: false }
    before = found.size === known ? last.updatedAt : last.updatedAt + 1
  }
  return { threads: [...found.values()], hasMore: true }
}

/** The newest as they were found, and of those that were known all that are older. */
export function mergeThreads(newest: ThreadPages, known: ThreadPages): ThreadPages {
  const oldest = newest.threads.at(-1)?.updatedAt
  if (!newest.hasMore || oldest === undefined || newest.threads.length >= known.threads.length) return newest
  const found = new Set(newest.threads.map(({ threadId }) => threadId))
  const older = known.threads.filter(({ threadId, updatedAt }) => updatedAt <= oldest && !found.has(threadId))
  return { threads: [...newest.threads, ...older], hasMore: known.hasMore }
}
