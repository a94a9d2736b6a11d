/**
 * This user's threads, newest change first, live. The law: whenever the server hints that they changed, the newest are asked
 * for at once, and all others that are shown once it is quiet: what is scrolled away does not cost a page a hint. @module
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Client } from '../client/client.ts'
import type { Failure, Thread } from '../protocol/vocabulary.ts'
import { failureOf } from './errors.ts'
import { usePageState } from './page-state.ts'
import { mergeThreads, type PagesOptions, readThreads, type ThreadPages } from './thread-pages.ts'
import { useConnection } from './use-connection.ts'

export interface ThreadsOptions {
  /** Words in titles and texts. Default: all threads. */
  readonly query?: string
  /** How many to begin with, and how many more each time. 1 to 200; default 50. */
  readonly pageSize?: number
}

export interface Threads {
  /** Undefined until the server has answered; those of the query before until it has answered the new one. */
  readonly threads: readonly Thread[] | undefined
  /** The query that `threads` are of. */
  readonly query: string | undefined
  readonly hasMore: boolean
  /** While more are on their way, and when there are none, nothing. */
  readonly loadMore: () => void
  /** Why the server did not answer. What it had answered stays. */
  readonly problem: Failure | undefined
}

interface Held extends ThreadPages {
  readonly client: Client
  readonly query: string
}

interface Refused {
  readonly client: Client
  readonly failure: Failure
}

const QUIET_MS = 1_000
/** What stands behind so many is not looked at again once it is shown: a hint must not cost a client its rate. */
const MAX_REFRESHED = 1_000

export function useThreads({ query = '', pageSize = 50 }: ThreadsOptions = {}): Threads {
  const { client, clock } = usePageState('useThreads')
  const isOpen = useConnection().status.state === 'open'
  const [held, setHeld] = useState<Held>()
  const [refused, setRefused] = useState<Refused>()
  const asked = useRef(0)
  const isLoading = useRef(false)
  const own = held?.client === client ? held : undefined
  const shown = own?.query === query ? own.threads : undefined
  const counted = useRef(0)

  useEffect(() => {
    counted.current = shown?.length ?? 0
  }, [shown])

  /** An answer that a later question has overtaken is not shown. */
  const load = useCallback(
    async (pages: Omit<PagesOptions, 'query'>) => {
      const mine = ++asked.current
      isLoading.current = true
      try {
        const found = await readThreads(client, { query, ...pages })
        if (mine !== asked.current) return
        setHeld((known) => {
          const isSame = known?.client === client && known.query === query
          return { ...(isSame ? mergeThreads(found, known) : found), client, query }
        })
        setRefused(undefined)
      } catch (error) {
        if (mine === asked.current) setRefused({ client, failure: failureOf(error) })
      } finally {
        if (mine === asked.current) isLoading.current = false
      }
    },
    [client, query],
  )

  useEffect(() => {
    if (!isOpen) return
    let timer: Disposable | undefined
    const refresh = (): void => {
      void load({ count: pageSize })
      timer?.[Symbol.dispose]()
      const count = Math.min(counted.current, MAX_REFRESHED)
      if (count > pageSize) timer = clock.setTimeout(() => void load({ count }), QUIET_MS)
    }
    refresh()
    const subscription = client.onThreadsChanged(refresh)
    return () => {
      asked.current += 1
      isLoading.current = false
      timer?.[Symbol.dispose]()
      subscription[Symbol.dispose]()
    }
  }, [client, clock, isOpen, load, pageSize])

  const hasMore = own?.hasMore ?? false
  const loadMore = useCallback(() => {
    if (hasMore && !isLoading.current) void load({ count: (shown?.length ?? 0) + pageSize, known: shown ?? [] })
  }, [hasMore, load, shown, pageSize])
  const problem = refused?.client === client ? refused.failure : undefined

  return useMemo(
    () => ({ threads: own?.threads, query: own?.query, hasMore, loadMore, problem }),
    [own, hasMore, loadMore, problem],
  )
}
