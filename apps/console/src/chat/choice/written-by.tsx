import { Bot } from 'lucide-react'
import type { RunView } from 'toolcrib/client'
import { modelName } from './choices.ts'

export interface WrittenByProps {
  readonly run: RunView
  /** Of the turn before. */
  readonly before: RunView | undefined
}

/** Who wrote an answer, when it is somebody else than the one before. Undefined: it is the same, or not known yet. */
export function writtenBy({ run, before }: WrittenByProps): string | undefined {
  if (run.agent === undefined || run.model === undefined) return undefined
  if (before?.agent === undefined || before.model === undefined) return undefined
  const { label } = modelName(run.model)
  if (before.agent !== run.agent) return `${run.agent} · ${label}`
  return before.model === run.model ? undefined : label
}

export function WrittenBy({ name }: { readonly name: string }) {
  return (
    <p className="flex items-center gap-1.5 text-xs text-muted-foreground" data-written-by="">
      <Bot aria-hidden="true" className="size-3.5 shrink-0" />
      <span className="sr-only">Answered by </span>
      <bdi className="min-w-0 truncate">{name}</bdi>
    </p>
  )
}
