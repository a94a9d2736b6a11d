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

export interface PagesOptions {
  readonly query: string
  /** How many there are to be in the end, those that are known among them. */
  readonly count: number
  /** The first ones, which are not asked for again. */
  readonly known?: readonly Thread[]
}

/** The most that a server gives at once. */
const MAX_PER_REQUEST = 200

/** The first so many. Those that changed in one millisecond may stand on two pages, so each begins within that. */
export async function readThreads(client: Client, { query, count, known = [] }: PagesOptions): Promise<ThreadPages> {
  const found = new Map(known.map((thread) => [thread.threadId, thread]))
  let last = known.at(-1)?.updatedAt
  while (found.size < count) {
    const again = [...found.values()].filter(({ updatedAt }) => updatedAt === last).length
    // More of one millisecond than a server gives at once: what it holds back is passed by.
    const before = last === undefined ? {} : { before: again < MAX_PER_REQUEST ? last + 1 : last }
    const limit = Math.min(MAX_PER_REQUEST, count - found.size + (again < MAX_PER_REQUEST ? again : 0))
    const page = await client.listThreads(query === '' ? undefined : query, { limit, ...before })
    const size = found.size
    for (const thread of page) found.set(thread.threadId, thread)
    if (page.length < limit || found.size === size) return { threads: [...found.values()], hasMore: false }
    last = page.at(-1)?.updatedAt
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
