/** Attachments in memory. The law: an owner never holds more than the limit, and nothing that a thread names goes. @module */
import { StoreError } from '../../../agent/errors.ts'
import type { AttachmentStore } from '../../../agent/ports.ts'
import { attachmentsOf } from '../../../protocol/message-parts.ts'
import type { MessagePart } from '../../../protocol/vocabulary.ts'
import type { MemoryState, OwnerState } from './state.ts'

export function createMemoryAttachments(state: MemoryState): AttachmentStore {
  return {
    async put(owner, { attachmentId, name, mediaType, bytes, data, at }, { unusedBefore, maxTotalBytes }) {
      const mine = state.of(owner)
      const { attachments } = mine
      for (const [id, held] of attachments) if (held.at < unusedBefore && !isUsed(mine, id)) attachments.delete(id)
      const used = [...attachments.values()].reduce((sum, { facts }) => sum + facts.bytes, 0)
      if (used + bytes > maxTotalBytes) {
        throw new StoreError('ATTACHMENTS_FULL', { used, bytes, max: maxTotalBytes })
      }
      attachments.set(attachmentId, { facts: { attachmentId, name, mediaType, bytes }, data: data.slice(), at })
    },
    async get(owner, attachmentId) {
      return state.of(owner).attachments.get(attachmentId)?.facts
    },
    async read(owner, attachmentId, { offset = 0, length = Number.POSITIVE_INFINITY } = {}) {
      return state
        .of(owner)
        .attachments.get(attachmentId)
        ?.data.slice(offset, offset + length)
    },
    async delete(owner, attachmentId) {
      const mine = state.of(owner)
      if (!mine.attachments.has(attachmentId)) return 'not_found'
      if (isUsed(mine, attachmentId)) return 'in_use'
      mine.attachments.delete(attachmentId)
      return 'deleted'
    },
  }
}

/** @throws StoreError `NOT_FOUND` for the first one that is not there. */
export function assertAttached(mine: OwnerState, parts: readonly MessagePart[]): void {
  const absent = attachmentsOf(parts).find(({ attachmentId }) => !mine.attachments.has(attachmentId))
  if (absent !== undefined) throw new StoreError('NOT_FOUND', { what: 'attachment', id: absent.attachmentId })
}

/** Once its thread is gone; what another thread names stays. */
export function forgetUnused(mine: OwnerState, attachmentIds: ReadonlySet<string>): void {
  for (const id of attachmentIds) if (!isUsed(mine, id)) mine.attachments.delete(id)
}

function isUsed(mine: OwnerState, attachmentId: string): boolean {
  return [...mine.threads.values()].some((thread) => thread.attachments.has(attachmentId))
}
