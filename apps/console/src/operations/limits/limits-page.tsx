/** Every limit that is declared: what it is, what is used of it now, and how often it refused. */
import { CloudOff, SearchX } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import type { LimitGroup, LimitReport, LimitsReport } from 'toolcrib/operations'
import { Button } from '../../kit/button.tsx'
import { EmptyState } from '../../kit/empty-state.tsx'
import { Notice } from '../../kit/notice.tsx'
import { Segmented } from '../../kit/segmented.tsx'
import { Loading, Skeleton } from '../../kit/skeleton.tsx'
import { TextField } from '../../kit/text-field.tsx'
import { useAnswer } from '../ask.ts'
import { whyOf } from '../parts/why.ts'
import { BudgetList } from './budget-list.tsx'
import { byRank, fits, rankOf } from './limit-rank.ts'
import { LimitRow } from './limit-row.tsx'

const groups: { readonly [G in LimitGroup]: string } = {
  connections: 'Connections',
  requests: 'Messages and commands',
  runs: 'Runs',
  tools: 'Tools',
  attachments: 'Attachments',
  store: 'Store',
  'sign-in': 'Sign-in',
}
const shows = [
  { value: 'all', label: 'All' },
  { value: 'set', label: 'Set by you' },
] as const

export function LimitsPage() {
  const [find, setFind] = useState('')
  const [show, setShow] = useState<(typeof shows)[number]['value']>('all')
  const query = useDeferredValue(find.trim())
  const { data, error, refetch } = useAnswer('limits', {}, { everyMs: 2_000 })
  return (
    <div className="mx-auto flex max-w-5xl flex-col gap-4 p-4 sm:p-6">
      <title>Limits · Toolcrib</title>
      <div>
        <h1 className="text-lg font-semibold">Limits</h1>
        <p className="text-sm text-muted-foreground">
          Whatever can grow has one. They are set under <code className="text-xs">limits</code> in the configuration.
        </p>
      </div>
      <div className="flex flex-wrap items-center gap-3">
        <TextField
          label="Find a limit"
          hideLabel
          type="search"
          placeholder="Find by name, code or words"
          value={find}
          onChange={(event) => setFind(event.target.value)}
          className="min-w-56 flex-1"
        />
        <Segmented label="Which limits" value={show} onChange={setShow} options={shows} />
      </div>
      {data === undefined ? (
        <Waiting error={error} onRetry={() => void refetch()} />
      ) : (
        <>
          {error !== null && (
            <Notice tone="warn" icon={CloudOff}>
              {whyOf(error)} It is asked again; what is shown is what was known last.
            </Notice>
          )}
          <Found report={data} query={query} onlySet={show === 'set'} />
        </>
      )}
    </div>
  )
}

interface FoundProps {
  readonly report: LimitsReport
  readonly query: string
  readonly onlySet: boolean
}

function Found({ report: { limits, budgets, currency, since }, query, onlySet }: FoundProps) {
  const isSet = (limit: LimitReport) => limit.value !== limit.default || limit.agents.length > 0
  const found = limits.filter((limit) => fits(limit, query) && (!onlySet || isSet(limit)))
  const urgent = found.filter((limit) => rankOf(limit) !== 'calm').toSorted(byRank)
  const calm = found.filter((limit) => rankOf(limit) === 'calm')
  return (
    <>
      <p role="status" className="text-sm text-muted-foreground">
        {urgent.length === 0 ? 'None refused, and none is near.' : `${urgent.length} refused, or near.`} Counted since{' '}
        <time dateTime={new Date(since).toISOString()}>{new Date(since).toLocaleString()}</time>.
        {found.length < limits.length && ` ${found.length} of ${limits.length} shown.`}
      </p>
      {found.length === 0 && (
        <EmptyState icon={SearchX} title="No limit fits">
          {onlySet
            ? 'Every limit has its default, or other words are needed.'
            : 'Look for a part of its name, or a code.'}
        </EmptyState>
      )}
      <Group title="Look at these" limits={urgent} />
      {(Object.keys(groups) as LimitGroup[]).map((group) => (
        <Group key={group} title={groups[group]} limits={calm.filter((limit) => limit.group === group)} />
      ))}
      {query === '' && <BudgetList budgets={budgets} currency={currency} />}
    </>
  )
}

function Group({ title, limits }: { readonly title: string; readonly limits: readonly LimitReport[] }) {
  if (limits.length === 0) return null
  return (
    <section aria-label={title} className="rounded-xl border bg-card shadow-xs">
      <h2 className="px-4 py-3 text-sm font-semibold">{title}</h2>
      <ul className="divide-y border-t">
        {limits.map((limit) => (
          <LimitRow key={limit.name} limit={limit} />
        ))}
      </ul>
    </section>
  )
}

function Waiting({ error, onRetry }: { readonly error: Error | null; readonly onRetry: () => void }) {
  if (error !== null) {
    return (
      <EmptyState
        tone="bad"
        icon={CloudOff}
        title="The limits cannot be read"
        action={<Button onClick={onRetry}>Try again</Button>}
      >
        {whyOf(error)}
      </EmptyState>
    )
  }
  return (
    <Loading label="Loading the limits" className="flex flex-col gap-3">
      <Skeleton className="h-24 w-full" />
      <Skeleton className="h-64 w-full" />
    </Loading>
  )
}
