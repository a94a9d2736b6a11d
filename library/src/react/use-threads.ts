/** This user's threads, newest change first, live. @module */
import { useCallback, useMemo, useState } from 'react'
import type { Client } from '../client/client.ts'
import type { Failure, Thread } from '../protocol/vocabulary.ts'
import { useAsked } from './use-asked.ts'

export interface ThreadsOptions {
  /** Of words in titles and texts. Default: all threads. */
  readonly query?: string
  /** How many to begin with, and how many more each time. 1 to 200; default 100. */
  readonly pageSize?: number
}

export interface Threads {
  /** Undefined until the server has answered; those of the query before until it has answered the new one. */
  readonly threads: readonly Thread[] | undefined
  /** Those of `threads` are not yet what is asked for. */
  readonly isAsking: boolean
  readonly hasMore: boolean
  readonly loadMore: () => void
  /** Why the server did not answer. What it had answered stays. */
  readonly problem: Failure | undefined
  readonly askAgain: () => void
}

interface Found {
  readonly threads: readonly Thread[]
  readonly hasMore: boolean
}

interface Wanted {
  readonly query: string
  readonly count: number
}

const MAX_PAGE = 200

export function useThreads({ query = '', pageSize = 100 }: ThreadsOptions = {}): Threads {
  const [wanted, setWanted] = useState<Wanted>({ query, count: pageSize })
  const count = wanted.query === query ? Math.max(wanted.count, pageSize) : pageSize
  const ask = useCallback((client: Client) => firstThreads(client, { query, count }), [query, count])
  const { answer, isOfAnother, problem, askAgain } = useAsked({ ask, changes: onThreadsChanged })
  const loadMore = useCallback(() => setWanted({ query, count: count + pageSize }), [query, count, pageSize])
  return useMemo(
    () => ({
      threads: answer?.threads,
      isAsking: isOfAnother,
      hasMore: answer?.hasMore ?? false,
      loadMore,
      problem,
      askAgain,
    }),
    [answer, isOfAnother, loadMore, problem, askAgain],
  )
}

async function firstThreads(client: Client, { query, count }: Wanted): Promise<Found> {
  let threads: readonly Thread[] = []
  for (;;) {
    const limit = Math.min(MAX_PAGE, count - threads.length)
    const before = threads.at(-1)?.updatedAt
    const page = await client.listThreads(query === '' ? undefined : query, {
      limit,
      ...(before === undefined ? {} : { before }),
    })
    threads = [...threads, ...page]
    if (page.length < limit || threads.length >= count) return { threads, hasMore: page.length === limit }
  }
}

function onThreadsChanged(client: Client, changed: () => void): Disposable {
  return client.onThreadsChanged(changed)
}
