/** What happened to a run on its way, calmly: another node took it over, a step was made again, a limit is nearly used up. */
import { History } from 'lucide-react'
import type { RunView } from 'toolcrib/client'
import type { LimitWarning } from 'toolcrib/protocol'
import { plainText } from '../../parts/plain-text.ts'
import { limitInWords } from './limit-words.ts'

export function RunTroubles({ run }: { readonly run: RunView }) {
  const { attempt, rewinds } = run
  const warnings = run.warnings.filter((warning) => isStillOf(run, warning))
  return (
    <>
      {(attempt > 1 || rewinds.length > 0) && (
        <p className="flex items-start gap-1.5 text-xs text-muted-foreground" data-rewound={rewinds.length}>
          <History aria-hidden="true" className="mt-0.5 size-3.5 shrink-0" />
          <span className="[overflow-wrap:anywhere]">{describe(run)}</span>
        </p>
      )}
      {warnings.map((warning) => (
        <p key={JSON.stringify(warning.limit)} role="status" className="text-xs text-warn">
          Nearly used up: {limitInWords(warning.limit)}.
        </p>
      ))}
    </>
  )
}

/** What one answer may take is of no interest once it has ended, nor is a warning of what was reached. */
function isStillOf({ status, limit: reached }: RunView, { limit: { name, per } }: LimitWarning): boolean {
  if (per === undefined) return status === 'accepted' || status === 'running'
  return reached?.name !== name
}

/** Its node went away, which is told by the attempt already. */
const RESUMED = 'RUN_RESUMED'

function describe({ attempt, rewinds }: RunView): string {
  const taken = attempt > 1 ? ['The server went away in the middle of this; then it was taken up again.'] : []
  const broken = rewinds.filter(({ reason }) => reason !== RESUMED)
  const reason = broken.at(-1)?.reason
  if (reason === undefined) return taken.join(' ')
  const times = broken.length === 1 ? 'again' : `again ${broken.length} times`
  return [...taken, `A part was begun ${times}, because the model broke off (${plainText(reason)}).`].join(' ')
}
