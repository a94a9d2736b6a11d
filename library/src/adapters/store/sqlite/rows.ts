/** Rows as the port's types. The law: a row is read in one place. @module */
import type { ApprovalRecord, RunRecord } from '../../../agent/ports.ts'
import type { ApprovalRequested } from '../../../protocol/events.ts'
import type { Owner, Principal, RunOutcome, Thread } from '../../../protocol/vocabulary.ts'
import type { Statements } from './statements.ts'

export interface ThreadRow {
  readonly thread_id: string
  readonly title: string
  readonly created_at: number
  readonly updated_at: number
  readonly last_seq: number
  readonly active_run: string | null
}

export const THREAD_COLUMNS = 'thread_id, title, created_at, updated_at, last_seq, active_run'

export function threadOf(row: ThreadRow): Thread {
  return {
    threadId: row.thread_id,
    title: row.title,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastSeq: row.last_seq,
    activeRunId: row.active_run,
  }
}

export interface RunRow {
  readonly run_id: string
  readonly thread_id: string
  readonly tenant: string
  readonly user: string
  readonly agent: string
  readonly chosen_model: string | null
  readonly principal: string
  readonly message_id: string
  readonly started_at: number
  readonly epoch: number
  readonly node: string
  readonly parked: number
  readonly stopping: number
  readonly outcome: RunOutcome | null
}

/** For `runs JOIN threads USING (thread_key)`. */
export const RUN_COLUMNS: string =
  'run_id, thread_id, runs.tenant, runs.user, agent, chosen_model, principal, message_id, started_at, epoch, node, parked, ' +
  'stopping, outcome'

export function runOf(row: RunRow): RunRecord {
  return {
    runId: row.run_id,
    threadId: row.thread_id,
    owner: { tenant: row.tenant, user: row.user },
    agent: row.agent,
    ...(row.chosen_model === null ? {} : { chosenModel: row.chosen_model }),
    principal: JSON.parse(row.principal) as Principal,
    messageId: row.message_id,
    startedAt: row.started_at,
    epoch: row.epoch,
    node: row.node,
    parked: row.parked !== 0,
    stopping: row.stopping !== 0,
    outcome: row.outcome,
  }
}

export interface ApprovalRow {
  readonly thread_id: string
  readonly request: string
  readonly status: ApprovalRecord['status']
  readonly answered_by: string | null
}

export function approvalOf(row: ApprovalRow): ApprovalRecord {
  const request = JSON.parse(row.request) as ApprovalRequested
  const { thread_id: threadId, status, answered_by: by } = row
  return { ...request, threadId, status, ...(by === null ? {} : { by }) }
}

export function findThread(db: Statements, { tenant, user }: Owner, threadId: string): ThreadRow | undefined {
  return db.get<ThreadRow>(
    `SELECT ${THREAD_COLUMNS} FROM threads WHERE tenant = ? AND user = ? AND thread_id = ?`,
    tenant,
    user,
    threadId,
  )
}

export function findRun(db: Statements, { tenant, user }: Owner, runId: string): RunRow | undefined {
  return db.get<RunRow>(
    `SELECT ${RUN_COLUMNS} FROM runs JOIN threads USING (thread_key)
     WHERE run_id = ? AND runs.tenant = ? AND runs.user = ?`,
    runId,
    tenant,
    user,
  )
}
