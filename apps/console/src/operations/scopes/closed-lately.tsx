/** What closed in the last half minute, with its report; calls that closed well are only counted, there are too many. */
import { CircleAlert, CircleCheck } from 'lucide-react'
import type { ClosedScope } from 'toolcrib/operations'
import { formatDuration } from '../../parts/time.ts'
import { CloseReportDetails } from './scope-details.tsx'
import { ageWords, closedBadly, countWords, splitPath } from './scope-words.ts'

const SHOWN = 30

export function ClosedLately({ closed, now }: { readonly closed: readonly ClosedScope[]; readonly now: number }) {
  const isCall = (one: ClosedScope) => one.kind === 'call' && !closedBadly(one)
  const telling = closed.filter((one) => !isCall(one))
  const shown = telling.slice(0, SHOWN)
  const left = [
    telling.length > SHOWN ? [`${telling.length - SHOWN} more`] : [],
    closed.length > telling.length ? [`the last ${countWords(closed.length - telling.length, 'call')}, all well`] : [],
  ].flat()
  return (
    <section aria-labelledby="closed-lately" className="min-w-0 rounded-xl border bg-card shadow-xs">
      <h2 id="closed-lately" className="px-4 pt-3 text-sm font-semibold">
        Closed in the last half minute
      </h2>
      {closed.length === 0 ? (
        <p className="px-4 pt-1 pb-3 text-sm text-muted-foreground">Nothing did.</p>
      ) : (
        <ul className="py-1.5">
          {shown.map((one) => {
            const isBad = closedBadly(one)
            return (
              <li key={`${one.path} ${one.at}`} className="transition-opacity duration-500 starting:opacity-0">
                <details className="group">
                  <summary className="flex min-h-9 cursor-pointer items-center gap-2 px-4 py-1 text-sm hover:bg-muted/60">
                    {isBad ? (
                      <CircleAlert aria-label="Badly" className="size-4 shrink-0 text-bad" />
                    ) : (
                      <CircleCheck aria-label="Well" className="size-4 shrink-0 text-good" />
                    )}
                    <bdi className="min-w-0 flex-1 truncate">{splitPath(one.path).name}</bdi>
                    <span className="shrink-0 text-xs text-muted-foreground tabular-nums">
                      in {formatDuration(one.durationMs)}, {ageWords(now - one.at)} ago
                    </span>
                  </summary>
                  <div className="border-y bg-background px-4 py-3">
                    <CloseReportDetails closed={one} />
                  </div>
                </details>
              </li>
            )
          })}
          {left.length > 0 && (
            <li className="px-4 py-1.5 text-sm text-muted-foreground">
              {shown.length > 0 && 'and '}
              {left.join(', and ')}
            </li>
          )}
        </ul>
      )}
    </section>
  )
}
