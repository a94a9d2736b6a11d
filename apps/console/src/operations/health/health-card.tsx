import type { ComponentReport } from 'toolcrib/operations'
import { Badge } from '../../kit/badge.tsx'
import { formatSpan } from '../parts/amount.ts'
import { HealthStrip } from './health-strip.tsx'
import { componentName, healthWords } from './health-words.ts'

interface HealthCardProps {
  readonly component: ComponentReport
  readonly at: number
  readonly uptimeMs: number
}

export function HealthCard({ component, at, uptimeMs }: HealthCardProps) {
  const { name, state, reasons, about, advice, section, history, more } = component
  const { label, tone, icon } = healthWords[state]
  const last = history.at(-1)
  const title = componentName(name)
  return (
    <section aria-label={title} className="min-w-0 rounded-xl border bg-card p-4 shadow-xs">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="text-sm font-semibold">{title}</h2>
        <Badge tone={tone} icon={icon}>
          {label}
        </Badge>
        {last !== undefined && (
          <span className="ms-auto text-xs text-muted-foreground tabular-nums">for {formatSpan(last.lastedMs)}</span>
        )}
      </div>
      <p className="mt-1 text-sm text-muted-foreground">{about}</p>
      {state !== 'healthy' && (
        <div className="mt-3 rounded-lg bg-muted px-3 py-2.5 text-sm">
          <ul>
            {reasons.map((reason) => (
              <li key={reason} dir="auto" className="font-medium [overflow-wrap:anywhere]">
                {reason}
              </li>
            ))}
          </ul>
          <p className="mt-1.5">{advice}</p>
          <p className="mt-1.5 text-muted-foreground">
            More: “{section}” in <code className="text-xs">docs/operations.md</code>.
          </p>
        </div>
      )}
      <div className="mt-3">
        <HealthStrip history={history} at={at} uptimeMs={uptimeMs} />
      </div>
      {(history.length > 1 || more) && (
        <details className="mt-2 text-sm">
          <summary className="cursor-pointer rounded-md py-1 text-muted-foreground hover:text-foreground">
            {history.length - 1} {history.length === 2 ? 'change' : 'changes'}
            {more && ', and earlier ones that are not kept'}
          </summary>
          <ol className="mt-1 flex flex-col gap-1.5">
            {history.toReversed().map((change) => {
              const words = healthWords[change.state]
              return (
                <li key={`${change.at}${change.state}`} className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5">
                  <time
                    dateTime={new Date(change.at).toISOString()}
                    className="w-20 shrink-0 text-xs text-muted-foreground tabular-nums"
                  >
                    {new Date(change.at).toLocaleTimeString()}
                  </time>
                  <Badge tone={words.tone} icon={words.icon}>
                    {words.label}
                  </Badge>
                  <span className="text-xs text-muted-foreground tabular-nums">{formatSpan(change.lastedMs)}</span>
                  {change.reasons.map((reason) => (
                    <span key={reason} dir="auto" className="w-full text-xs sm:ps-23 [overflow-wrap:anywhere]">
                      {reason}
                    </span>
                  ))}
                </li>
              )
            })}
          </ol>
        </details>
      )}
    </section>
  )
}
