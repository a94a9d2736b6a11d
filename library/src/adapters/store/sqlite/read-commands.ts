/**
 * The commands that change nothing. The law: every statement names the owner, so what is not theirs is not there.
 *
 * @module
 */

import { administrationReads } from './administration.ts'
import { attachmentReads } from './attachments.ts'
import { auditReads } from './audit.ts'
import type { EventRow, InputRow, ReadCommands, RecordRow } from './commands.ts'
import { inboxReads } from './inbox.ts'
import { revocationReads } from './revocations.ts'
import {
  type ApprovalRow,
  approvalOf,
  findRun,
  findThread,
  runOf,
  THREAD_COLUMNS,
  type ThreadRow,
  threadOf,
} from './rows.ts'
import { usageReads } from './usage.ts'

export const readCommands: ReadCommands = {
  ...usageReads,
  ...attachmentReads,
  ...inboxReads,
  ...revocationReads,
  ...auditReads,
  ...administrationReads,

  getThread(db, owner, threadId) {
    const row = findThread(db, owner, threadId)
    return row && threadOf(row)
  },

  listThreads(db, { tenant, user }, { needle, before, limit }) {
    if (needle === '') {
      return db
        .all<ThreadRow>(
          `SELECT ${THREAD_COLUMNS} FROM threads WHERE tenant = ? AND user = ? AND updated_at < ?
           ORDER BY updated_at DESC, thread_key DESC LIMIT ?`,
          tenant,
          user,
          before,
          limit,
        )
        .map(threadOf)
    }
    // instr and not LIKE: no character of the query has a meaning of its own.
    return db
      .all<ThreadRow>(
        `SELECT ${THREAD_COLUMNS} FROM threads WHERE tenant = ? AND user = ? AND updated_at < ?
         AND (instr(folded_title, ?) > 0 OR EXISTS (
           SELECT 1 FROM texts WHERE texts.thread_key = threads.thread_key AND instr(folded, ?) > 0))
         ORDER BY updated_at DESC, thread_key DESC LIMIT ?`,
        tenant,
        user,
        before,
        needle,
        needle,
        limit,
      )
      .map(threadOf)
  },

  readEventsBefore(db, { tenant, user }, threadId, { before, limit }) {
    const rows = db.all<EventRow>(
      `SELECT seq, at, event FROM threads JOIN events USING (thread_key)
       WHERE tenant = ? AND user = ? AND thread_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
      tenant,
      user,
      threadId,
      before,
      limit,
    )
    if (rows.length > 0) return rows.reverse()
    return readCommands.getThread(db, { tenant, user }, threadId) && rows
  },

  readEvents(db, { tenant, user }, threadId, { after, limit }) {
    const rows = db.all<EventRow>(
      `SELECT seq, at, event FROM threads JOIN events USING (thread_key)
       WHERE tenant = ? AND user = ? AND thread_id = ? AND seq > ? ORDER BY seq LIMIT ?`,
      tenant,
      user,
      threadId,
      after,
      limit,
    )
    if (rows.length > 0) return rows
    return readCommands.getThread(db, { tenant, user }, threadId) && rows
  },

  getRun(db, owner, runId) {
    const row = findRun(db, owner, runId)
    return row && runOf(row)
  },

  keptInputs(db, { tenant, user }, runId) {
    return db.all<InputRow>(
      'SELECT call_id, input FROM call_inputs WHERE tenant = ? AND user = ? AND run_id = ?',
      tenant,
      user,
      runId,
    )
  },

  getApproval(db, { tenant, user }, approvalId) {
    const row = db.get<ApprovalRow>(
      `SELECT thread_id, request, status, answered_by FROM approvals JOIN threads USING (thread_key)
       WHERE approvals.tenant = ? AND approvals.user = ? AND approval_id = ?`,
      tenant,
      user,
      approvalId,
    )
    return row && approvalOf(row)
  },

  listOpenApprovals(db, { tenant, user }, threadId) {
    return db
      .all<ApprovalRow>(
        `SELECT thread_id, request, status, answered_by FROM approvals JOIN threads USING (thread_key)
         WHERE threads.tenant = ? AND threads.user = ? AND thread_id = ? AND status = 'open'
         ORDER BY approvals.seq, approvals.rowid`,
        tenant,
        user,
        threadId,
      )
      .map(approvalOf)
  },

  getRecord(db, { tenant, user }, collection, id) {
    return db.get<RecordRow>(
      `SELECT id, value, created_at, updated_at FROM records
       WHERE tenant = ? AND user = ? AND collection = ? AND id = ?`,
      tenant,
      user,
      collection,
      id,
    )
  },

  listRecords(db, { tenant, user }, collection, limit) {
    return db.all<RecordRow>(
      `SELECT id, value, created_at, updated_at FROM records WHERE tenant = ? AND user = ? AND collection = ?
       ORDER BY created_at DESC, record_key DESC LIMIT ?`,
      tenant,
      user,
      collection,
      limit,
    )
  },
}
