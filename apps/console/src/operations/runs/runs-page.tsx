/** The runs of the house, newest first. What is looked for is in the address. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { CloudOff, ListX } from 'lucide-react'
import { Button } from '../../kit/button.tsx'
import { EmptyState } from '../../kit/empty-state.tsx'
import { Notice } from '../../kit/notice.tsx'
import { Loading, Skeleton } from '../../kit/skeleton.tsx'
import { problemOf } from '../../parts/problem.ts'
import { operations } from '../ask.ts'
import { RunFilters } from './run-filters.tsx'
import { RunTable } from './run-table.tsx'
import { type RunsSearch, runsQueryOf } from './search.ts'

export function RunsPage() {
  const search = useSearch({ from: '/operations/runs/' })
  const navigate = useNavigate()
  const query = runsQueryOf(search)
  const { data, error, refetch, isFetchingNextPage, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ['operations', 'runs', query],
    queryFn: ({ signal, pageParam }) => operations.ask('runs', { ...query, after: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    // All pages that are shown are asked again: of many not so often.
    refetchInterval: ({ state }) => 2_000 * (state.data?.pages.length ?? 1),
    placeholderData: keepPreviousData,
  })
  const change = (next: RunsSearch) => void navigate({ to: '/operations/runs', search: next, replace: true })
  const [first] = data?.pages ?? []
  const runs = data?.pages.flatMap((page) => page.runs) ?? []
  const isFiltered = Object.keys(search).length > 0

  return (
    <div className="mx-auto flex max-w-6xl flex-col gap-4 p-4 sm:p-6">
      <title>Runs · Toolcrib</title>
      <h1 className="text-lg font-semibold">Runs</h1>
      <RunFilters search={search} agents={first?.agents ?? []} onChange={change} />
      {error !== null && data !== undefined && (
        <Notice tone="warn">{problemOf(error, 'The server does not answer.')} What you see may be out of date.</Notice>
      )}
      {data === undefined && error === null && <RunsLoading />}
      {data === undefined && error !== null && (
        <EmptyState
          icon={CloudOff}
          tone="bad"
          title="The runs cannot be read"
          action={<Button onClick={() => void refetch()}>Try again</Button>}
        >
          {problemOf(error, 'The server does not answer.')}
        </EmptyState>
      )}
      {first !== undefined && runs.length > 0 && <RunTable runs={runs} currency={first.currency} />}
      {data !== undefined && runs.length === 0 && !hasNextPage && (
        <EmptyState
          icon={ListX}
          title={isFiltered ? 'No run fits' : 'No run yet'}
          action={isFiltered ? <Button onClick={() => change({})}>Show all runs</Button> : undefined}
        >
          {isFiltered ? 'Loosen a filter to find others.' : 'As soon as somebody sends a message, its run is here.'}
        </EmptyState>
      )}
      {hasNextPage && (
        <div className="flex flex-col items-center gap-2">
          {runs.length === 0 && <p className="text-sm text-muted-foreground">None of the newest runs fits.</p>}
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Look for older runs
          </Button>
        </div>
      )}
    </div>
  )
}

function RunsLoading() {
  return (
    <Loading label="Loading the runs" className="flex flex-col gap-2">
      <Skeleton className="h-12 w-full" />
      <Skeleton className="h-12 w-full" />
      <Skeleton className="h-12 w-full" />
    </Loading>
  )
}
