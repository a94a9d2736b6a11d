/** Every check: how it stands, why, what helps, and how it went before. */
import { CloudOff } from 'lucide-react'
import type { HealthReport } from 'toolcrib/operations'
import { Badge } from '../../kit/badge.tsx'
import { Button } from '../../kit/button.tsx'
import { EmptyState } from '../../kit/empty-state.tsx'
import { Notice } from '../../kit/notice.tsx'
import { Loading, Skeleton } from '../../kit/skeleton.tsx'
import { useAnswer } from '../ask.ts'
import { formatSpan } from '../parts/amount.ts'
import { whyOf } from '../parts/why.ts'
import { HealthCard } from './health-card.tsx'
import { componentName, healthWords } from './health-words.ts'

export function HealthPage() {
  const { data, error, refetch } = useAnswer('health', {}, { everyMs: 2_000 })
  return (
    <div className="mx-auto flex max-w-6xl flex-col gap-4 p-4 sm:p-6">
      <title>Health · Toolcrib</title>
      {data === undefined ? (
        <>
          <h1 className="text-lg font-semibold">Health</h1>
          {error === null ? (
            <Loading label="Loading the checks" className="grid gap-3 lg:grid-cols-2">
              <Skeleton className="h-36" />
              <Skeleton className="h-36" />
            </Loading>
          ) : (
            <EmptyState
              tone="bad"
              icon={CloudOff}
              title="The checks cannot be read"
              action={<Button onClick={() => void refetch()}>Try again</Button>}
            >
              {whyOf(error)}
            </EmptyState>
          )}
        </>
      ) : (
        <>
          <Heading report={data} />
          {error !== null && (
            <Notice tone="warn" icon={CloudOff}>
              {whyOf(error)} It is asked again; what is shown is what was known last.
            </Notice>
          )}
          <div className="grid items-start gap-3 lg:grid-cols-2">
            {data.components.map((component) => (
              <HealthCard key={component.name} component={component} at={data.at} uptimeMs={data.uptimeMs} />
            ))}
          </div>
        </>
      )}
    </div>
  )
}

function Heading({ report }: { readonly report: HealthReport }) {
  const { state, phase, ready, live, components, version, node, model, uptimeMs } = report
  const { label, tone, icon } = healthWords[state]
  const unwell = components.filter((component) => component.state !== 'healthy')
  const facts = [
    ['Up for', formatSpan(uptimeMs)],
    ['Phase', phase],
    ['Takes new work', ready ? 'yes' : 'no'],
    ['Helped by a restart only', live ? 'no' : 'yes'],
    ['Model', model],
    ['Version', `${version}, Node ${node}`],
  ] as const
  return (
    <div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h1 className="text-lg font-semibold">Health</h1>
        <Badge tone={tone} icon={icon}>
          {label}
        </Badge>
      </div>
      <p role="status" className="mt-0.5 text-sm text-muted-foreground">
        {unwell.length === 0
          ? 'Every check passes.'
          : `Look at ${unwell.map(({ name }) => componentName(name).toLowerCase()).join(', ')}. ${ready ? 'The server still takes new work.' : 'The server takes no new work.'}`}
      </p>
      <dl className="mt-3 flex flex-wrap gap-x-6 gap-y-2 text-sm">
        {facts.map(([term, value]) => (
          <div key={term} className="min-w-0">
            <dt className="text-xs text-muted-foreground">{term}</dt>
            <dd className="tabular-nums [overflow-wrap:anywhere]">
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
