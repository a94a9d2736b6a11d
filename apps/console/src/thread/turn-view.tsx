import { RotateCcw } from 'lucide-react'
import { memo } from 'react'
import { type RunView, type Turn, textOf } from 'toolcrib/client'
import { formatDuration } from '../parts/time.ts'
import { RunSteps } from './step-section.tsx'

export interface TurnViewProps {
  readonly turn: Turn
  /** Present on the last turn: sends the same text again. */
  readonly onRetry: ((text: string) => void) | undefined
}

export const TurnView = memo(function TurnView({ turn, onRetry }: TurnViewProps) {
  const { run } = turn
  const text = textOf(turn.parts)
  const working = run.status === 'accepted' || run.status === 'running'
  const begun = run.steps.some((step) => step.text !== '' || step.thinking !== '' || step.calls.length > 0)
  return (
    <article className="flex flex-col gap-4">
      <div
        className="ml-auto max-w-[85%] rounded-2xl rounded-br-md bg-accent px-4 py-2.5 whitespace-pre-wrap [overflow-wrap:anywhere]"
        data-role="user"
        dir="auto"
      >
        {text}
      </div>
      <div className="flex flex-col gap-3" data-role="assistant" data-status={run.status}>
        <RunSteps run={run} working={working} />
        {working && !begun && <Working />}
        {!working && <RunEnd run={run} onRetry={onRetry === undefined ? undefined : () => onRetry(text)} />}
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
      return `A limit was reached: ${run.limit?.name} is ${run.limit?.value}.`
    default:
      return undefined
  }
}
