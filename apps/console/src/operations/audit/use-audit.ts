/** The pages of the audit that were asked for, and how much has come since. */
import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import type { AuditFilters, OperationsReply, SeenAuditEntry } from 'toolcrib/operations'
import { operations } from '../ask.ts'

const pageSize = 100
const everyMs = 3_000

type Page = OperationsReply<'audit'>

export interface AuditPages {
  /** Newest first; undefined: not answered yet. */
  readonly entries: readonly SeenAuditEntry[] | undefined
  readonly error: Error | null
  readonly more: boolean
  readonly loadingMore: boolean
  /** How many came since; `many`: that and more. */
  readonly news: { readonly count: number; readonly many: boolean }
  readonly loadMore: () => void
  readonly showNews: () => void
  readonly retry: () => void
}

export function useAudit(filters: AuditFilters): AuditPages {
  const queries = useQueryClient()
  const queryKey = ['operations', 'audit', filters]
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam: before, signal }) =>
      operations.ask('audit', { ...filters, before, limit: pageSize }, { signal }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last: Page) => last.next,
    placeholderData: keepPreviousData,
    // What is read is not moved away under the reader: what is new is told, and shown when it is asked for.
    refetchOnWindowFocus: false,
  })
  const newest = data?.pages[0]?.entries[0]?.number ?? 0
  const { data: since } = useQuery({
    queryKey: ['operations', 'audit since', filters, newest],
    queryFn: ({ signal }) => operations.ask('audit', { ...filters, after: newest, limit: pageSize }, { signal }),
    enabled: data !== undefined,
    refetchInterval: everyMs,
    // What had come since then is not what comes now.
    gcTime: 0,
  })

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
    entries: data?.pages.flatMap((page) => page.entries),
    error,
    more: hasNextPage,
    loadingMore: isFetchingNextPage,
    news: { count: since?.entries.length ?? 0, many: since?.next !== null && since !== undefined },
    loadMore: () => void fetchNextPage(),
    showNews,
    retry: () => void refetch(),
  }
}
