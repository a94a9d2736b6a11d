/** One run, seen three ways. Which, is in the address. */
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { ArrowLeft, SearchX } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { EmptyState } from '../../kit/empty-state.tsx'
import { Skeleton } from '../../kit/skeleton.tsx'
import { Tabs } from '../../kit/tabs.tsx'
import { Answered } from '../parts/answered.tsx'
import { OperationsPage } from '../parts/operations-page.tsx'
import { EventLog } from './event-log.tsx'
import { RunHeader } from './run-header.tsx'
import type { RunViewName } from './search.ts'
import { type RunLog, useRun } from './use-run.ts'
import { Waterfall } from './waterfall.tsx'

/** It brings what the chat draws with. */
const Replay = lazy(async () => ({ default: (await import('./replay.tsx')).Replay }))

export function RunPage() {
  const { runId } = useParams({ from: '/operations/runs/$runId' })
  const answer = useRun(runId)
  const { data, error } = answer
  const isGone = data === undefined && error !== null && 'code' in error && error.code === 'NOT_FOUND'
  return (
    <OperationsPage title={`Run of ${data?.run.name ?? data?.run.owner.user ?? '…'}`}>
      <Link
        to="/operations/runs"
        className="inline-flex w-fit items-center gap-1.5 rounded text-sm text-muted-foreground hover:text-foreground"
      >
        <ArrowLeft aria-hidden="true" className="size-4" /> All runs
      </Link>
      {isGone ? (
        <EmptyState icon={SearchX} title="There is no such run">
          Its chat may have been deleted, or it is not of your tenant.
        </EmptyState>
      ) : (
        <Answered of="run" answer={answer} shape={['h-8', 'h-20', 'h-80']}>
          {(log) => <Views log={log} />}
        </Answered>
      )}
    </OperationsPage>
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
