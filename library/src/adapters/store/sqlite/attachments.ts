/** Attachments. The law: an owner never holds more than the limit, and nothing that a thread names goes. @module */
import { StoreError } from '../../../agent/errors.ts'
import type { Owner } from '../../../protocol/vocabulary.ts'
import type { AttachmentRow, ReadCommands, WriteCommands } from './commands.ts'
import type { Statements } from './statements.ts'

export const attachmentReads: Pick<ReadCommands, 'getAttachment' | 'readAttachment'> = {
  getAttachment(db, { tenant, user }, attachmentId) {
    return db.get<AttachmentRow>(
      'SELECT attachment_id, name, media_type, bytes FROM attachments WHERE tenant = ? AND user = ? AND attachment_id = ?',
      tenant,
      user,
      attachmentId,
    )
  },

  readAttachment(db, { tenant, user }, attachmentId) {
    return db.get<{ data: Uint8Array }>(
      'SELECT data FROM attachments WHERE tenant = ? AND user = ? AND attachment_id = ?',
      tenant,
      user,
      attachmentId,
    )?.data
  },
}

export const attachmentWrites: Pick<WriteCommands, 'putAttachment' | 'deleteAttachment'> = {
  putAttachment(db, { tenant, user }, attachment) {
    const { attachmentId, name, mediaType, bytes, data, at, unusedBefore, maxTotalBytes } = attachment
    db.run(
      `DELETE FROM attachments WHERE tenant = ? AND user = ? AND created_at < ?
       AND NOT EXISTS (SELECT 1 FROM attachment_uses WHERE attachment_uses.attachment_key = attachments.attachment_key)`,
      tenant,
      user,
      unusedBefore,
    )
    const held = db.get<{ used: number }>(
      'SELECT coalesce(sum(bytes), 0) AS used FROM attachments WHERE tenant = ? AND user = ?',
      tenant,
      user,
    )
    const used = held?.used ?? 0
    if (maxTotalBytes !== null && used + bytes > maxTotalBytes) {
      throw new StoreError('ATTACHMENTS_FULL', { used, bytes, max: maxTotalBytes })
    }
    db.run(
      `INSERT INTO attachments (tenant, user, attachment_id, name, media_type, bytes, created_at, data)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      tenant,
      user,
      attachmentId,
      name,
      mediaType,
      bytes,
      at,
      data,
    )
    return null
  },

  deleteAttachment(db, { tenant, user }, attachmentId) {
    const deleted = db.run(
      `DELETE FROM attachments WHERE tenant = ? AND user = ? AND attachment_id = ?
       AND NOT EXISTS (SELECT 1 FROM attachment_uses WHERE attachment_uses.attachment_key = attachments.attachment_key)`,
      tenant,
      user,
      attachmentId,
    )
    if (deleted > 0) return 'deleted'
    const held = db.get(
      'SELECT 1 FROM attachments WHERE tenant = ? AND user = ? AND attachment_id = ?',
      tenant,
      user,
      attachmentId,
    )
    return held === undefined ? 'not_found' : 'in_use'
  },
}

/** @throws StoreError `NOT_FOUND`: then nothing of the message is written. */
export function useAttachment(
  db: Statements,
  { tenant, user }: Owner,
  { threadKey, attachmentId }: { readonly threadKey: number; readonly attachmentId: string },
): void {
  const held = db.get<{ attachment_key: number }>(
    'SELECT attachment_key FROM attachments WHERE tenant = ? AND user = ? AND attachment_id = ?',
    tenant,
    user,
    attachmentId,
  )
  if (held === undefined) throw new StoreError('NOT_FOUND', { what: 'attachment', id: attachmentId })
  db.run(
    'INSERT INTO attachment_uses (thread_key, attachment_key) VALUES (?, ?) ON CONFLICT DO NOTHING',
    threadKey,
    held.attachment_key,
  )
}

/** Before the thread goes: what no other thread names goes with it. */
export function deleteOnlyUsedBy(db: Statements, { tenant, user }: Owner, threadKey: number): void {
  db.run(
    `DELETE FROM attachments WHERE tenant = ? AND user = ?
     AND attachment_key IN (SELECT attachment_key FROM attachment_uses WHERE thread_key = ?)
     AND NOT EXISTS (
       SELECT 1 FROM attachment_uses WHERE attachment_uses.attachment_key = attachments.attachment_key AND thread_key <> ?)`,
    tenant,
    user,
    threadKey,
    threadKey,
  )
}
