/**
 * Reads across owners. The law: what is of another tenant than asked is not there, and one read looks at a bounded number
 * of rows, in the order of an index.
 *
 * @module
 */
import type { RunPlace, RunQuery, RunReport } from '../../../agent/administration-ports.ts'
import { maxRunsLookedAt, placeOf, stateOf } from '../rules/administration.ts'
import type { EventRow, ReadCommands } from './commands.ts'
import { RUN_COLUMNS, type RunRow, runOf } from './rows.ts'
import type { Parameter, Statements } from './statements.ts'

interface ReportRow extends RunRow {
  readonly model: string | null
  readonly attempts: number
  readonly ended_at: number | null
  readonly used_steps: number
  readonly used_calls: number
  readonly used_tokens: number
  readonly used_cost_micros: number
  readonly waiting: number
}

interface FoundRun extends ReportRow {
  readonly thread_key: number
  readonly first_seq: number
  readonly last_seq: number
}

/** A piece of a statement with what is bound in it. */
export interface Fragment {
  readonly sql: string
  readonly values: readonly Parameter[]
}

const WAITING = `EXISTS (SELECT 1 FROM approvals
  WHERE approvals.thread_key = runs.thread_key AND approvals.run_id = runs.run_id AND status = 'open')`

const REPORT_COLUMNS = `${RUN_COLUMNS}, model, attempts, ended_at, used_steps, used_calls, used_tokens, used_cost_micros,
  outcome IS NULL AND ${WAITING} AS waiting`

export const administrationReads: Pick<ReadCommands, 'listRuns' | 'readRun'> = {
  listRuns(db, query) {
    const { limit } = query
    const list = listOf(query)
    const rows = db.all<ReportRow>(list.sql, ...list.values)
    const runs = rows.slice(0, limit).map(reportOf)
    const last = runs.at(-1)
    if (rows.length > limit) return { runs, next: last === undefined ? null : placeOf(last) }
    return { runs, next: lookedUpTo(db, lookedAt(query)) }
  },

  readRun(db, { tenant, runId, after, limit }) {
    const found = db.get<FoundRun>(
      `SELECT ${REPORT_COLUMNS}, runs.thread_key, first_seq, runs.last_seq AS last_seq
       FROM runs JOIN threads USING (thread_key) WHERE run_id = ? AND (? IS NULL OR runs.tenant = ?)
       ORDER BY runs.tenant, runs.user LIMIT 1`,
      runId,
      tenant,
      tenant,
    )
    if (found === undefined) return undefined
    const start = Math.max(after, found.first_seq - 1)
    // Between its message and its end a thread is its run's own; a call that settles late comes after that.
    const rows = db.all<EventRow & { readonly its: number }>(
      `SELECT seq, at, event, event ->> 'runId' = ? AS its FROM events
       WHERE thread_key = ? AND seq > ? AND (? OR seq <= ?) ORDER BY seq LIMIT ?`,
      runId,
      found.thread_key,
      start,
      found.outcome === null ? 1 : 0,
      found.last_seq,
      limit,
    )
    return {
      run: reportOf(found),
      rows: rows.filter(({ its }) => its === 1).map(({ seq, at, event }) => ({ seq, at, event })),
      readTo: rows.at(-1)?.seq ?? start,
      more: rows.length === limit && rows.at(-1)?.seq !== found.last_seq,
    }
  },
}

/** One more than was asked for, of those that pass its filters. */
export function listOf(query: RunQuery & { readonly limit: number }): Fragment {
  const looked = lookedAt(query)
  const filters: Fragment[] = []
  if (query.agent !== undefined) filters.push({ sql: 'agent = ?', values: [query.agent] })
  switch (query.state) {
    case undefined:
      break
    case 'ended':
      filters.push({ sql: 'outcome IS NOT NULL', values: [] })
      break
    case 'working':
      filters.push({ sql: `NOT ${WAITING}`, values: [] })
      break
    case 'waiting':
      filters.push({ sql: WAITING, values: [] })
      break
    default:
      filters.push({ sql: 'outcome = ?', values: [query.state] })
  }
  return {
    sql: `SELECT ${REPORT_COLUMNS} FROM (SELECT run_key FROM (${looked.sql}))
      JOIN runs ON runs.rowid = run_key JOIN threads USING (thread_key)
      ${filters.length === 0 ? '' : `WHERE ${filters.map(({ sql }) => sql).join(' AND ')}`}
      ORDER BY runs.started_at DESC, runs.run_id DESC LIMIT ?`,
    values: [...looked.values, ...filters.flatMap(({ values }) => values), query.limit + 1],
  }
}

/** The runs that one read looks at, newest first: a range of one index. Those that have not ended, and those of an id, are few. */
export function lookedAt({ tenant, user, state, id, from, to, after }: RunQuery): Fragment {
  const open = state === 'working' || state === 'waiting'
  const where: Fragment[] = []
  if (id !== undefined) {
    const sql = `rowid IN (SELECT rowid FROM runs WHERE run_id = ?
      UNION SELECT runs.rowid FROM threads JOIN runs USING (thread_key) WHERE thread_id = ?)`
    where.push({ sql, values: [id, id] })
  }
  if (open) where.push({ sql: 'outcome IS NULL', values: [] })
  if (tenant !== null) where.push({ sql: 'tenant = ?', values: [tenant] })
  if (user !== undefined) where.push({ sql: 'user = ?', values: [user] })
  if (from !== undefined) where.push({ sql: 'started_at >= ?', values: [from] })
  if (to !== undefined) where.push({ sql: 'started_at < ?', values: [to] })
  if (after !== undefined) {
    where.push({ sql: '(started_at, run_id) < (?, ?)', values: [after.startedAt, after.runId] })
  }
  const index = id === undefined ? `INDEXED BY ${indexFor({ open, tenant, user })}` : 'NOT INDEXED'
  return {
    sql: `SELECT rowid AS run_key, started_at, run_id FROM runs ${index}
      ${where.length === 0 ? '' : `WHERE ${where.map(({ sql }) => sql).join(' AND ')}`}
      ORDER BY started_at DESC, run_id DESC LIMIT ${maxRunsLookedAt}`,
    values: where.flatMap(({ values }) => values),
  }
}

interface Narrowing {
  readonly open: boolean
  readonly tenant: string | null
  readonly user: string | undefined
}

function indexFor({ open, tenant, user }: Narrowing): string {
  if (open) return tenant === null ? 'runs_at_work_by_start' : 'runs_at_work_by_owner'
  if (user !== undefined) return 'runs_by_user'
  return tenant === null ? 'runs_by_start' : 'runs_by_tenant'
}

/** Null: all there are were looked at. */
function lookedUpTo(db: Statements, looked: Fragment): RunPlace | null {
  const last = db.get<{ started_at: number; run_id: string }>(
    `SELECT started_at, run_id FROM (${looked.sql}) LIMIT 1 OFFSET ${maxRunsLookedAt - 1}`,
    ...looked.values,
  )
  return last === undefined ? null : { startedAt: last.started_at, runId: last.run_id }
}

function reportOf(row: ReportRow): RunReport {
  const record = runOf(row)
  return {
    ...record,
    model: row.model,
    attempts: row.attempts,
    state: stateOf(record, { waiting: row.waiting !== 0 }),
    endedAt: row.ended_at,
    used: {
      steps: row.used_steps,
      calls: row.used_calls,
      tokens: row.used_tokens,
      costMicros: row.used_cost_micros,
    },
  }
}
