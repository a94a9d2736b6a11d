/** Every limit that is declared: what it is, what is used of it now, and how often it refused. */
import { SearchX } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import type { LimitGroup, LimitReport, LimitsReport } from 'toolcrib/operations'
import { EmptyState } from '../../kit/empty-state.tsx'
import { Segmented } from '../../kit/segmented.tsx'
import { TextField } from '../../kit/text-field.tsx'
import { useAnswer } from '../ask.ts'
import { Answered } from '../parts/answered.tsx'
import { OperationsPage, PageHeading } from '../parts/operations-page.tsx'
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
  const answer = useAnswer('limits', {}, { everyMs: 2_000 })
  return (
    <OperationsPage title="Limits">
      <PageHeading title="Limits">
        Whatever can grow has one. They are set under <code className="text-xs">limits</code> in the configuration.
      </PageHeading>
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
      <Answered of="limits" answer={answer}>
        {(report) => <Found report={report} query={query} onlySet={show === 'set'} />}
      </Answered>
    </OperationsPage>
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
