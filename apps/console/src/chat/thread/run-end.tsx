/** How an answer ended: what went wrong and what to do, then what can be done with it and what it took. */
import { CircleAlert, CircleStop, Gauge, RotateCcw } from 'lucide-react'
import type { ReactNode } from 'react'
import type { RunView } from 'toolcrib/client'
import { toneFill } from '../../kit/badge.tsx'
import type { Icon } from '../../kit/icon.ts'
import { IconButton } from '../../kit/icon-button.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { plainText } from '../../parts/plain-text.ts'
import { limitInWords } from './limit-words.ts'
import { RunUsage } from './run-usage.tsx'

export interface RunEndProps {
  readonly run: RunView
  readonly onRetry: (() => void) | undefined
}

export function RunEnd({ run, onRetry }: RunEndProps) {
  const text = answerOf(run)
  return (
    <footer className="flex flex-col gap-2">
      <Ending run={run} mayRetry={onRetry !== undefined} />
      <div className="-ms-1.5 flex min-h-7 flex-wrap items-center gap-0.5 text-xs text-muted-foreground">
        {text !== '' && <CopyButton label="Copy the answer" text={() => text} className="size-7!" />}
        {onRetry !== undefined && (
          <IconButton label="Try again" icon={RotateCcw} onClick={onRetry} className="size-7!" />
        )}
        <RunUsage run={run} />
      </div>
    </footer>
  )
}

function Ending({ run, mayRetry }: { readonly run: RunView; readonly mayRetry: boolean }) {
  switch (run.status) {
    case 'failed':
    case 'timed_out': {
      const { code, message, retry } = run.error ?? { code: undefined, message: 'The run failed.', retry: 'later' }
      return (
        <Told icon={CircleAlert} tone="bad">
          <p className="font-medium">{run.status === 'failed' ? 'The answer failed.' : 'The answer took too long.'}</p>
          <p dir="auto" className="text-foreground">
            {plainText(message)}
          </p>
          <p className="mt-1 text-xs text-muted-foreground">
            {code !== undefined && <code className="font-mono">{code}</code>}
            {mayRetry &&
              (retry === 'later'
                ? ' · Try again.'
                : ' · Trying again will not help as it is: edit the message, or ask somebody who runs the server.')}
          </p>
        </Told>
      )
    }
    case 'stopped':
      return (
        <Told icon={CircleStop} tone="neutral">
          Stopped.
        </Told>
      )
    case 'limit_reached':
      return (
        <Told icon={Gauge} tone="warn">
          <p>A limit was reached: {run.limit === undefined ? 'it is not known which' : limitInWords(run.limit)}.</p>
          <p className="mt-0.5 text-xs text-muted-foreground">
            {whenWhole(run)}
            {run.limit !== undefined && (
              <>
                {' · '}
                <code className="font-mono">{run.limit.name}</code>
              </>
            )}
          </p>
        </Told>
      )
    default:
      return null
  }
}

interface ToldProps {
  readonly icon: Icon
  readonly tone: 'neutral' | 'warn' | 'bad'
  readonly children: ReactNode
}

/** It stands in a log that is read out as it grows: no alert of its own. */
function Told({ icon: Picture, tone, children }: ToldProps) {
  return (
    <div className={`flex items-start gap-2.5 rounded-xl px-3.5 py-2.5 text-sm ${toneFill[tone]}`}>
      <Picture aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">{children}</div>
    </div>
  )
}

function whenWhole({ limit }: RunView): string {
  if (limit?.held === true) return 'There may be room again as soon as what is at work has ended. Try again then.'
  if (limit?.endsAt !== undefined)
    return `It is whole again ${new Date(limit.endsAt).toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'short' })}.`
  return 'It holds for each answer by itself: send another message to go on from here.'
}

/** All that it said, as it was written. */
function answerOf(run: RunView): string {
  return run.steps
    .map((step) => step.text)
    .filter((text) => text !== '')
    .join('\n\n')
}
