/** One run, seen three ways. Which, is in the address. */
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { ArrowLeft, CloudOff, SearchX } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { Button } from '../../kit/button.tsx'
import { EmptyState } from '../../kit/empty-state.tsx'
import { Notice } from '../../kit/notice.tsx'
import { Loading, Skeleton } from '../../kit/skeleton.tsx'
import { Tabs } from '../../kit/tabs.tsx'
import { problemOf } from '../../parts/problem.ts'
import { EventLog } from './event-log.tsx'
import { RunHeader } from './run-header.tsx'
import type { RunViewName } from './search.ts'
import { type RunLog, useRun } from './use-run.ts'
import { Waterfall } from './waterfall.tsx'

/** It brings what the chat draws with. */
const Replay = lazy(async () => ({ default: (await import('./replay.tsx')).Replay }))

export function RunPage() {
  const { runId } = useParams({ from: '/operations/runs/$runId' })
  const { data, error, refetch } = useRun(runId)
  return (
    <div className="mx-auto flex max-w-7xl flex-col gap-4 p-4 sm:p-6">
      <title>{`Run of ${data?.run.name ?? data?.run.owner.user ?? '…'} · Toolcrib`}</title>
      <Link
        to="/operations/runs"
        className="inline-flex w-fit items-center gap-1.5 rounded text-sm text-muted-foreground hover:text-foreground"
      >
        <ArrowLeft aria-hidden="true" className="size-4" /> All runs
      </Link>
      {data === undefined && error === null && <RunLoading />}
      {data === undefined && error !== null && <Unreadable error={error} retry={() => void refetch()} />}
      {data !== undefined && error !== null && (
        <Notice tone="warn">{problemOf(error, 'The server does not answer.')} What you see may be out of date.</Notice>
      )}
      {data !== undefined && <Views log={data} />}
    </div>
  )
}

function Views({ log }: { readonly log: RunLog }) {
  const { view = 'waterfall' } = useSearch({ from: '/operations/runs/$runId' })
  const { runId } = log.run
  const navigate = useNavigate()
  const show = (next: RunViewName) =>
    void navigate({ to: '/operations/runs/$runId', params: { runId }, search: { view: next }, replace: true })
  return (
    <>
      <RunHeader log={log} />
      <Tabs
        label="Ways to see the run"
        value={view}
        onChange={show}
        tabs={[
          { value: 'waterfall', label: 'Waterfall', content: <Waterfall log={log} /> },
          { value: 'log', label: 'Log', content: <EventLog log={log} /> },
          {
            value: 'replay',
            label: 'Replay',
            content: (
              <Suspense fallback={<Skeleton className="h-40 w-full" />}>
                <Replay log={log} />
              </Suspense>
            ),
          },
        ]}
      />
    </>
  )
}

function Unreadable({ error, retry }: { readonly error: Error; readonly retry: () => void }) {
  const gone = 'code' in error && error.code === 'NOT_FOUND'
  if (gone) {
    return (
      <EmptyState icon={SearchX} title="There is no such run">
        Its chat may have been deleted, or it is not of your tenant.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      icon={CloudOff}
      tone="bad"
      title="The run cannot be read"
      action={<Button onClick={retry}>Try again</Button>}
    >
      {problemOf(error, 'The server does not answer.')}
    </EmptyState>
  )
}

function RunLoading() {
  return (
    <Loading label="Loading the run" className="flex flex-col gap-3">
      <Skeleton className="h-8 w-64" />
      <Skeleton className="h-20 w-full" />
      <Skeleton className="h-80 w-full" />
    </Loading>
  )
}
