/**
 * How far each run has got, as the supervisor told. The law: it knows only what was committed, so that who waits for it waits
 * for the server and not for a guess.
 *
 * @module
 */
import type { SupervisorNotice } from 'toolcrib/agent'
import type { Owner } from 'toolcrib/protocol'
import { hangingTools } from './works.ts'

export interface RunStates {
  readonly hear: (notice: SupervisorNotice) => void
  /** Those that have not ended, with whose they are. */
  unended(): readonly { readonly runId: string; readonly owner: Owner }[]
  /** Resolves when each has ended, waits for a person, or hangs until it is stopped. */
  settled(): Promise<void>
  /** Resolves when all have ended. */
  ended(): Promise<void>
  /** Those that are neither at rest nor at their end, with what was last heard of them. */
  readonly going: () => string
  /** Ended runs so far, over all servers. */
  readonly count: number
  /** Another server is there: what ended before it was listened to is looked for. */
  catchUp(activeRunOf: (owner: Owner, threadId: string) => Promise<string | null>): Promise<void>
}

interface Run {
  readonly owner: Owner
  readonly threadId: string
  /** Open approvals, and calls that hang. */
  readonly held: Set<string>
  ended: boolean
  last: string
}

export function createRunStates(): RunStates {
  const runs = new Map<string, Run>()
  const waiting = new Set<() => void>()
  let count = 0

  function until(reached: (run: Run) => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = (): void => {
      if (!runs.values().every(reached)) return
      waiting.delete(look)
      resolve()
    }
    waiting.add(look)
    look()
    return promise
  }

  function tellWaiting(): void {
    for (const look of waiting) look()
  }

  return {
    hear(notice) {
      if (notice.type !== 'events') return
      for (const { event } of notice.events) {
        if (event.type === 'thread_renamed') continue
        const { owner, threadId } = notice
        const run = runs.get(event.runId) ?? { owner, threadId, held: new Set<string>(), ended: false, last: '' }
        runs.set(event.runId, run)
        run.last = event.type
        if (event.type === 'approval_requested') run.held.add(event.approvalId)
        if (event.type === 'approval_resolved') run.held.delete(event.approvalId)
        if (event.type === 'tool_executing' && hangingTools.has(event.tool)) run.held.add(event.callId)
        if (event.type === 'tool_completed') run.held.delete(event.callId)
        if (event.type !== 'agent_completed' || run.ended) continue
        run.ended = true
        count += 1
      }
      tellWaiting()
    },
    unended: () => [...runs].flatMap(([runId, { owner, ended }]) => (ended ? [] : [{ runId, owner }])),
    settled: () => until(({ ended, held }) => ended || held.size > 0),
    ended: () => until(({ ended }) => ended),
    going: () =>
      [...runs]
        .flatMap(([runId, { ended, held, last }]) => (ended || held.size > 0 ? [] : [`${runId} after ${last}`]))
        .join(', '),
    get count() {
      return count
    },
    async catchUp(activeRunOf) {
      for (const [runId, run] of runs) {
        if (run.ended || (await activeRunOf(run.owner, run.threadId)) === runId) continue
        run.ended = true
        count += 1
      }
      tellWaiting()
    },
  }
}
