import { Fragment, useCallback, useEffect, useState } from 'react'
import type { Turn } from 'toolcrib/client'
import type { SentPart } from 'toolcrib/protocol'
import { useThread } from 'toolcrib/react'
import { markdownRenderer } from '../../parts/markdown/renderer.ts'
import { problemOf } from '../../parts/problem.ts'
import { formatDay, isSameDay } from '../../parts/time.ts'
import { useBranchRoute, useGoToThread, useShowBranch } from '../../route.ts'
import { PageTitle } from '../approval/waiting.tsx'
import { ChoicePicker } from '../choice/choice-picker.tsx'
import { useChoice } from '../choice/use-choice.ts'
import { writtenBy } from '../choice/written-by.tsx'
import { Composer } from './composer.tsx'
import { EarlierTurns } from './earlier-turns.tsx'
import { JumpToEnd } from './jump-to-end.tsx'
import { ThreadFrame } from './thread-frame.tsx'
import { GoneThread, LoadingThread, RefusedThread } from './thread-states.tsx'
import { TurnView } from './turn-view.tsx'
import { useKeepPlace } from './use-keep-place.ts'
import { useStickToEnd } from './use-stick-to-end.ts'

const didNotWork = 'It did not work; try again'

export interface ThreadPageProps {
  readonly threadId: string
  readonly onOpenSidebar: () => void
}

export function ThreadPage({ threadId, onOpenSidebar }: ThreadPageProps) {
  const goToThread = useGoToThread()
  const showBranch = useShowBranch(threadId)
  const shownMessage = useBranchRoute()
  const open = useThread(threadId, { messageId: shownMessage })
  const { conversation, branch, isNewest, caughtUp, hasEarlier, gone, refusal, loadEarlier } = open
  const { activeRun: running, approvals, revise: reviseTurn } = open
  const [actProblem, setProblem] = useState<string>()
  const problem = actProblem ?? open.problem?.message
  const { scroller, isAway, hasNew, toEnd } = useStickToEnd(conversation)
  const firstRunId = branch[0]?.turn.run.runId
  useKeepPlace(scroller, firstRunId)
  const last = branch.at(-1)?.turn
  const answering = useChoice(last?.run)
  const { sentAgain } = answering
  const revise = useCallback(
    async (turn: Turn, parts: readonly SentPart[]) => {
      setProblem(undefined)
      await reviseTurn(turn, parts, sentAgain(turn.run))
      // The newest branch is its own from now on.
      showBranch(undefined)
    },
    [reviseTurn, sentAgain, showBranch],
  )
  const retry = useCallback(
    (turn: Turn, parts: readonly SentPart[]) => {
      revise(turn, parts).catch((error: unknown) => setProblem(problemOf(error, didNotWork)))
    },
    [revise],
  )

  useEffect(() => markdownRenderer.ask(), [])

  if (gone) return <GoneThread onNew={() => goToThread(undefined)} />

  const title = open.title ?? 'Chat'
  const send = async (parts: readonly SentPart[]) => {
    setProblem(undefined)
    await open.send(parts, answering.sent)
    toEnd()
  }
  const attempt = (act: () => Promise<unknown>) =>
    void act().then(
      () => setProblem(undefined),
      (error: unknown) => setProblem(problemOf(error, didNotWork)),
    )
  return (
    <>
      <PageTitle of={title} />
      <ThreadFrame
        title={title}
        onRename={open.title === undefined ? undefined : open.rename}
        model={answering.choice?.model}
        agent={answering.choice?.agent}
        onOpenSidebar={onOpenSidebar}
      >
        <div className="relative flex min-h-0 flex-1 flex-col">
          <div
            ref={scroller}
            className="relative min-h-0 flex-1 overflow-y-auto [overflow-anchor:none]"
            aria-busy={!caughtUp}
          >
            <div
              className="mx-auto flex w-full max-w-3xl flex-col gap-8 px-4 py-6"
              role="log"
              aria-label="Conversation"
              // Read out when it is whole, not letter by letter.
              aria-busy={running !== undefined && approvals.length === 0}
            >
              {refusal !== undefined && <RefusedThread refusal={refusal} onNew={() => goToThread(undefined)} />}
              {!caughtUp && refusal === undefined && conversation.turns.length === 0 && <LoadingThread />}
              {hasEarlier && <EarlierTurns scroller={scroller} firstRunId={firstRunId} onLoad={loadEarlier} />}
              {branch.map(({ turn, versions }, place) => {
                const index = versions.indexOf(turn.messageId)
                const before = branch[place - 1]?.turn
                return (
                  <Fragment key={versions[0]}>
                    {(before === undefined
                      ? !hasEarlier && !isSameDay(turn.at, Date.now())
                      : !isSameDay(before.at, turn.at)) && <DayLine at={turn.at} />}
                    <TurnView
                      turn={turn}
                      writtenBy={writtenBy({ run: turn.run, before: before?.run })}
                      isLast={turn === last}
                      version={index + 1}
                      versionCount={versions.length}
                      older={versions[index - 1]}
                      newer={versions[index + 1]}
                      onShow={showBranch}
                      busy={running !== undefined}
                      onRevise={revise}
                      onRetry={retry}
                    />
                  </Fragment>
                )
              })}
            </div>
          </div>
          {isAway && <JumpToEnd hasNew={hasNew} onJump={toEnd} />}
        </div>
        {!isNewest && (
          <p role="status" className="mx-auto w-full max-w-3xl px-4 pb-2 text-sm text-muted-foreground">
            This is an older version of the chat.{' '}
            {running === undefined ? 'What you send goes on from here.' : 'An answer is being written in the newest.'}{' '}
            <button type="button" onClick={() => showBranch(undefined)} className="text-primary underline">
              Show the newest
            </button>
          </p>
        )}
        {problem !== undefined && (
          <p role="alert" className="mx-auto w-full max-w-3xl px-4 pb-2 text-sm text-bad">
            {problem}
          </p>
        )}
        <Composer
          threadId={threadId}
          onSend={send}
          choice={<ChoicePicker {...answering} />}
          onStop={running === undefined ? undefined : () => attempt(open.stop)}
        />
      </ThreadFrame>
    </>
  )
}

function DayLine({ at }: { readonly at: number }) {
  return (
    <p className="flex items-center gap-3 text-xs text-muted-foreground before:h-px before:flex-1 before:bg-border after:h-px after:flex-1 after:bg-border">
      <time dateTime={new Date(at).toISOString()}>{formatDay(at, Date.now())}</time>
    </p>
  )
}
