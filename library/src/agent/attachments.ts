/**
 * What people attach: taken in, given out to its owner, named in messages. The law: what a file is, is found in its bytes,
 * and a message names nothing that its sender does not own.
 *
 * @module
 */
import { faultOfAttachmentName } from '../protocol/attachment-name.ts'
import { createId } from '../protocol/ids.ts'
import { attachmentsOf, textsOf } from '../protocol/message-parts.ts'
import type { Attachment, MessagePart, Owner, SentPart } from '../protocol/vocabulary.ts'
import { AgentError } from './errors.ts'
import { imageTypeOf, type MediaType, textOfFile } from './media-type.ts'
import type { AttachmentStore, Clock } from './ports.ts'

export interface AttachmentLimits {
  /** Bytes of one image. Default 10,485,760. */
  readonly maxImageBytes: number
  /** Bytes of one text file. Default 1,048,576. */
  readonly maxTextFileBytes: number
  /** Default 10. */
  readonly maxAttachmentsPerMessage: number
  /** Bytes of all attachments of one user. Default 268,435,456. */
  readonly maxAttachmentBytesPerUser: number
  /** Bytes of attachments that one request to a model carries, the newest first. Default 16,777,216. */
  readonly maxPromptAttachmentBytes: number
}

export const defaultAttachmentLimits: AttachmentLimits = Object.freeze({
  maxImageBytes: 10_485_760,
  maxTextFileBytes: 1_048_576,
  maxAttachmentsPerMessage: 10,
  maxAttachmentBytesPerUser: 268_435_456,
  maxPromptAttachmentBytes: 16_777_216,
})

/** So long may an attachment wait for the message that names it. It goes with the next one that its owner attaches. */
export const UNUSED_MS = 86_400_000

/** So much of a file is in memory for each of its readers, whatever its size. */
const PIECE_BYTES = 262_144

export interface NewFile {
  readonly name: string
  readonly data: Uint8Array
}

export interface OpenAttachment extends Attachment {
  /** Its bytes, piece by piece, each read when it is asked for. Throws `NOT_FOUND` when the file goes meanwhile. */
  readonly pieces: () => AsyncIterable<Uint8Array>
}

export interface Attachments {
  /** @throws AgentError `ATTACHMENT_NAME_INVALID`, `ATTACHMENT_TYPE_REFUSED`, `ATTACHMENT_TOO_LARGE`; StoreError. */
  attach(owner: Owner, file: NewFile): Promise<Attachment>
  /** @throws AgentError `NOT_FOUND`. */
  open(owner: Owner, attachmentId: string): Promise<OpenAttachment>
  /** @throws AgentError `NOT_FOUND`, `ATTACHMENT_IN_USE`. */
  detach(owner: Owner, attachmentId: string): Promise<void>
  /**
   * What is sent, as the log will have it.
   *
   * @throws AgentError `MESSAGE_EMPTY`, `ATTACHMENTS_LIMIT`, `NOT_FOUND`.
   */
  resolve(owner: Owner, threadId: string, parts: readonly SentPart[]): Promise<readonly MessagePart[]>
}

export function createAttachments(options: {
  readonly store: AttachmentStore
  readonly clock: Clock
  readonly limits: AttachmentLimits
}): Attachments {
  const { store, clock, limits } = options

  async function attachmentOf(owner: Owner, attachmentId: string): Promise<Attachment> {
    const known = await store.get(owner, attachmentId)
    if (known === undefined) throw notFound(attachmentId)
    return known
  }

  return {
    async attach(owner, { name, data }) {
      const fault = faultOfAttachmentName(name)
      if (fault !== undefined) throw new AgentError('ATTACHMENT_NAME_INVALID', { fault })
      const mediaType = mediaTypeWithin(limits, { name, data })
      const attachment = { attachmentId: createId('att'), name, mediaType, bytes: data.length }
      const at = clock.now()
      await store.put(
        owner,
        { ...attachment, data, at },
        { unusedBefore: at - UNUSED_MS, maxTotalBytes: limits.maxAttachmentBytesPerUser },
      )
      return attachment
    },
    async open({ tenant, user }, attachmentId) {
      const attachment = await attachmentOf({ tenant, user }, attachmentId)
      async function* pieces(): AsyncGenerator<Uint8Array> {
        for (let offset = 0; offset < attachment.bytes; offset += PIECE_BYTES) {
          const piece = await store.read({ tenant, user }, attachmentId, { offset, length: PIECE_BYTES })
          if (piece === undefined) throw notFound(attachmentId)
          yield piece
        }
      }
      return { ...attachment, pieces }
    },
    async detach(owner, attachmentId) {
      const status = await store.delete(owner, attachmentId)
      if (status === 'not_found') throw notFound(attachmentId)
      if (status === 'in_use') throw new AgentError('ATTACHMENT_IN_USE', { attachmentId })
    },
    async resolve(owner, threadId, parts) {
      const count = attachmentsOf(parts).length
      const max = limits.maxAttachmentsPerMessage
      if (count > max) throw new AgentError('ATTACHMENTS_LIMIT', { count, max })
      if (count === 0 && textsOf(parts).every((text) => text.trim() === '')) {
        throw new AgentError('MESSAGE_EMPTY', { threadId })
      }
      return Promise.all(
        parts.map(async (part): Promise<MessagePart> => {
          if (part.type === 'text') return part
          const { attachmentId, name, mediaType, bytes } = await attachmentOf(owner, part.attachmentId)
          return { type: 'attachment', attachmentId, name, mediaType, bytes }
        }),
      )
    },
  }
}

/** A file that is too large is not looked through for what it is. */
function mediaTypeWithin(limits: AttachmentLimits, { name, data }: NewFile): MediaType {
  const imageType = imageTypeOf(data)
  const maxBytes = imageType === undefined ? limits.maxTextFileBytes : limits.maxImageBytes
  if (data.length > maxBytes) {
    const kind = imageType === undefined ? 'text file' : 'image'
    throw new AgentError('ATTACHMENT_TOO_LARGE', { name, kind, bytes: data.length, maxBytes })
  }
  if (imageType !== undefined) return imageType
  if (textOfFile(data) === undefined) throw new AgentError('ATTACHMENT_TYPE_REFUSED', { name })
  return 'text/plain'
}

function notFound(id: string): AgentError {
  return new AgentError('NOT_FOUND', { what: 'attachment', id })
}
