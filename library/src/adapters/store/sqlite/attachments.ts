/** Attachments. The law: an owner never holds more than the limit, and nothing that a thread names goes. @module */
import { StoreError } from '../../../agent/errors.ts'
import type { Owner } from '../../../protocol/vocabulary.ts'
import type { AttachmentRow, ReadCommands, WriteCommands } from './commands.ts'
import type { Statements } from './statements.ts'

/** Of which a part is read without the rest. Never changed: what was written by another size could not be read. */
const PIECE_BYTES = 262_144

export const attachmentReads: Pick<ReadCommands, 'getAttachment' | 'readAttachment'> = {
  getAttachment(db, { tenant, user }, attachmentId) {
    return db.get<AttachmentRow>(
      'SELECT attachment_id, name, media_type, bytes FROM attachments WHERE tenant = ? AND user = ? AND attachment_id = ?',
      tenant,
      user,
      attachmentId,
    )
  },

  readAttachment(db, owner, attachmentId, { offset, length }) {
    const held = findAttachment(db, owner, attachmentId)
    if (held === undefined) return undefined
    const end = Math.min(held.bytes, offset + length)
    if (offset >= end) return new Uint8Array()
    const first = Math.floor(offset / PIECE_BYTES)
    const pieces = db.all<{ data: Uint8Array }>(
      'SELECT data FROM attachment_pieces WHERE attachment_key = ? AND number BETWEEN ? AND ? ORDER BY number',
      held.attachment_key,
      first,
      Math.floor((end - 1) / PIECE_BYTES),
    )
    const read = new Uint8Array(end - offset)
    for (const [index, { data }] of pieces.entries()) {
      const at = (first + index) * PIECE_BYTES
      const from = Math.max(offset, at)
      read.set(data.subarray(from - at, end - at), from - offset)
    }
    return read
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
    const made = db.get<{ attachment_key: number }>(
      `INSERT INTO attachments (tenant, user, attachment_id, name, media_type, bytes, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING attachment_key`,
      tenant,
      user,
      attachmentId,
      name,
      mediaType,
      bytes,
      at,
    )
    if (made === undefined) throw new Error('the attachment just written is not there')
    for (let number = 0; number * PIECE_BYTES < data.length; number++) {
      db.run(
        'INSERT INTO attachment_pieces (attachment_key, number, data) VALUES (?, ?, ?)',
        made.attachment_key,
        number,
        data.subarray(number * PIECE_BYTES, (number + 1) * PIECE_BYTES),
      )
    }
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
    return findAttachment(db, { tenant, user }, attachmentId) === undefined ? 'not_found' : 'in_use'
  },
}

/** @throws StoreError `NOT_FOUND`: then nothing of the message is written. */
export function useAttachment(
  db: Statements,
  { tenant, user }: Owner,
  { threadKey, attachmentId }: { readonly threadKey: number; readonly attachmentId: string },
): void {
  const held = findAttachment(db, { tenant, user }, attachmentId)
  if (held === undefined) throw new StoreError('NOT_FOUND', { what: 'attachment', id: attachmentId })
  db.run(
    'INSERT INTO attachment_uses (thread_key, attachment_key) VALUES (?, ?) ON CONFLICT DO NOTHING',
    threadKey,
    held.attachment_key,
  )
}

function findAttachment(
  db: Statements,
  { tenant, user }: Owner,
  attachmentId: string,
): { readonly attachment_key: number; readonly bytes: number } | undefined {
  return db.get(
    'SELECT attachment_key, bytes FROM attachments WHERE tenant = ? AND user = ? AND attachment_id = ?',
    tenant,
    user,
    attachmentId,
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
