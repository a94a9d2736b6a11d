/** Everything that was refused since the start, and what was let pass with a warning. */
import { ShieldCheck } from 'lucide-react'
import type { RegistryReport } from 'toolcrib/operations'
import { EmptyState } from '../../kit/empty-state.tsx'
import { VerdictCard } from './verdict-card.tsx'

export function Refusals({ report }: { readonly report: RegistryReport }) {
  const { objections, verdicts, refusals } = report
  if (objections.length === 0) {
    return (
      <EmptyState
        icon={ShieldCheck}
        title={verdicts.refused === 0 ? 'Nothing was refused' : 'Nothing of yours was refused'}
      >
        {verdicts.refused === 0
          ? 'When something that is no tool is offered, or two want one name, it is told here with both places.'
          : 'What others offered is counted and not shown.'}
      </EmptyState>
    )
  }
  return (
    <div className="flex flex-col gap-3">
      <h2 className="sr-only">Refusals</h2>
      <p className="text-sm text-muted-foreground">
        {Object.entries(refusals)
          .map(([code, count]) => `${count.toLocaleString()} × ${code}`)
          .join(', ')}
      </p>
      <ul className="flex flex-col gap-2">
        {objections.map((verdict, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: several may be alike in all that they say
          <li key={`${verdict.at} ${index}`} className="[contain-intrinsic-size:auto_10rem] [content-visibility:auto]">
            <VerdictCard
              verdict={verdict}
              aside={<time dateTime={new Date(verdict.at).toISOString()}>{new Date(verdict.at).toLocaleString()}</time>}
            >
              <p className="mt-2 text-xs text-muted-foreground [overflow-wrap:anywhere]">
                Judged by <bdi className="font-mono">{verdict.path}</bdi>
                {verdict.trust !== undefined &&
                  `, as offered by a ${verdict.trust === 'code' ? 'part of this program' : verdict.trust}`}
              </p>
            </VerdictCard>
          </li>
        ))}
      </ul>
    </div>
  )
}
