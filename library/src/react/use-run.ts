/**
 * One run, for what shows nothing but it. The law: its component is drawn again when this run changed, and not when its
 * thread did. @module
 */
import { useCallback, useMemo, useSyncExternalStore } from 'react'
import type { RunView } from '../client/run-view.ts'
import { usePageState } from './page-state.ts'
import { useNow } from './use-now.ts'

export interface ShownRun {
  /** Undefined: it is not among the turns that are loaded. */
  readonly run: RunView | undefined
  /** It has not ended. */
  readonly isActive: boolean
  /** Since it began, until it ended: in whole seconds while it is at work, by this page's clock. */
  readonly elapsedMs: number
  /** False: it had ended. Rejects with `ClientError`. */
  readonly stop: () => Promise<boolean>
}

/** @param runId - Default: that of the newest message. */
export function useRun(threadId: string, runId?: string): ShownRun {
  const { client, clock, threads } = usePageState('useRun')
  const look = useCallback((changed: () => void) => threads.look(threadId, undefined, changed), [threads, threadId])
  const run = useSyncExternalStore(
    look,
    () => {
      const { turns } = threads.state(threadId).conversation
      const turn = runId === undefined ? turns.at(-1) : turns.findLast((one) => one.run.runId === runId)
      return turn?.run
    },
    () => undefined,
  )
  const isActive = run?.status === 'accepted' || run?.status === 'running'
  const now = useNow(clock, isActive)
  const id = run?.runId
  const stop = useCallback(async () => (id === undefined ? false : client.stop(id)), [client, id])
  const elapsedMs = run?.durationMs ?? Math.max(0, (now ?? 0) - (run?.startedAt ?? now ?? 0))
  return useMemo(() => ({ run, isActive, elapsedMs, stop }), [run, isActive, elapsedMs, stop])
}
