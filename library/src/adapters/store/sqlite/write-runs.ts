/** Commands that change runs and leases. The law: one run at work a thread, and every claim has its own epoch. @module */
import { StoreError } from '../../../agent/errors.ts'
import type { Owner } from '../../../protocol/vocabulary.ts'
import type { WriteCommands } from './commands.ts'
import { findRun, RUN_COLUMNS, type RunRow, runOf } from './rows.ts'
import type { Statements } from './statements.ts'
import { moveEnd, writeLog } from './write-log.ts'

export const runWrites: Pick<WriteCommands, 'acceptRun' | 'heartbeat' | 'takeOver'> = {
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
      run.principal,
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
}

function countRunning(db: Statements, { tenant, user }: Owner): number {
  const row = db.get<{ running: number }>(
    'SELECT count(*) AS running FROM runs WHERE tenant = ? AND user = ? AND outcome IS NULL',
    tenant,
    user,
  )
  return row?.running ?? 0
}
