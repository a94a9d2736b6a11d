/** Commands that change threads and logs. The law: a log moves only in the statement that checks its owner and fence. @module */
import { StoreError } from '../../../agent/errors.ts'
import type { Owner, Thread } from '../../../protocol/vocabulary.ts'
import { foldText } from '../rules/folded-text.ts'
import { deleteOnlyUsedBy } from './attachments.ts'
import type { WriteCommands } from './commands.ts'
import { findRun, findThread, threadOf } from './rows.ts'
import type { Statements } from './statements.ts'
import { keepInput, moveEnd, writeLog } from './write-log.ts'

export const threadWrites: Pick<
  WriteCommands,
  'createThread' | 'renameThread' | 'deleteThread' | 'appendEvents' | 'appendLate'
> = {
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
    deleteOnlyUsedBy(db, { tenant, user }, thread.thread_key)
    db.run('DELETE FROM threads WHERE tenant = ? AND user = ? AND thread_key = ?', tenant, user, thread.thread_key)
    return true
  },

  appendEvents(db, tenant, user, threadId, runId, epoch, at, lines, changes, batch, inputs) {
    const count = lines.length
    const pen = batch === null ? null : `${runId} ${epoch} ${batch}`
    const found = db.get<{ thread_key: number; last_seq: number; pen: string | null; pen_seq: number; holds: 0 | 1 }>(
      `SELECT thread_key, last_seq, pen, pen_seq, EXISTS (
         SELECT 1 FROM runs WHERE run_id = ? AND runs.tenant = threads.tenant AND runs.user = threads.user
         AND runs.thread_key = threads.thread_key AND epoch = ? AND outcome IS NULL) AS holds
       FROM threads WHERE tenant = ? AND user = ? AND thread_id = ?`,
      runId,
      epoch,
      tenant,
      user,
      threadId,
    )
    if (found === undefined) throw new StoreError('NOT_FOUND', { what: 'thread', id: threadId })
    if (pen !== null && found.pen === pen) return found.pen_seq
    if (found.holds === 0) throw new StoreError('FENCED', { runId, epoch })
    const owner = { tenant, user }
    const threadKey = found.thread_key
    const firstSeq = found.last_seq + 1
    db.run(
      `UPDATE threads SET last_seq = last_seq + ?, updated_at = iif(? = 0, updated_at, ?), pen = ?, pen_seq = ?
       WHERE thread_key = ? AND tenant = ? AND user = ?`,
      count,
      count,
      at,
      pen,
      firstSeq,
      threadKey,
      tenant,
      user,
    )
    for (const { call_id, input } of inputs) keepInput(db, { ...owner, runId, threadKey }, call_id, input)
    writeLog(db, { owner, threadKey, firstSeq, runId }, { at, lines, changes })
    return firstSeq
  },

  appendLate(db, owner, threadId, runId, entry) {
    if (findThread(db, owner, threadId) === undefined) return undefined
    const run = findRun(db, owner, runId)
    if (run?.thread_id !== threadId) return null
    const end = moveEnd(db, owner, threadId, entry)
    if (end === undefined) return undefined
    writeLog(db, { owner, runId: null, ...end }, entry)
    db.run(
      'UPDATE runs SET last_seq = ? WHERE run_id = ? AND tenant = ? AND user = ? AND outcome IS NOT NULL',
      end.firstSeq,
      runId,
      owner.tenant,
      owner.user,
    )
    return end.firstSeq
  },
}

function threadNow(db: Statements, owner: Owner, threadId: string): Thread {
  const row = findThread(db, owner, threadId)
  if (row === undefined) throw new Error('the thread just written is not there')
  return threadOf(row)
}
