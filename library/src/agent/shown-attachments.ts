/**
 * What a model gets of the attachments in its conversation. The law: the bytes are read when the model is asked, and of
 * what it does not get it is told why.
 *
 * @module
 */
import { attachmentsOf } from '../protocol/message-parts.ts'
import type { AttachmentPart, Owner } from '../protocol/vocabulary.ts'
import { imageTypes, textOfFile } from './media-type.ts'
import type {
  AttachmentContent,
  AttachmentStore,
  Logger,
  Model,
  ModelMessage,
  ModelPart,
  ModelRequest,
} from './ports.ts'

export interface ShownAttachments {
  /** The model, as it is to be asked on behalf of this owner. */
  readonly shownTo: (model: Model, owner: Owner) => Model
}

/** So much of one text file is shown, in UTF-16 units: of none are more than three bytes of UTF-8. */
const MAX_TEXT_CHARACTERS = 100_000
/** Bytes of attachments kept in memory, of all users together, because each step of a run shows them again. */
const CACHE_BYTES = 67_108_864

export function createShownAttachments(options: {
  readonly store: AttachmentStore
  readonly logger: Logger
  readonly maxPromptAttachmentBytes: number
  /** Default 67,108,864. */
  readonly cacheBytes?: number
}): ShownAttachments {
  const { store, logger, maxPromptAttachmentBytes, cacheBytes = CACHE_BYTES } = options
  const read = createCachedRead(store, cacheBytes)

  async function contentOf(model: Model, owner: Owner, part: AttachmentPart): Promise<AttachmentContent> {
    const { attachmentId, mediaType } = part
    if (!canSee(model, part)) return withheld(`this model cannot look at images of the type ${mediaType}`)
    try {
      const data = await read(owner, attachmentId)
      if (data === undefined) return withheld('it was removed')
      if (isImage(part)) return { type: 'image', data }
      const text = textOfFile(data)
      if (text === undefined) return withheld('it cannot be read as text')
      return { type: 'text', text: text.slice(0, MAX_TEXT_CHARACTERS), cut: text.length > MAX_TEXT_CHARACTERS }
    } catch (err) {
      logger.warn({ err, attachmentId }, 'An attachment could not be read, and the model is told so')
      return withheld('it could not be read at the moment')
    }
  }

  /** The newest first, because that is what is spoken of. */
  function withinBounds(model: Model, messages: readonly ModelMessage[]): ReadonlySet<AttachmentPart> {
    const parts = messages.flatMap((message) => (message.role === 'user' ? attachmentsOf(message.parts) : []))
    const chosen = new Set<AttachmentPart>()
    let left = maxPromptAttachmentBytes
    for (const part of parts.toReversed()) {
      if (canSee(model, part)) left -= part.bytes
      if (left < 0) break
      chosen.add(part)
    }
    return chosen
  }

  async function show(model: Model, owner: Owner, request: ModelRequest): Promise<ModelRequest> {
    if (!request.messages.some(hasAttachment)) return request
    const chosen = withinBounds(model, request.messages)
    const messages = await Promise.all(
      request.messages.map(async (message): Promise<ModelMessage> => {
        if (message.role !== 'user' || !hasAttachment(message)) return message
        const parts = message.parts.map(async (part) => {
          if (part.type === 'text') return part
          const content = chosen.has(part)
            ? await contentOf(model, owner, part)
            : withheld('newer attachments take all the room that there is')
          return { ...part, content }
        })
        return { role: 'user', parts: await Promise.all(parts) }
      }),
    )
    return { ...request, messages }
  }

  return {
    shownTo(model, owner) {
      async function* stream(request: ModelRequest): AsyncGenerator<ModelPart> {
        yield* model.stream(await show(model, owner, request))
      }
      // Whatever else a model has, it keeps, also what it computes.
      return new Proxy(model, { get: (target, key) => (key === 'stream' ? stream : Reflect.get(target, key, target)) })
    },
  }
}

/** How many bytes of text a model gets of it; undefined for an image. */
export function shownTextBytes(part: AttachmentPart): number | undefined {
  return isImage(part) ? undefined : Math.min(part.bytes, 3 * MAX_TEXT_CHARACTERS)
}

function hasAttachment(message: ModelMessage): boolean {
  return message.role === 'user' && message.parts.some((part) => part.type === 'attachment')
}

function isImage({ mediaType }: AttachmentPart): boolean {
  return imageTypes.some((type) => type === mediaType)
}

function canSee(model: Model, part: AttachmentPart): boolean {
  return !isImage(part) || (model.accepts ?? []).includes(part.mediaType)
}

function withheld(reason: string): AttachmentContent {
  return { type: 'withheld', reason }
}

/** The least lately used goes first; what is larger than the whole cache is not kept. */
function createCachedRead(store: AttachmentStore, maxBytes: number): AttachmentStore['read'] {
  const kept = new Map<string, Uint8Array>()
  let bytes = 0

  return async ({ tenant, user }, attachmentId) => {
    const key = JSON.stringify([tenant, user, attachmentId])
    const known = kept.get(key)
    const data = known ?? (await store.read({ tenant, user }, attachmentId))
    if (data === undefined || data.length > maxBytes) return data
    bytes += data.length - (kept.get(key)?.length ?? 0)
    kept.delete(key)
    kept.set(key, data)
    for (const [oldest, { length }] of kept) {
      if (bytes <= maxBytes) break
      kept.delete(oldest)
      bytes -= length
    }
    return data
  }
}
