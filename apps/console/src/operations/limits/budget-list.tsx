import type { BudgetReport } from 'toolcrib/operations'
import { Card } from '../../kit/card.tsx'
import { formatCount, formatSpan } from '../parts/amount.ts'

export function BudgetList({
  budgets,
  currency,
}: {
  readonly budgets: readonly BudgetReport[]
  readonly currency: string
}) {
  if (budgets.length === 0) return null
  return (
    <Card
      title="Budgets"
      description="What users and tenants may use in a window of time, and how often that ended a run or refused a call. How much of it somebody has used they see themselves, under Usage in their menu."
      padded={false}
    >
      <ul className="divide-y border-t">
        {budgets.map((budget) => (
          <li
            key={JSON.stringify(budget)}
            className="flex flex-wrap items-baseline justify-between gap-x-4 px-4 py-3 text-sm"
          >
            <span className="min-w-0 [overflow-wrap:anywhere]">
              {amountOf(budget, currency)} a {budget.window} for each {budget.per}
              {budget.roles !== null && (
                <span className="text-muted-foreground">
                  {' '}
                  with a role of <bdi>{budget.roles.join(', ')}</bdi>
                </span>
              )}
            </span>
            <span
              className={`text-xs tabular-nums ${budget.refused > 0 ? 'font-medium text-bad' : 'text-muted-foreground'}`}
            >
              {budget.refused === 0 ? 'never reached' : `reached ${budget.refused.toLocaleString()} times`}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function amountOf({ resource, max, tool }: BudgetReport, currency: string): string {
  switch (resource) {
    case 'money':
      return max.toLocaleString(undefined, { style: 'currency', currency })
    case 'runMs':
      return `${formatSpan(max)} at work`
    case 'calls':
      return `${formatCount(max)} calls${tool === null ? '' : ` of ${tool}`}`
    default:
      return `${formatCount(max)} ${resource}`
  }
}
