/** The runs of the house, newest first. What is looked for is in the address. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { ListX } from 'lucide-react'
import { Button } from '../../kit/button.tsx'
import { EmptyState } from '../../kit/empty-state.tsx'
import { operations } from '../ask.ts'
import { Answered } from '../parts/answered.tsx'
import { OperationsPage, PageHeading } from '../parts/operations-page.tsx'
import { RunFilters } from './run-filters.tsx'
import { RunTable } from './run-table.tsx'
import { type RunsSearch, runsQueryOf } from './search.ts'

export function RunsPage() {
  const search = useSearch({ from: '/operations/runs/' })
  const navigate = useNavigate()
  const query = runsQueryOf(search)
  const answer = useInfiniteQuery({
    queryKey: ['operations', 'runs', query],
    queryFn: ({ signal, pageParam }) => operations.ask('runs', { ...query, after: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    // All pages that are shown are asked again: of many not so often.
    refetchInterval: ({ state }) => 2_000 * (state.data?.pages.length ?? 1),
    placeholderData: keepPreviousData,
  })
  const { data, isFetchingNextPage, hasNextPage, fetchNextPage } = answer
  const change = (next: RunsSearch) => void navigate({ to: '/operations/runs', search: next, replace: true })
  const [first] = data?.pages ?? []
  const runs = data?.pages.flatMap((page) => page.runs) ?? []
  const isFiltered = Object.keys(search).length > 0

  return (
    <OperationsPage title="Runs">
      <PageHeading title="Runs">Every message that was answered, is being answered, or waits for somebody.</PageHeading>
      <RunFilters search={search} agents={first?.agents ?? []} onChange={change} />
      <Answered of="runs" answer={answer} shape={['h-12', 'h-64']}>
        {() => (
          <>
            {first !== undefined && runs.length > 0 && <RunTable runs={runs} currency={first.currency} />}
            {runs.length === 0 && !hasNextPage && (
              <EmptyState
                icon={ListX}
                title={isFiltered ? 'No run fits' : 'No run yet'}
                action={isFiltered ? <Button onClick={() => change({})}>Show all runs</Button> : undefined}
              >
                {isFiltered
                  ? 'Loosen a filter to find others.'
                  : 'As soon as somebody sends a message, its run is here.'}
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
          </>
        )}
      </Answered>
    </OperationsPage>
  )
}
