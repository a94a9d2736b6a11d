/** What is said of a run in a list. The law: every store says the same of the same run. @module */

import type { RunPlace, RunQuery, RunReport, RunState } from '../../../agent/administration-ports.ts'
import type { RunRecord } from '../../../agent/ports.ts'

/** One read looks at so many runs and no more: a filter that few of them pass keeps no other reader waiting. */
export const maxRunsLookedAt = 5_000

export function stateOf({ outcome }: RunRecord, { waiting }: { readonly waiting: boolean }): RunState {
  return outcome ?? (waiting ? 'waiting' : 'working')
}

export function hasState({ state }: RunReport, asked: RunQuery['state']): boolean {
  if (asked === undefined) return true
  return asked === 'ended' ? state !== 'working' && state !== 'waiting' : state === asked
}

/** Newest first. */
export function compareRuns(one: RunPlace, other: RunPlace): number {
  if (one.startedAt !== other.startedAt) return other.startedAt - one.startedAt
  if (one.runId === other.runId) return 0
  return one.runId < other.runId ? 1 : -1
}

export function placeOf({ startedAt, runId }: RunPlace): RunPlace {
  return { startedAt, runId }
}
