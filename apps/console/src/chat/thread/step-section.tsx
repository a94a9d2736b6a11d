import { ChevronRight } from 'lucide-react'
import { Fragment, memo } from 'react'
import type { CompactionView, RunView, StepView } from 'toolcrib/client'
import { Markdown } from '../../parts/markdown.tsx'
import { CompactionNote } from './compaction-note.tsx'
import { ToolCard } from './tool-card.tsx'

export interface StepSectionProps {
  readonly step: StepView
  /** The model is still writing it. */
  readonly live: boolean
}

/** One model call: its text, and a card for each tool call. */
export const StepSection = memo(function StepSection({ step, live }: StepSectionProps) {
  if (step.text === '' && step.calls.length === 0) return null
  return (
    <div className="flex flex-col gap-2">
      {step.text !== '' && <Markdown text={step.text} streaming={live} />}
      {step.calls.map((call) => (
        <ToolCard key={call.callId} call={call} />
      ))}
    </div>
  )
})

export interface RunStepsProps {
  readonly run: RunView
  readonly working: boolean
}

/** What a run has shown so far: all its thinking folded into one line, then its steps. */
export function RunSteps({ run, working }: RunStepsProps) {
  const thoughts = run.steps.filter((step) => step.thinking !== '')
  const last = run.steps.at(-1)
  const thinking = working && last !== undefined && !last.finished && last.text === ''
  return (
    <>
      {thoughts.length > 0 && (
        <details className="group text-xs text-muted-foreground">
          <summary className="flex w-fit cursor-pointer list-none items-center gap-1 rounded">
            <ChevronRight aria-hidden="true" className="size-3 transition-transform group-open:rotate-90" />
            {thinking ? 'Thinking…' : 'Thought'}
          </summary>
          <ol className="mt-1 flex flex-col gap-2 border-s-2 ps-3">
            {thoughts.map((step) => (
              <li key={step.step} dir="auto" className="whitespace-pre-wrap [overflow-wrap:anywhere]">
                {step.thinking}
              </li>
            ))}
          </ol>
        </details>
      )}
      {run.steps.map((step) => (
        <Fragment key={step.step}>
          <Compactions of={run.compactions.filter((compaction) => compaction.step === step.step)} />
          <StepSection step={step} live={working && !step.finished} />
        </Fragment>
      ))}
      <Compactions of={run.compactions.filter(({ step }) => run.steps.every((made) => made.step !== step))} />
    </>
  )
}

function Compactions({ of }: { readonly of: readonly CompactionView[] }) {
  return of.map((compaction) => (
    <CompactionNote key={`${compaction.step} ${compaction.droppedTokens}`} compaction={compaction} />
  ))
}
