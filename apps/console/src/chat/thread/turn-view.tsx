import { RotateCcw } from 'lucide-react'
import { memo } from 'react'
import { type RunView, sentAgain, type Turn } from 'toolcrib/client'
import { describeLimit, type SentPart } from 'toolcrib/protocol'
import { formatDuration } from '../../parts/time.ts'
import { RunSteps } from './step-section.tsx'
import { UserMessage } from './user-message.tsx'

export interface TurnViewProps {
  readonly turn: Turn
  /** The last one of the branch. */
  readonly isLast: boolean
  /** Its place among those sent in its place, from 1, and how many there are. */
  readonly version: number
  readonly versionCount: number
  readonly older: string | undefined
  readonly newer: string | undefined
  /** Shows the branch of a message. */
  readonly onShow: (messageId: string) => void
  /** An answer is being written in the thread, in this branch or another one. */
  readonly busy: boolean
  /** Sends these parts as another version of it. */
  readonly onRevise: (turn: Turn, parts: readonly SentPart[]) => Promise<void>
  readonly onRetry: (turn: Turn, parts: readonly SentPart[]) => void
}

export const TurnView = memo(function TurnView(props: TurnViewProps) {
  const { turn, isLast, version, versionCount, older, newer, busy, onShow, onRevise, onRetry } = props
  const { run } = turn
  const working = run.status === 'accepted' || run.status === 'running'
  const mayRetry = isLast && !busy && turn.follows !== undefined
  const begun = run.steps.some((step) => step.text !== '' || step.thinking !== '' || step.calls.length > 0)
  return (
    <article className="flex flex-col gap-2">
      <UserMessage
        turn={turn}
        versions={versionCount > 1 ? { version, count: versionCount, older, newer, onShow } : undefined}
        busy={busy}
        onRevise={turn.follows === undefined ? undefined : (parts) => onRevise(turn, parts)}
      />
      <div key={run.runId} className="flex flex-col gap-3" data-role="assistant" data-status={run.status}>
        <RunSteps run={run} working={working} />
        {working && !begun && <Working />}
        {run.warnings.map((warning) => (
          <p key={JSON.stringify(warning.limit)} role="status" className="text-xs text-warn">
            Nearly used up: {describeLimit(warning.limit)}.
          </p>
        ))}
        {!working && <RunEnd run={run} onRetry={mayRetry ? () => onRetry(turn, sentAgain(turn.parts)) : undefined} />}
      </div>
    </article>
  )
})

function Working() {
  return (
    <p role="status" className="flex items-center gap-2 text-sm text-muted-foreground">
      <span className="size-2 animate-pulse rounded-full bg-primary" /> Thinking…
    </p>
  )
}

function RunEnd({ run, onRetry }: { readonly run: RunView; readonly onRetry: (() => void) | undefined }) {
  const problem = describeProblem(run)
  return (
    <footer className="flex flex-col gap-2">
      {problem !== undefined && (
        <p
          className={`rounded-lg px-3 py-2 text-sm ${run.status === 'stopped' ? 'bg-muted text-muted-foreground' : 'bg-bad/10 text-bad'}`}
        >
          {problem}
        </p>
      )}
      <p className="flex items-center gap-3 text-xs text-muted-foreground">
        {run.durationMs !== undefined && <span>{formatDuration(run.durationMs)}</span>}
        {run.usage !== undefined && (
          <span>{(run.usage.inputTokens + run.usage.outputTokens).toLocaleString()} tokens</span>
        )}
        {run.usage !== undefined && run.usage.calls > 0 && (
          <span>{run.usage.calls === 1 ? '1 call' : `${run.usage.calls} calls`}</span>
        )}
        {onRetry !== undefined && (
          <button
            type="button"
            onClick={onRetry}
            className="inline-flex items-center gap-1 rounded hover:text-foreground"
          >
            <RotateCcw aria-hidden="true" className="size-3" /> Try again
          </button>
        )}
      </p>
    </footer>
  )
}

function describeProblem(run: RunView): string | undefined {
  switch (run.status) {
    case 'failed':
    case 'timed_out':
      return run.error?.message ?? 'The run failed.'
    case 'stopped':
      return 'Stopped.'
    case 'limit_reached':
      return `A limit was reached: ${run.limit === undefined ? 'it is not known which' : describeLimit(run.limit)}.`
    default:
      return undefined
  }
}
