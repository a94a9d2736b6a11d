import { useCallback, useEffect, useState } from 'react'
import { activeRun, branchOf, openApprovals, type Turn } from 'toolcrib/client'
import type { SentPart } from 'toolcrib/protocol'
import { useClient } from '../../connection.tsx'
import { problemOf } from '../../parts/problem.ts'
import { useBranchRoute, useGoToThread, useShowBranch } from '../../route.ts'
import { Composer } from './composer.tsx'
import { ConnectionNotice } from './connection-notice.tsx'
import { EarlierTurns } from './earlier-turns.tsx'
import { ThreadHeader } from './thread-header.tsx'
import { TurnView } from './turn-view.tsx'
import { useConversation } from './use-conversation.ts'
import { useKeepPlace } from './use-keep-place.ts'
import { useStickToEnd } from './use-stick-to-end.ts'

const didNotWork = 'It did not work; try again'

export interface ThreadPageProps {
  readonly threadId: string
  readonly onOpenSidebar: () => void
}

export function ThreadPage({ threadId, onOpenSidebar }: ThreadPageProps) {
  const client = useClient()
  const goToThread = useGoToThread()
  const showBranch = useShowBranch(threadId)
  const { conversation, thread, caughtUp, hasEarlier, gone, refusal, loadEarlier } = useConversation(threadId)
  const [problem, setProblem] = useState<string>()
  const running = activeRun(conversation)
  const shownMessage = useBranchRoute()
  const scroller = useStickToEnd(conversation)
  const branch = branchOf(conversation, shownMessage)
  const first = branch[0]?.turn
  const firstRunId = first?.run.runId
  useKeepPlace(scroller, firstRunId)
  const isFound = shownMessage === undefined || branch.some(({ turn }) => turn.messageId === shownMessage)
  const last = branch.at(-1)?.turn
  // A branch is shown from where it leaves another one on, with its versions; and what the last message follows is known, so
  // that it can be sent otherwise.
  const isWhole = first === conversation.turns[0] && last?.follows !== undefined
  const lacksEarlier = caughtUp && hasEarlier && !(isFound && isWhole)
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each page that came in
  useEffect(() => {
    if (lacksEarlier) loadEarlier().catch((error: unknown) => setProblem(problemOf(error, didNotWork)))
  }, [lacksEarlier, conversation.firstSeq, loadEarlier])
  const revise = useCallback(
    async ({ follows }: Turn, parts: readonly SentPart[]) => {
      setProblem(undefined)
      await client.send(threadId, parts, follows === undefined ? {} : { follows })
      // The newest branch is its own from now on.
      showBranch(undefined)
    },
    [client, threadId, showBranch],
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

  const title = conversation.title ?? thread?.title ?? 'Chat'
  const isNewest = last === conversation.turns.at(-1)
  const send = async (parts: readonly SentPart[]) => {
    setProblem(undefined)
    // What is answered is what is shown, also when more was written elsewhere that has not come here yet.
    await client.send(threadId, parts, caughtUp && last !== undefined ? { follows: last.messageId } : {})
  }
  const attempt = (act: () => Promise<unknown>) =>
    void act().then(
      () => setProblem(undefined),
      (error: unknown) => setProblem(problemOf(error, didNotWork)),
    )
  return (
    <>
      <title>{`${title} · Toolcrib`}</title>
      <ThreadHeader title={title} model={conversation.turns.at(-1)?.run.model} onOpenSidebar={onOpenSidebar} />
      <ConnectionNotice />
      <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto [overflow-anchor:none]" aria-busy={!caughtUp}>
        <div
          className="mx-auto flex w-full max-w-3xl flex-col gap-8 px-4 py-6"
          role="log"
          aria-label="Conversation"
          // Read out when it is whole, not letter by letter.
          aria-busy={running !== undefined && openApprovals(conversation).length === 0}
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
        onStop={running === undefined ? undefined : () => attempt(() => client.stop(running.runId))}
      />
    </>
  )
}
