/**
 * The end of a thread's log. The law: events, their numbers and all that is derived from them change together.
 *
 * @module
 */
import type { Owner } from '../../../protocol/vocabulary.ts'
import { entryOf } from '../rules/audit.ts'
import type { Change } from '../rules/derived.ts'
import { foldText } from '../rules/folded-text.ts'
import { addressesOf } from '../rules/inbox.ts'
import { endTime, settle, type Used } from '../rules/usage.ts'
import { useAttachment } from './attachments.ts'
import { writeAudit } from './audit.ts'
import type { Entry } from './commands.ts'
import type { Statements } from './statements.ts'
import { usageTable } from './usage.ts'

export interface LogEnd {
  readonly owner: Owner
  readonly threadKey: number
  readonly firstSeq: number
  /** The run that writes; null for what a person changes about the thread. */
  readonly runId: string | null
}

/** The caller has moved `last_seq` by as many places as there are lines. */
export function writeLog(db: Statements, end: LogEnd, entry: Entry): void {
  for (const [index, line] of entry.lines.entries()) {
    db.run(
      'INSERT INTO events (thread_key, seq, at, event) VALUES (?, ?, ?, ?)',
      end.threadKey,
      end.firstSeq + index,
      entry.at,
      line,
    )
  }
  for (const { line, change } of entry.changes) applyChange(db, end, { change, seq: end.firstSeq + line, at: entry.at })
}

/** Makes room at the end of the log; undefined: no such thread of this owner. */
export function moveEnd(
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

export interface InputPlace extends Owner {
  readonly runId: string
  readonly threadKey: number
}

/** `input` is JSON text; it replaces what was kept of the call before. */
export function keepInput(db: Statements, place: InputPlace, callId: string, input: string): void {
  db.run(
    `INSERT INTO call_inputs (tenant, user, run_id, call_id, thread_key, input) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET input = excluded.input`,
    place.tenant,
    place.user,
    place.runId,
    callId,
    place.threadKey,
    input,
  )
}

function applyChange(
  db: Statements,
  { owner: { tenant, user }, threadKey, runId }: LogEnd,
  { change, seq, at }: { readonly change: Change; readonly seq: number; readonly at: number },
): void {
  switch (change.type) {
    case 'approval_opened':
      db.run(
        `INSERT INTO approvals (tenant, user, approval_id, thread_key, run_id, seq, request, wrapping, status)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open') ON CONFLICT DO NOTHING`,
        tenant,
        user,
        change.request.approvalId,
        threadKey,
        runId ?? change.request.runId,
        seq,
        JSON.stringify(change.request),
        JSON.stringify(change.wrapping),
      )
      for (const address of addressesOf({ owner: { tenant, user }, ...change.request })) {
        db.run(
          `INSERT INTO approvers (tenant, address, requested_at, approval_id, user) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT DO NOTHING`,
          tenant,
          address,
          at,
          change.request.approvalId,
          user,
        )
      }
      break
    case 'approval_closed':
      db.run(
        `UPDATE approvals SET status = ?, answered_by = ?
         WHERE tenant = ? AND user = ? AND approval_id = ? AND thread_key = ? AND status = 'open'`,
        change.decision,
        change.by ?? null,
        tenant,
        user,
        change.approvalId,
        threadKey,
      )
      break
    case 'run_ended':
      if (runId !== null) endRun(db, { tenant, user, threadKey, runId, seq, at, ...change })
      break
    case 'run_began':
      db.run(
        'UPDATE runs SET model = ?, attempts = ? WHERE run_id = ? AND tenant = ? AND user = ?',
        change.model,
        change.attempt,
        runId,
        tenant,
        user,
      )
      break
    case 'used':
      if (runId !== null && settle(usageTable(db, { tenant, user }), runId, change, at)) {
        addToRun(db, { tenant, user, runId }, change.use)
      }
      break
    case 'returned':
      if (runId !== null) usageTable(db, { tenant, user }).drop(runId, change.holder)
      break
    case 'output_kept':
      db.run('INSERT INTO outputs (thread_key, handle) VALUES (?, ?) ON CONFLICT DO NOTHING', threadKey, change.handle)
      break
    case 'title_changed':
      db.run(
        'UPDATE threads SET title = ?, folded_title = ? WHERE tenant = ? AND user = ? AND thread_key = ?',
        change.title,
        foldText(change.title),
        tenant,
        user,
        threadKey,
      )
      break
    case 'attachment_used':
      useAttachment(db, { tenant, user }, { threadKey, attachmentId: change.attachmentId })
      break
    case 'text_added':
      db.run('INSERT INTO texts (thread_key, seq, folded) VALUES (?, ?, ?)', threadKey, seq, change.folded)
      break
    case 'audited':
      writeAudit(db, entryOf({ tenant, user }, at, change))
      break
    default:
      change satisfies never
  }
}

/** What its budgets count is kept of each run as well. */
function addToRun(db: Statements, { tenant, user, runId }: Owner & { readonly runId: string }, use: Used['use']): void {
  db.run(
    `UPDATE runs SET used_steps = used_steps + ?, used_calls = used_calls + ?,
       used_tokens = min(used_tokens + ?, ${Number.MAX_SAFE_INTEGER}),
       used_cost_micros = min(used_cost_micros + ?, ${Number.MAX_SAFE_INTEGER})
     WHERE run_id = ? AND tenant = ? AND user = ?`,
    use.steps ?? 0,
    use.calls ?? 0,
    use.tokens ?? 0,
    use.costMicros ?? 0,
    runId,
    tenant,
    user,
  )
}

type EndedRun = Owner &
  Extract<Change, { readonly type: 'run_ended' }> & {
    readonly threadKey: number
    readonly runId: string
    readonly seq: number
    readonly at: number
  }

/** Approvals that nobody answered, and arguments kept for its calls, end with their run. */
function endRun(db: Statements, { tenant, user, threadKey, runId, seq, at, outcome, usage }: EndedRun): void {
  db.run(
    'UPDATE runs SET outcome = ?, usage = ?, ended_at = ?, last_seq = ? WHERE run_id = ? AND tenant = ? AND user = ?',
    outcome,
    JSON.stringify(usage),
    at,
    seq,
    runId,
    tenant,
    user,
  )
  db.run(
    'UPDATE threads SET active_run = NULL WHERE tenant = ? AND user = ? AND thread_key = ? AND active_run = ?',
    tenant,
    user,
    threadKey,
    runId,
  )
  db.run(
    `UPDATE approvals SET status = 'cancelled'
     WHERE tenant = ? AND user = ? AND thread_key = ? AND run_id = ? AND status = 'open'`,
    tenant,
    user,
    threadKey,
    runId,
  )
  db.run('DELETE FROM call_inputs WHERE tenant = ? AND user = ? AND run_id = ?', tenant, user, runId)
  endTime(usageTable(db, { tenant, user }), { runId, until: at, why: 'ended' })
}
