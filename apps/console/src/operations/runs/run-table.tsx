import { Link } from '@tanstack/react-router'
import type { RunSummary } from 'toolcrib/operations'
import { formatDuration } from '../../parts/time.ts'
import { useTick } from '../parts/use-tick.ts'
import { RunBadge } from './run-state.tsx'
import { formatAgo, formatCost, formatMoment } from './run-times.ts'

export interface RunTableProps {
  readonly runs: readonly RunSummary[]
  readonly currency: string
}

const headings = [
  ['State', 'w-44 text-start'],
  ['Who', 'text-start'],
  ['Agent', 'text-start'],
  ['Started', 'w-36 text-start'],
  ['Took', 'w-28 text-end'],
  ['Steps', 'w-16 text-end'],
  ['Calls', 'w-16 text-end'],
  ['Tokens', 'w-24 text-end'],
  ['Cost', 'hidden w-32 text-end lg:table-cell'],
] as const
/** On a phone the rest stands below who it is of. */
const onlyWide = 'hidden md:table-cell'
const amount = `${onlyWide} px-3 py-2.5 text-end tabular-nums`

export function RunTable({ runs, currency }: RunTableProps) {
  const now = useTick(1_000)
  const tenants = new Set(runs.map(({ owner }) => owner.tenant))
  return (
    <div className="overflow-hidden rounded-xl border bg-card shadow-xs">
      <table className="w-full border-collapse text-sm md:table-fixed">
        <caption className="sr-only">Runs, newest first</caption>
        <thead className="hidden border-b text-xs text-muted-foreground md:table-header-group">
          <tr>
            {headings.map(([heading, look]) => (
              <th key={heading} scope="col" className={`px-3 py-2 font-medium ${look}`}>
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <RunRow key={run.runId} run={run} now={now} currency={currency} showTenant={tenants.size > 1} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface RunRowProps {
  readonly run: RunSummary
  readonly now: number
  readonly currency: string
  readonly showTenant: boolean
}

function RunRow({ run, now, currency, showTenant }: RunRowProps) {
  const { runId, owner, name, agent, model, startedAt, endedAt, used, attempts } = run
  const took = formatDuration(Math.max(0, (endedAt ?? now) - startedAt))
  const cost = formatCost(used.costMicros, currency)
  return (
    <tr className="relative border-b last:border-b-0 focus-within:bg-muted hover:bg-muted/70">
      <td className="px-3 py-2.5 align-top md:align-middle">
        <RunBadge run={run} />
      </td>
      <td className="w-full max-w-0 px-3 py-2.5 md:w-auto">
        <Link
          to="/operations/runs/$runId"
          params={{ runId }}
          className="block truncate font-medium after:absolute after:inset-0"
        >
          <bdi>{name ?? owner.user}</bdi>
        </Link>
        {showTenant && (
          <span className="block truncate text-xs text-muted-foreground">
            <bdi>{owner.tenant}</bdi>
          </span>
        )}
        <span className="mt-0.5 block text-xs text-muted-foreground md:hidden">
          <bdi>{agent}</bdi>, {formatAgo(startedAt, now)}, {took}
          {used.calls > 0 && `, ${used.calls === 1 ? '1 call' : `${used.calls} calls`}`}
        </span>
      </td>
      <td className={`${onlyWide} px-3 py-2.5`}>
        <bdi className="block truncate">{agent}</bdi>
        <bdi className="block truncate text-xs text-muted-foreground">{model ?? 'not begun'}</bdi>
      </td>
      <td className={`${onlyWide} px-3 py-2.5 whitespace-nowrap`}>
        <time dateTime={new Date(startedAt).toISOString()} title={formatMoment(startedAt)}>
          {formatAgo(startedAt, now)}
        </time>
      </td>
      <td className={`${amount} whitespace-nowrap`}>
        {took}
        {attempts > 1 && <span className="block text-xs text-warn">{attempts} attempts</span>}
      </td>
      <td className={amount}>{used.steps}</td>
      <td className={amount}>{used.calls}</td>
      <td className={amount}>{used.tokens.toLocaleString()}</td>
      <td className={`${amount} md:hidden lg:table-cell`}>
        {cost ?? <span className="text-muted-foreground">none</span>}
      </td>
    </tr>
  )
}
