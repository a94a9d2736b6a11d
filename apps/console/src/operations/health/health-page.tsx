/** Every check: how it stands, why, what helps, and how it went before. */
import type { HealthReport } from 'toolcrib/operations'
import { Badge } from '../../kit/badge.tsx'
import { useAnswer } from '../ask.ts'
import { formatSpan } from '../parts/amount.ts'
import { Answered } from '../parts/answered.tsx'
import { OperationsPage, PageHeading } from '../parts/operations-page.tsx'
import { HealthCard } from './health-card.tsx'
import { componentName, healthWords } from './health-words.ts'

export function HealthPage() {
  const answer = useAnswer('health', {}, { everyMs: 2_000 })
  return (
    <OperationsPage title="Health">
      <Heading report={answer.data} />
      <Answered of="checks" answer={answer} shape={['h-12', 'h-64']}>
        {(report) => (
          <>
            <Server report={report} />
            <div className="grid items-start gap-3 lg:grid-cols-2">
              {report.components.map((component) => (
                <HealthCard key={component.name} component={component} at={report.at} uptimeMs={report.uptimeMs} />
              ))}
            </div>
          </>
        )}
      </Answered>
    </OperationsPage>
  )
}

function Heading({ report }: { readonly report: HealthReport | undefined }) {
  if (report === undefined) return <PageHeading title="Health">Every check, and how it went before.</PageHeading>
  const { state, ready, components } = report
  const { label, tone, icon } = healthWords[state]
  const unwell = components.filter((component) => component.state !== 'healthy')
  return (
    <PageHeading
      title="Health"
      mark={
        <Badge tone={tone} icon={icon}>
          {label}
        </Badge>
      }
    >
      <span role="status">
        {unwell.length === 0
          ? 'Every check passes.'
          : `Look at ${unwell.map(({ name }) => componentName(name).toLowerCase()).join(', ')}. ${ready ? 'The server still takes new work.' : 'The server takes no new work.'}`}
      </span>
    </PageHeading>
  )
}

function Server({ report: { phase, ready, live, version, node, model, uptimeMs } }: { readonly report: HealthReport }) {
  const facts = [
    ['Up for', formatSpan(uptimeMs)],
    ['Phase', phase],
    ['Takes new work', ready ? 'yes' : 'no'],
    ['Helped by a restart only', live ? 'no' : 'yes'],
    ['Model', model],
    ['Version', `${version}, Node ${node}`],
  ] as const
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-2 text-sm">
      {facts.map(([term, value]) => (
        <div key={term} className="min-w-0">
          <dt className="text-xs text-muted-foreground">{term}</dt>
          <dd className="tabular-nums [overflow-wrap:anywhere]">
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  )
}
