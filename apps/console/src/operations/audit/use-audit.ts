/** The pages of the audit that were asked for, and how much has come since. */
import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { AuditFilters, OperationsReply, SeenAuditEntry } from 'toolcrib/operations'
import { operations } from '../ask.ts'
import type { Answer } from '../parts/answered.tsx'

const pageSize = 100
const everyMs = 3_000

type Page = OperationsReply<'audit'>

export interface AuditPages {
  /** Newest first. */
  readonly answer: Answer<readonly SeenAuditEntry[]>
  readonly more: boolean
  readonly loadingMore: boolean
  /** Why the next page was not loaded. */
  readonly moreError: Error | null
  /** How many came since; `many`: that and more. */
  readonly news: { readonly count: number; readonly many: boolean }
  readonly loadMore: () => void
  readonly showNews: () => void
}

export function useAudit(filters: AuditFilters): AuditPages {
  const queries = useQueryClient()
  const queryKey = ['operations', 'audit', filters]
  const asked = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam: before, signal }) =>
      operations.ask('audit', { ...filters, before, limit: pageSize }, { signal }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last: Page) => last.next,
    placeholderData: keepPreviousData,
    // What is read is not moved away under the reader: what is new is told, and shown when it is asked for.
    refetchOnWindowFocus: false,
  })
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = asked
  const entries = useMemo(() => data?.pages.flatMap((page) => page.entries), [data])
  const newest = data?.pages[0]?.entries[0]?.number ?? 0
  const later = useQuery({
    queryKey: ['operations', 'audit since', filters, newest],
    queryFn: ({ signal }) => operations.ask('audit', { ...filters, after: newest, limit: pageSize }, { signal }),
    enabled: data !== undefined,
    refetchInterval: everyMs,
    // What had come since then is not what comes now.
    gcTime: 0,
  })

  const { data: since } = later

  function showNews() {
    if (since === undefined) return
    if (since.next !== null) {
      void queries.resetQueries({ queryKey })
      return
    }
    queries.setQueryData<InfiniteData<Page, number | undefined>>(queryKey, (known) => {
      const [first, ...rest] = known?.pages ?? []
      if (known === undefined || first === undefined) return known
      return { ...known, pages: [{ ...first, entries: [...since.entries, ...first.entries] }, ...rest] }
    })
  }

  return {
    answer: {
      data: entries,
      error: data === undefined ? asked.error : later.error,
      dataUpdatedAt: Math.max(asked.dataUpdatedAt, later.dataUpdatedAt),
      refetch,
    },
    more: hasNextPage,
    loadingMore: isFetchingNextPage,
    moreError: asked.isFetchNextPageError ? asked.error : null,
    news: { count: since?.entries.length ?? 0, many: since?.next !== null && since !== undefined },
    loadMore: () => void fetchNextPage(),
    showNews,
  }
}
