/** Commands that change runs and leases. The law: one run at work a thread, and every claim has its own epoch. @module */
import { StoreError } from '../../../agent/errors.ts'
import type { Owner } from '../../../protocol/vocabulary.ts'
import { beginTime, endTime } from '../rules/usage.ts'
import type { WriteCommands } from './commands.ts'
import { findRun, RUN_COLUMNS, type RunRow, runOf } from './rows.ts'
import type { Statements } from './statements.ts'
import { usageTable } from './usage.ts'
import { moveEnd, writeLog } from './write-log.ts'

export const runWrites: Pick<WriteCommands, 'acceptRun' | 'requestStop' | 'heartbeat' | 'release' | 'takeOver'> = {
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
    if (typeof run.follows === 'string' && !hasMessage(db, thread.thread_key, run.follows)) {
      return { status: 'message_unknown' }
    }
    if (thread.active_run !== null) return { status: 'busy', runId: thread.active_run }
    const { maxOpenRunsPerUser = Number.POSITIVE_INFINITY } = run
    const open = countOpen(db, owner)
    if (open >= maxOpenRunsPerUser) return { status: 'too_many_open_runs', open }
    const running = countRunning(db, owner)
    if (running >= run.maxRunsPerUser) return { status: 'too_many_runs', running, per: 'user' }
    const { maxRunsPerTenant = Number.POSITIVE_INFINITY } = run
    const inTenant = maxRunsPerTenant === Number.POSITIVE_INFINITY ? 0 : countRunningInTenant(db, tenant)
    if (inTenant >= maxRunsPerTenant) return { status: 'too_many_runs', running: inTenant, per: 'tenant' }
    if (findRun(db, owner, run.runId) !== undefined) {
      throw new StoreError('STORE_UNAVAILABLE', { detail: `the run id "${run.runId}" is taken` })
    }
    db.run(
      `INSERT INTO runs (run_id, tenant, user, thread_key, idempotency_key, message_id, agent, chosen_model, principal, started_at,
         epoch, node, lease_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)`,
      run.runId,
      tenant,
      user,
      thread.thread_key,
      run.idempotencyKey,
      run.messageId,
      run.agent,
      run.chosenModel ?? null,
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
    beginTime(usageTable(db, owner), run.runId, run.at)
    const end = moveEnd(db, owner, run.threadId, entry)
    const accepted = findRun(db, owner, run.runId)
    if (end === undefined || accepted === undefined) throw new Error('the run just written is not there')
    db.run(
      'UPDATE runs SET first_seq = ? WHERE run_id = ? AND tenant = ? AND user = ?',
      end.firstSeq,
      run.runId,
      tenant,
      user,
    )
    writeLog(db, { owner, runId: run.runId, ...end }, entry)
    return { status: 'started', run: runOf(accepted), firstSeq: end.firstSeq }
  },

  requestStop(db, owner, runId) {
    db.run(
      `UPDATE runs SET stopping = 1, lease_until = iif(parked, 0, lease_until)
       WHERE run_id = ? AND tenant = ? AND user = ? AND outcome IS NULL`,
      runId,
      owner.tenant,
      owner.user,
    )
    const run = findRun(db, owner, runId)
    return run && runOf(run)
  },

  heartbeat(db, node, claims, until) {
    const lost: string[] = []
    const stopping: string[] = []
    for (const { runId, epoch } of claims) {
      const held = db.get<{ stopping: number }>(
        `UPDATE runs SET lease_until = ? WHERE run_id = ? AND epoch = ? AND node = ? AND parked = 0 AND outcome IS NULL
         RETURNING stopping`,
        until,
        runId,
        epoch,
        node,
      )
      if (held === undefined) lost.push(runId)
      else if (held.stopping !== 0) stopping.push(runId)
    }
    return { lost, stopping }
  },

  release(db, node, { runId, epoch }, { until, approvals }) {
    const released = db.all<{ tenant: string; user: string; updated_at: number }>(
      `SELECT runs.tenant, runs.user, updated_at FROM runs JOIN threads USING (thread_key)
       WHERE run_id = ? AND epoch = ? AND node = ? AND outcome IS NULL`,
      runId,
      epoch,
      node,
    )
    const given = db.get<{ due: number }>(
      `UPDATE runs SET parked = ?, lease_until = iif(stopping OR (? IS NOT NULL AND ? <> (
         SELECT count(*) FROM approvals WHERE approvals.tenant = runs.tenant AND approvals.user = runs.user
         AND approvals.thread_key = runs.thread_key AND approvals.run_id = runs.run_id AND status = 'open')), 0, ?)
       WHERE run_id = ? AND epoch = ? AND node = ? AND outcome IS NULL
       RETURNING lease_until = 0 AS due`,
      approvals === null ? 0 : 1,
      approvals,
      approvals,
      until,
      runId,
      epoch,
      node,
    )
    for (const { tenant, user, updated_at } of released) {
      endTime(usageTable(db, { tenant, user }), {
        runId,
        until: updated_at,
        why: approvals === null ? 'left' : 'parked',
      })
    }
    return given?.due === 1
  },

  takeOver(db, node, { now, until, limit, latest }) {
    const found = db.all<{ run_id: string; tenant: string; user: string; lease_until: number; updated_at: number }>(
      `SELECT run_id, runs.tenant, runs.user, lease_until, updated_at FROM runs JOIN threads USING (thread_key)
       WHERE outcome IS NULL AND (lease_until <= ? OR (parked = 0 AND lease_until > ?))
       ORDER BY lease_until, runs.rowid LIMIT ?`,
      now,
      latest,
      Math.max(0, limit),
    )
    return found.flatMap(({ run_id: runId, tenant, user, lease_until, updated_at }) => {
      const before = findRun(db, { tenant, user }, runId)
      if (before === undefined) return []
      const usage = usageTable(db, { tenant, user })
      endTime(usage, { runId, until: Math.min(now, lease_until, updated_at), why: 'left' })
      beginTime(usage, runId, now)
      db.run(
        `UPDATE runs SET node = ?, epoch = epoch + 1, lease_until = ?, parked = 0
         WHERE run_id = ? AND tenant = ? AND user = ?`,
        node,
        until,
        runId,
        tenant,
        user,
      )
      return [runOf({ ...before, node, epoch: before.epoch + 1 })]
    })
  },
}

/** Every message has started a run. */
function hasMessage(db: Statements, threadKey: number, messageId: string): boolean {
  return (
    db.get('SELECT 1 AS found FROM runs WHERE thread_key = ? AND message_id = ?', threadKey, messageId) !== undefined
  )
}

function countOpen(db: Statements, { tenant, user }: Owner): number {
  const row = db.get<{ open: number }>(
    'SELECT count(*) AS open FROM runs WHERE tenant = ? AND user = ? AND outcome IS NULL',
    tenant,
    user,
  )
  return row?.open ?? 0
}

function countRunning(db: Statements, { tenant, user }: Owner): number {
  const row = db.get<{ running: number }>(
    'SELECT count(*) AS running FROM runs WHERE tenant = ? AND user = ? AND outcome IS NULL AND parked = 0',
    tenant,
    user,
  )
  return row?.running ?? 0
}

function countRunningInTenant(db: Statements, tenant: string): number {
  const row = db.get<{ running: number }>(
    'SELECT count(*) AS running FROM runs WHERE tenant = ? AND outcome IS NULL AND parked = 0',
    tenant,
  )
  return row?.running ?? 0
}
