/** Reads across owners, in memory. The law: what is of another tenant than asked answers as if it did not exist. @module */
import type { AdministrationStore, RunQuery, RunReport } from '../../../agent/administration-ports.ts'
import type { ThreadEvent } from '../../../protocol/events.ts'
import { compareRuns, hasState, placeOf, stateOf } from '../rules/administration.ts'
import { defaultLimits, rowLimit } from '../rules/defaults.ts'
import type { MemoryRun, MemoryState, OwnerState } from './state.ts'

interface Found {
  readonly mine: OwnerState
  readonly run: MemoryRun
}

export function createMemoryAdministration(state: MemoryState): AdministrationStore {
  const runsOf = (tenant: string | null): readonly Found[] =>
    [...state.owners.values()]
      .filter(({ owner }) => tenant === null || owner.tenant === tenant)
      .flatMap((mine) => [...mine.runs.values()].map((run) => ({ mine, run })))

  return {
    async runs(query) {
      const limit = rowLimit(query.limit, defaultLimits.runs)
      const found = runsOf(query.tenant)
        .map(reportOf)
        .filter((report) => isAskedFor(report, query))
        .sort(compareRuns)
      const runs = found.slice(0, limit)
      const last = runs.at(-1)
      return { runs, next: found.length > runs.length && last !== undefined ? placeOf(last) : null }
    },
    async run({ tenant, runId, after = 0, limit }) {
      const found = runsOf(tenant).find(({ run }) => run.record.runId === runId)
      if (found === undefined) return undefined
      const { firstSeq, lastSeq, record } = found.run
      const log = found.mine.threads.get(record.threadId)?.log ?? []
      const start = Math.max(after, firstSeq - 1)
      const end = Math.min(log.length, lastSeq)
      const readTo = Math.max(start, Math.min(end, start + rowLimit(limit, defaultLimits.events)))
      const events = log
        .slice(start, readTo)
        .map(({ at, json }, index) => ({ seq: start + 1 + index, at, event: JSON.parse(json) as ThreadEvent }))
        .filter(({ event }) => 'runId' in event && event.runId === runId)
      return { run: reportOf(found), events, readTo, more: readTo < end }
    },
  }
}

function reportOf({ mine, run }: Found): RunReport {
  const { record, began, used, endedAt } = run
  const waiting = [...mine.approvals.values()].some(({ runId, status }) => runId === record.runId && status === 'open')
  return { ...record, ...began, state: stateOf(record, { waiting }), endedAt, used }
}

function isAskedFor(report: RunReport, query: RunQuery): boolean {
  const { user, agent, id, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, after } = query
  return (
    (user === undefined || report.owner.user === user) &&
    (agent === undefined || report.agent === agent) &&
    (id === undefined || report.runId === id || report.threadId === id) &&
    hasState(report, query.state) &&
    report.startedAt >= from &&
    report.startedAt < to &&
    (after === undefined || compareRuns(report, after) > 0)
  )
}
