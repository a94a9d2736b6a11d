/**
 * The commands that change something. The law: every one names the owner in every statement, and either takes effect
 * as a whole or throws and leaves nothing.
 *
 * @module
 */
import { StoreError } from '../../../agent/errors.ts'
import type { ApprovalRequested } from '../../../protocol/events.ts'
import type { Owner, Thread } from '../../../protocol/vocabulary.ts'
import { changesOf, isTooLate, resolutionOf, type Wrapping } from '../derived.ts'
import { foldText } from '../folded-text.ts'
import type { Entry, WriteCommands } from './commands.ts'
import {
  type ApprovalRow,
  approvalOf,
  RUN_COLUMNS,
  type RunRow,
  runOf,
  THREAD_COLUMNS,
  type ThreadRow,
  threadOf,
} from './rows.ts'
import type { Statements } from './statements.ts'
import { writeLog } from './write-log.ts'

export const writeCommands: WriteCommands = {
  createThread(db, owner, { threadId, title, at }) {
    db.run(
      `INSERT INTO threads (tenant, user, thread_id, title, folded_title, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      owner.tenant,
      owner.user,
      threadId,
      title,
      foldText(title),
      at,
      at,
    )
    return threadNow(db, owner, threadId)
  },

  renameThread(db, owner, threadId, entry) {
    const end = moveEnd(db, owner, threadId, entry)
    if (end === undefined) return undefined
    writeLog(db, { owner, runId: null, ...end }, entry)
    return threadNow(db, owner, threadId)
  },

  deleteThread(db, { tenant, user }, threadId) {
    const thread = db.get<{ thread_key: number; active_run: string | null }>(
      'SELECT thread_key, active_run FROM threads WHERE tenant = ? AND user = ? AND thread_id = ?',
      tenant,
      user,
      threadId,
    )
    if (thread === undefined) return false
    if (thread.active_run !== null) throw new StoreError('THREAD_BUSY', { threadId, runId: thread.active_run })
    db.run(
      `DELETE FROM records WHERE tenant = ? AND user = ?
       AND id IN (SELECT handle FROM outputs WHERE thread_key = ?)`,
      tenant,
      user,
      thread.thread_key,
    )
    db.run('DELETE FROM threads WHERE tenant = ? AND user = ? AND thread_key = ?', tenant, user, thread.thread_key)
    return true
  },

  appendEvents(db, tenant, user, threadId, runId, epoch, at, lines, changes) {
    const count = lines.length
    const end = db.get<{ thread_key: number; last_seq: number }>(
      `UPDATE threads SET last_seq = last_seq + ?, updated_at = iif(? = 0, updated_at, ?)
       WHERE tenant = ? AND user = ? AND thread_id = ? AND EXISTS (
         SELECT 1 FROM runs WHERE run_id = ? AND runs.tenant = threads.tenant AND runs.user = threads.user
         AND runs.thread_key = threads.thread_key AND epoch = ? AND outcome IS NULL)
       RETURNING thread_key, last_seq`,
      count,
      count,
      at,
      tenant,
      user,
      threadId,
      runId,
      epoch,
    )
    const owner = { tenant, user }
    if (end === undefined) {
      if (findThread(db, owner, threadId) === undefined) {
        throw new StoreError('NOT_FOUND', { what: 'thread', id: threadId })
      }
      throw new StoreError('FENCED', { runId, epoch })
    }
    const firstSeq = end.last_seq - count + 1
    writeLog(db, { owner, threadKey: end.thread_key, firstSeq, runId }, { at, lines, changes })
    return firstSeq
  },

  acceptRun(db, owner, run, entry) {
    const { tenant, user } = owner
    const thread = db.get<{ thread_key: number; active_run: string | null }>(
      'SELECT thread_key, active_run FROM threads WHERE tenant = ? AND user = ? AND thread_id = ?',
      tenant,
      user,
      run.threadId,
    )
    if (thread === undefined) return { status: 'not_found' }
    const before = db.get<RunRow>(
      `SELECT ${RUN_COLUMNS} FROM runs JOIN threads USING (thread_key)
       WHERE runs.tenant = ? AND runs.user = ? AND thread_key = ? AND idempotency_key = ?`,
      tenant,
      user,
      thread.thread_key,
      run.idempotencyKey,
    )
    if (before !== undefined) return { status: 'duplicate', run: runOf(before) }
    if (thread.active_run !== null) return { status: 'busy', runId: thread.active_run }
    const running = countRunning(db, owner)
    if (running >= run.maxRunsPerUser) return { status: 'too_many_runs', running }
    if (findRun(db, owner, run.runId) !== undefined) {
      throw new StoreError('STORE_UNAVAILABLE', { detail: `the run id "${run.runId}" is taken` })
    }
    db.run(
      `INSERT INTO runs (run_id, tenant, user, thread_key, idempotency_key, message_id, agent, principal, started_at,
         epoch, node, lease_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)`,
      run.runId,
      tenant,
      user,
      thread.thread_key,
      run.idempotencyKey,
      run.messageId,
      run.agent,
      JSON.stringify(run.principal),
      run.at,
      run.node,
      run.at + run.leaseMs,
    )
    db.run(
      'UPDATE threads SET active_run = ? WHERE tenant = ? AND user = ? AND thread_key = ?',
      run.runId,
      tenant,
      user,
      thread.thread_key,
    )
    const end = moveEnd(db, owner, run.threadId, entry)
    const accepted = findRun(db, owner, run.runId)
    if (end === undefined || accepted === undefined) throw new Error('the run just written is not there')
    writeLog(db, { owner, runId: run.runId, ...end }, entry)
    return { status: 'started', run: runOf(accepted), firstSeq: end.firstSeq }
  },

  heartbeat(db, node, claims, until) {
    return claims
      .filter(
        ({ runId, epoch }) =>
          db.run(
            'UPDATE runs SET lease_until = ? WHERE run_id = ? AND epoch = ? AND node = ? AND outcome IS NULL',
            until,
            runId,
            epoch,
            node,
          ) === 0,
      )
      .map(({ runId }) => runId)
  },

  takeOver(db, node, { now, until, limit }) {
    const found = db.all<{ run_id: string; tenant: string; user: string }>(
      `SELECT run_id, tenant, user FROM runs WHERE outcome IS NULL AND lease_until <= ?
       ORDER BY lease_until, rowid LIMIT ?`,
      now,
      Math.max(0, limit),
    )
    return found.flatMap(({ run_id: runId, tenant, user }) => {
      db.run(
        'UPDATE runs SET node = ?, epoch = epoch + 1, lease_until = ? WHERE run_id = ? AND tenant = ? AND user = ?',
        node,
        until,
        runId,
        tenant,
        user,
      )
      const taken = findRun(db, { tenant, user }, runId)
      return taken === undefined ? [] : [runOf(taken)]
    })
  },

  resolveApproval(db, owner, approvalId, answer) {
    const row = db.get<ApprovalRow & { readonly wrapping: string; readonly run_id: string }>(
      `SELECT thread_id, request, status, wrapping, run_id FROM approvals JOIN threads USING (thread_key)
       WHERE approvals.tenant = ? AND approvals.user = ? AND approval_id = ?`,
      owner.tenant,
      owner.user,
      approvalId,
    )
    if (row === undefined) return { status: 'not_found' }
    if (row.status !== 'open') return { status: 'already_resolved', approval: approvalOf(row) }
    const request = JSON.parse(row.request) as ApprovalRequested
    if (isTooLate(request, answer)) return { status: 'expired', approval: approvalOf(row) }
    const event = resolutionOf(request, JSON.parse(row.wrapping) as Wrapping[], answer)
    const entry: Entry = {
      at: answer.at,
      lines: [JSON.stringify(event)],
      changes: changesOf(event).map((change) => ({ line: 0, change })),
    }
    const end = moveEnd(db, owner, row.thread_id, entry)
    if (end === undefined) throw new Error('the thread of an approval is not there')
    writeLog(db, { owner, runId: row.run_id, ...end }, entry)
    return {
      status: 'resolved',
      approval: approvalOf({ ...row, status: answer.decision }),
      events: [{ seq: end.firstSeq, at: answer.at, event }],
    }
  },

  putRecord(db, { tenant, user }, { collection, id, value, at, maxRecords }) {
    const updated = db.run(
      `UPDATE records SET value = ?, updated_at = ? WHERE tenant = ? AND user = ? AND collection = ? AND id = ?`,
      value,
      at,
      tenant,
      user,
      collection,
      id,
    )
    if (updated > 0) return null
    if (maxRecords !== null) {
      const held = db.get<{ held: number }>(
        'SELECT count(*) AS held FROM records WHERE tenant = ? AND user = ? AND collection = ?',
        tenant,
        user,
        collection,
      )
      if (held !== undefined && held.held >= maxRecords) {
        throw new StoreError('RECORDS_FULL', { collection, max: maxRecords })
      }
    }
    db.run(
      `INSERT INTO records (tenant, user, collection, id, value, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      tenant,
      user,
      collection,
      id,
      value,
      at,
      at,
    )
    return null
  },

  deleteRecord(db, { tenant, user }, collection, id) {
    return (
      db.run(
        'DELETE FROM records WHERE tenant = ? AND user = ? AND collection = ? AND id = ?',
        tenant,
        user,
        collection,
        id,
      ) > 0
    )
  },
}

/** Makes room at the end of the log; undefined: no such thread of this owner. */
function moveEnd(
  db: Statements,
  { tenant, user }: Owner,
  threadId: string,
  { at, lines }: Entry,
): { readonly threadKey: number; readonly firstSeq: number } | undefined {
  const row = db.get<{ thread_key: number; last_seq: number }>(
    `UPDATE threads SET last_seq = last_seq + ?, updated_at = ? WHERE tenant = ? AND user = ? AND thread_id = ?
     RETURNING thread_key, last_seq`,
    lines.length,
    at,
    tenant,
    user,
    threadId,
  )
  return row && { threadKey: row.thread_key, firstSeq: row.last_seq - lines.length + 1 }
}

function findThread(db: Statements, { tenant, user }: Owner, threadId: string): ThreadRow | undefined {
  return db.get<ThreadRow>(
    `SELECT ${THREAD_COLUMNS} FROM threads WHERE tenant = ? AND user = ? AND thread_id = ?`,
    tenant,
    user,
    threadId,
  )
}

function threadNow(db: Statements, owner: Owner, threadId: string): Thread {
  const row = findThread(db, owner, threadId)
  if (row === undefined) throw new Error('the thread just written is not there')
  return threadOf(row)
}

function findRun(db: Statements, { tenant, user }: Owner, runId: string): RunRow | undefined {
  return db.get<RunRow>(
    `SELECT ${RUN_COLUMNS} FROM runs JOIN threads USING (thread_key)
     WHERE run_id = ? AND runs.tenant = ? AND runs.user = ?`,
    runId,
    tenant,
    user,
  )
}

function countRunning(db: Statements, { tenant, user }: Owner): number {
  const row = db.get<{ running: number }>(
    'SELECT count(*) AS running FROM runs WHERE tenant = ? AND user = ? AND outcome IS NULL',
    tenant,
    user,
  )
  return row?.running ?? 0
}
