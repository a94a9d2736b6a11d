/**
 * A thread, live, with all that can be done in it. The law: what is sent answers what is shown, also when more was written
 * elsewhere that has not come here yet.
 *
 * @module
 */
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { type BranchTurn, branchOf } from '../client/branches.ts'
import type { Client } from '../client/client.ts'
import { activeRun, openApprovals, sentAgain, type Turn } from '../client/conversation.ts'
import type { ConversationState } from '../client/open-conversation.ts'
import type { OpenApproval, RunView } from '../client/run-view.ts'
import type { Failure, SentPart, Thread } from '../protocol/vocabulary.ts'
import { failureOf } from './errors.ts'
import { nothingShown, type OpenThreads } from './open-threads.ts'
import { usePageState } from './page-state.ts'

export interface ThreadOptions {
  /**
   * So many of the newest events to begin with, and the rest of the turn they begin in. 1 to 500; default 200. Where several
   * hooks look at one thread, that of the first counts.
   */
  readonly last?: number
  /** A message whose branch is shown. Default, and for one that is not there: the newest branch. */
  readonly messageId?: string | undefined
}

/** Sent, and not yet heard of in the conversation. */
export type Sent = Awaited<ReturnType<Client['send']>>

export type SendOptions = NonNullable<Parameters<Client['send']>[2]>

/** All of these reject with `ClientError`. They are the same functions until the thread is another one. */
export interface ThreadActions {
  /** After the last message that is shown. */
  readonly send: (message: string | readonly SentPart[], options?: SendOptions) => Promise<Sent>
  /** In the place of a turn: the older one stays, as a version. */
  readonly revise: (turn: Turn, message: string | readonly SentPart[], options?: SendOptions) => Promise<Sent>
  /** The same message once more. */
  readonly retry: (turn: Turn, options?: SendOptions) => Promise<Sent>
  /** The run at work; false: there was none to stop any more. */
  readonly stop: () => Promise<boolean>
  readonly rename: (title: string) => Promise<Thread>
  readonly remove: () => Promise<void>
  /** Resolves when at least one earlier turn is shown, or there is none. */
  readonly loadEarlier: () => Promise<void>
}

export interface OpenThread extends ConversationState, ThreadActions {
  readonly threadId: string
  /** Undefined until it was opened. */
  readonly title: string | undefined
  /** The turns of the branch that is shown, first to last, each with its versions. */
  readonly branch: readonly BranchTurn[]
  /** The branch is the newest one. */
  readonly isNewest: boolean
  /** The run at work, if any. */
  readonly activeRun: RunView | undefined
  /** What waits for an answer, oldest first. */
  readonly approvals: readonly OpenApproval[]
  /** Why the turns could not be read that this branch needs to be whole. */
  readonly problem: Failure | undefined
}

export function useThread(threadId: string, { last, messageId }: ThreadOptions = {}): OpenThread {
  const { client, threads } = usePageState('useThread')
  const look = useCallback((changed: () => void) => threads.look(threadId, last, changed), [threads, threadId, last])
  const state = useSyncExternalStore(
    look,
    () => threads.state(threadId),
    () => nothingShown,
  )
  const { conversation, thread } = state
  const branch = useMemo(() => branchOf(conversation, messageId), [conversation, messageId])
  const problem = useWholeBranch(state, branch, { threads, threadId, messageId })
  const actions = useMemo(
    () => createActions(client, threads, { threadId, messageId }),
    [client, threads, threadId, messageId],
  )
  return useMemo(
    () => ({
      ...state,
      ...actions,
      threadId,
      title: conversation.title ?? thread?.title,
      branch,
      isNewest: branch.at(-1)?.turn === conversation.turns.at(-1),
      activeRun: activeRun(conversation),
      approvals: openApprovals(conversation),
      problem,
    }),
    [state, actions, threadId, conversation, thread, branch, problem],
  )
}

interface Place {
  readonly threadId: string
  readonly messageId: string | undefined
}

function createActions(client: Client, threads: OpenThreads, { threadId, messageId }: Place): ThreadActions {
  const revise: ThreadActions['revise'] = ({ follows }, message, options) =>
    client.send(threadId, message, { ...(follows === undefined ? {} : { follows }), ...options })
  return {
    revise,
    retry: (turn, options) => revise(turn, sentAgain(turn.parts), options),
    send(message, options) {
      const { caughtUp, conversation } = threads.state(threadId)
      const end = branchOf(conversation, messageId).at(-1)?.turn.messageId
      return client.send(threadId, message, { ...(caughtUp && end !== undefined ? { follows: end } : {}), ...options })
    },
    async stop() {
      const run = activeRun(threads.state(threadId).conversation)
      return run === undefined ? false : client.stop(run.runId)
    },
    rename: (title) => client.renameThread(threadId, title),
    remove: () => client.deleteThread(threadId),
    loadEarlier: () => threads.loadEarlier(threadId),
  }
}

interface BranchPlace extends Place {
  readonly threads: OpenThreads
}

/**
 * A branch is shown from where it leaves another one on, with its versions, and what its last message follows is known, so
 * that it can be sent otherwise: what is missing for that is asked for.
 */
function useWholeBranch(
  { conversation, caughtUp, hasEarlier }: ConversationState,
  branch: readonly BranchTurn[],
  { threads, threadId, messageId }: BranchPlace,
): Failure | undefined {
  const isFound = messageId === undefined || branch.some(({ turn }) => turn.messageId === messageId)
  const isWhole = branch[0]?.turn === conversation.turns[0] && branch.at(-1)?.turn.follows !== undefined
  const isMissing = caughtUp && hasEarlier && !(isFound && isWhole)
  const { firstSeq } = conversation
  const [failed, setFailed] = useState<{ readonly threadId: string; readonly failure: Failure }>()

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each page that came in
  useEffect(() => {
    if (!isMissing) return
    threads.loadEarlier(threadId).then(
      () => setFailed(undefined),
      (error: unknown) => setFailed({ threadId, failure: failureOf(error) }),
    )
  }, [threads, threadId, isMissing, firstSeq])

  return isMissing && failed?.threadId === threadId ? failed.failure : undefined
}
