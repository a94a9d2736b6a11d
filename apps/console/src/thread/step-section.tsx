import { ChevronRight } from 'lucide-react'
import { memo } from 'react'
import type { StepView } from 'toolcrib/client'
import { Markdown } from '../parts/markdown.tsx'
import { ToolCard } from './tool-card.tsx'

export interface StepSectionProps {
  readonly step: StepView
  /** The model is still writing it. */
  readonly live: boolean
}

/** One model call: its thinking folded, its text, and a card for each tool call. */
export const StepSection = memo(function StepSection({ step, live }: StepSectionProps) {
  return (
    <div className="flex flex-col gap-3">
      {step.thinking !== '' && (
        <details className="group text-sm text-muted-foreground">
          <summary className="flex w-fit cursor-pointer list-none items-center gap-1 rounded">
            <ChevronRight aria-hidden="true" className="size-3.5 transition-transform group-open:rotate-90" />
            {live && step.text === '' ? 'Thinking…' : 'Thought'}
          </summary>
          <p className="mt-1 border-l-2 pl-3 whitespace-pre-wrap [overflow-wrap:anywhere]">{step.thinking}</p>
        </details>
      )}
      {step.text !== '' && <Markdown text={step.text} streaming={live} />}
      {step.calls.map((call) => (
        <ToolCard key={call.callId} call={call} />
      ))}
    </div>
  )
})
