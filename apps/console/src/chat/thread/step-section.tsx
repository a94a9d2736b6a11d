import { Fragment } from 'react'
import type { CallView, CompactionView, RunView } from 'toolcrib/client'
import { Markdown } from '../../parts/markdown.tsx'
import { CompactionNote } from './compaction-note.tsx'
import { Thoughts } from './thoughts.tsx'
import { ToolCalls } from './tool-calls.tsx'

export interface RunStepsProps {
  readonly run: RunView
  readonly working: boolean
}

/** What a run has shown so far: all its thinking folded into one line, then what it said and the calls it made, in order. */
export function RunSteps({ run, working }: RunStepsProps) {
  return (
    <>
      <Thoughts run={run} working={working} />
      {stretchesOf(run).map(({ step, compactions, text, live, calls }) => (
        <Fragment key={step}>
          <Compactions of={compactions} />
          {text !== '' && <Markdown text={text} streaming={working && live} />}
          {calls.length > 0 && <ToolCalls calls={calls} />}
        </Fragment>
      ))}
      <Compactions of={run.compactions.filter(({ step }) => run.steps.every((made) => made.step !== step))} />
    </>
  )
}

/** A step that says something, and the calls that come until the next one does. */
interface Stretch {
  readonly step: number
  readonly compactions: readonly CompactionView[]
  readonly text: string
  /** The model is still writing it. */
  readonly live: boolean
  readonly calls: readonly CallView[]
}

function stretchesOf({ steps, compactions }: RunView): readonly Stretch[] {
  const stretches: Stretch[] = []
  for (const { step, text, calls, finished } of steps) {
    const noted = compactions.filter((compaction) => compaction.step === step)
    const before = stretches.at(-1)
    if (before !== undefined && text === '' && noted.length === 0) {
      if (calls.length > 0) stretches[stretches.length - 1] = { ...before, calls: joined(before.calls, calls) }
    } else stretches.push({ step, compactions: noted, text, live: !finished, calls })
  }
  return stretches
}

/** A list that did not change stays the same one. */
function joined(before: readonly CallView[], calls: readonly CallView[]): readonly CallView[] {
  return before.length === 0 ? calls : [...before, ...calls]
}

function Compactions({ of }: { readonly of: readonly CompactionView[] }) {
  return of.map((compaction) => (
    <CompactionNote key={`${compaction.step} ${compaction.droppedTokens}`} compaction={compaction} />
  ))
}
