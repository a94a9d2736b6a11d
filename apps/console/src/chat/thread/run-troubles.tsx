/** What happened to a run on its way, calmly: another node took it over, a step was made again, a limit is nearly used up. */
import { History } from 'lucide-react'
import type { RunView } from 'toolcrib/client'
import { describeLimit } from 'toolcrib/protocol'
import { plainText } from '../../parts/plain-text.ts'

export function RunTroubles({ run }: { readonly run: RunView }) {
  const { attempt, rewinds, warnings } = run
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
          Nearly used up: {describeLimit(warning.limit)}.
        </p>
      ))}
    </>
  )
}

function describe({ attempt, rewinds }: RunView): string {
  const taken = attempt > 1 ? ['The server that wrote this went away; another took over.'] : []
  const reason = rewinds.at(-1)?.reason
  const made = rewinds.length === 1 ? 'A part was begun again' : `${rewinds.length} parts were begun again`
  return [...taken, ...(reason === undefined ? [] : [`${made}: ${plainText(reason)}.`])].join(' ')
}
