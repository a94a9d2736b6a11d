/**
 * The signed-in user's threads, a page at a time. The law: whenever the server hints that they changed, the newest are
 * asked for at once, and all others that are shown once it is quiet: what is scrolled away does not cost a page a hint.
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Client } from 'toolcrib/client'
import type { Thread } from 'toolcrib/protocol'
import { useClient, useClientStatus } from '../../connection.tsx'
import { problemOf } from '../../parts/problem.ts'

const pageSize = 50
/** The most that the server gives at once. */
const maxPerRequest = 200
const quietMs = 1_000

interface Page {
  readonly threads: readonly Thread[]
  readonly more: boolean
}

export function useThreads(query: string) {
  const client = useClient()
  const open = useClientStatus().state === 'open'
  const [page, setPage] = useState<Page & { readonly of: string }>()
  const [problem, setProblem] = useState<string>()
  const asked = useRef(0)
  const shown = useRef(0)
  const loading = useRef(false)
  shown.current = page?.threads.length ?? 0

  /** An answer that a later question has overtaken is not shown. */
  const load = useCallback(
    async (count: number) => {
      const mine = ++asked.current
      loading.current = true
      try {
        const found = await read(client, query, count)
        if (mine !== asked.current) return
        setPage((now) => ({ ...(now?.of === query ? merge(found, now) : found), of: query }))
        setProblem(undefined)
      } catch (error) {
        if (mine === asked.current) setProblem(problemOf(error, 'The chats could not be read'))
      } finally {
        if (mine === asked.current) loading.current = false
      }
    },
    [client, query],
  )

  useEffect(() => {
    if (!open) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const refresh = () => {
      void load(pageSize)
      clearTimeout(timer)
      if (shown.current > pageSize) timer = setTimeout(() => void load(shown.current), quietMs)
    }
    refresh()
    const subscription = client.onThreadsChanged(refresh)
    return () => {
      clearTimeout(timer)
      subscription[Symbol.dispose]()
    }
  }, [client, open, load])

  const loadMore = useCallback(() => {
    if (!loading.current) void load(shown.current + pageSize)
  }, [load])

  return { threads: page?.threads, of: page?.of, more: page?.more ?? false, problem, loadMore }
}

/** The first so many. Two that changed in the same millisecond may stand on two pages, so each begins within that. */
async function read(client: Client, query: string, count: number): Promise<Page> {
  const found = new Map<string, Thread>()
  let before: number | undefined
  while (found.size < count) {
    const limit = Math.min(maxPerRequest, count - found.size + (before === undefined ? 0 : 1))
    const asked = { limit, ...(before === undefined ? {} : { before: before + 1 }) }
    const page = await client.listThreads(query === '' ? undefined : query, asked)
    const known = found.size
    for (const thread of page) found.set(thread.threadId, thread)
    if (page.length < limit || found.size === known) return { threads: [...found.values()], more: false }
    before = page.at(-1)?.updatedAt
  }
  return { threads: [...found.values()], more: true }
}

/** What was found, and of what was known all that is older than that. */
function merge(found: Page, known: Page): Page {
  const oldest = found.threads.at(-1)?.updatedAt
  if (!found.more || oldest === undefined || found.threads.length >= known.threads.length) return found
  const newer = new Set(found.threads.map(({ threadId }) => threadId))
  const older = known.threads.filter(({ threadId, updatedAt }) => updatedAt <= oldest && !newer.has(threadId))
  return { threads: [...found.threads, ...older], more: known.more }
}
