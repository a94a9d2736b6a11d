import { useCallback, useState } from 'react'
import type { Turn } from 'toolcrib/client'
import type { SentPart } from 'toolcrib/protocol'
import { useThread } from 'toolcrib/react'
import { problemOf } from '../../parts/problem.ts'
import { useBranchRoute, useGoToThread, useShowBranch } from '../../route.ts'
import { PageTitle } from '../approval/waiting.tsx'
import { Composer } from './composer.tsx'
import { ConnectionNotice } from './connection-notice.tsx'
import { EarlierTurns } from './earlier-turns.tsx'
import { ThreadHeader } from './thread-header.tsx'
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
  const scroller = useStickToEnd(conversation)
  const firstRunId = branch[0]?.turn.run.runId
  useKeepPlace(scroller, firstRunId)
  const last = branch.at(-1)?.turn
  const revise = useCallback(
    async (turn: Turn, parts: readonly SentPart[]) => {
      setProblem(undefined)
      await reviseTurn(turn, parts)
      // The newest branch is its own from now on.
      showBranch(undefined)
    },
    [reviseTurn, showBranch],
  )
  const retry = useCallback(
    (turn: Turn, parts: readonly SentPart[]) => {
      revise(turn, parts).catch((error: unknown) => setProblem(problemOf(error, didNotWork)))
    },
    [revise],
  )

  if (gone) {
    return (
      <div className="grid flex-1 place-items-center p-6 text-center">
        <div>
          <p className="font-medium">This chat does not exist.</p>
          <button type="button" onClick={() => goToThread(undefined)} className="mt-3 text-primary underline">
            Start a new one
          </button>
        </div>
      </div>
    )
  }

  const title = open.title ?? 'Chat'
  const send = async (parts: readonly SentPart[]) => {
    setProblem(undefined)
    await open.send(parts)
  }
  const attempt = (act: () => Promise<unknown>) =>
    void act().then(
      () => setProblem(undefined),
      (error: unknown) => setProblem(problemOf(error, didNotWork)),
    )
  return (
    <>
      <PageTitle of={title} />
      <ThreadHeader title={title} model={conversation.turns.at(-1)?.run.model} onOpenSidebar={onOpenSidebar} />
      <ConnectionNotice />
      <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto [overflow-anchor:none]" aria-busy={!caughtUp}>
        <div
          className="mx-auto flex w-full max-w-3xl flex-col gap-8 px-4 py-6"
          role="log"
          aria-label="Conversation"
          // Read out when it is whole, not letter by letter.
          aria-busy={running !== undefined && approvals.length === 0}
        >
          {refusal !== undefined && (
            <p role="alert" className="rounded-lg bg-bad/10 px-3 py-2 text-sm text-bad">
              {refusal.message}
            </p>
          )}
          {!caughtUp && refusal === undefined && conversation.turns.length === 0 && (
            <p className="text-center text-sm text-muted-foreground">Loading the chat…</p>
          )}
          {hasEarlier && <EarlierTurns scroller={scroller} firstRunId={firstRunId} onLoad={loadEarlier} />}
          {branch.map(({ turn, versions }) => {
            const index = versions.indexOf(turn.messageId)
            return (
              <TurnView
                key={versions[0]}
                turn={turn}
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
            )
          })}
        </div>
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
        onStop={running === undefined ? undefined : () => attempt(open.stop)}
      />
    </>
  )
}
