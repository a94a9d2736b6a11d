/** What the model thought, folded into one quiet line a run: how long it took, or that it is at it. */
import { ChevronRight } from 'lucide-react'
import type { RunView } from 'toolcrib/client'
import { plainText } from '../../parts/plain-text.ts'
import { formatDuration } from '../../parts/time.ts'

/** Nobody counts less. */
const SHORT_MS = 100

export interface ThoughtsProps {
  readonly run: RunView
  readonly working: boolean
}

export function Thoughts({ run, working }: ThoughtsProps) {
  const thoughts = run.steps.filter((step) => step.thinking !== '')
  if (thoughts.length === 0) return null
  const thinking = working && run.steps.at(-1)?.thoughtMs === undefined
  const tookMs = thoughts.reduce((total, { thoughtMs = 0 }) => total + thoughtMs, 0)
  return (
    <details className="group text-sm text-muted-foreground">
      <summary className="flex w-fit cursor-pointer list-none items-center gap-1.5 rounded py-0.5 hover:text-foreground">
        <ChevronRight aria-hidden="true" className="size-3.5 transition-transform group-open:rotate-90" />
        <span className={thinking ? 'animate-pulse' : ''}>
          {thinking ? 'Thinking…' : tookMs < SHORT_MS ? 'Thought' : `Thought for ${formatDuration(tookMs)}`}
        </span>
      </summary>
      <ol className="mt-1.5 flex flex-col gap-2.5 border-s-2 ps-3.5">
        {thoughts.map((step) => (
          <li key={step.step} dir="auto" className="leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]">
            {plainText(step.thinking)}
          </li>
        ))}
      </ol>
    </details>
  )
}
