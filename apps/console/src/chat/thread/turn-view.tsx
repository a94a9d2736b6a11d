import { memo, useLayoutEffect, useRef } from 'react'
import { sentAgain, type Turn } from 'toolcrib/client'
import type { SentPart } from 'toolcrib/protocol'
import { WrittenBy } from '../choice/written-by.tsx'
import { RunEnd } from './run-end.tsx'
import { RunTroubles } from './run-troubles.tsx'
import { RunSteps } from './step-section.tsx'
import { UserMessage } from './user-message.tsx'

export interface TurnViewProps {
  readonly turn: Turn
  /** Who answered, where that is somebody else than before. */
  readonly writtenBy: string | undefined
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
  const { turn, writtenBy, isLast, version, versionCount, older, newer, busy, onShow, onRevise, onRetry } = props
  const { run } = turn
  const working = run.status === 'accepted' || run.status === 'running'
  const mayRetry = isLast && !busy && turn.follows !== undefined
  const begun = run.steps.some((step) => step.text !== '' || step.thinking !== '' || step.calls.length > 0)
  const waits = run.steps.some((step) => step.calls.some(({ status }) => status === 'waiting'))
  const element = useRef<HTMLElement>(null)
  useUndrawnOutOfSight(element, working || isLast)
  return (
    <article ref={element} className="-mx-2 flex flex-col gap-3 px-2">
      <UserMessage
        turn={turn}
        isLast={isLast}
        versions={versionCount > 1 ? { version, count: versionCount, older, newer, onShow } : undefined}
        busy={busy}
        onRevise={turn.follows === undefined ? undefined : (parts) => onRevise(turn, parts)}
      />
      <div key={run.runId} className="flex min-w-0 flex-col gap-3" data-role="assistant" data-status={run.status}>
        {writtenBy !== undefined && <WrittenBy name={writtenBy} />}
        <RunSteps run={run} working={working} />
        {working && !begun && <Working />}
        <RunTroubles run={run} />
        {working && begun && !waits && <Writing />}
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

/** It takes the room of what stands below a whole answer. */
function Writing() {
  return (
    <p aria-hidden="true" className="flex min-h-7 items-center">
      <span className="size-2 animate-pulse rounded-full bg-primary" />
    </p>
  )
}

/**
 * A browser need not lay out what is far from what is seen. It is told the height of what is whole, once that was drawn: so
 * nothing jumps when it comes near.
 */
function useUndrawnOutOfSight(element: React.RefObject<HTMLElement | null>, changing: boolean): void {
  useLayoutEffect(() => {
    const { style } = element.current ?? {}
    if (style === undefined || element.current === null) return
    if (changing) {
      style.contentVisibility = 'visible'
      return
    }
    const observer = new ResizeObserver(([entry]) => {
      const height = entry?.borderBoxSize[0]?.blockSize
      if (height === undefined || height === 0) return
      style.containIntrinsicBlockSize = `auto ${Math.round(height)}px`
      style.contentVisibility = 'auto'
    })
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [element, changing])
}
