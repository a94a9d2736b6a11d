/**
 * One answer as it comes in: turns the provider's parts into the port's, and decides what a missing or doubtful end means.
 * It never invents an end: an answer that may be incomplete is `unknown` or cut.
 *
 * @module
 */
import type { LanguageModelV4StreamPart, SharedV4ProviderMetadata } from '@ai-sdk/provider'
import type { ModelPart } from '../../../agent/ports.ts'
import type { JsonValue } from '../../../protocol/vocabulary.ts'
import { type Fault, faultOf } from './faults.ts'
import { type Block, writeProviderData } from './provider-data.ts'

type Finish = Extract<LanguageModelV4StreamPart, { type: 'finish' }>
type FinishPart = Extract<ModelPart, { type: 'finish' }>

export interface Collector {
  /** What to yield for this part, if anything. Throws the error that the stream carried. */
  take(part: LanguageModelV4StreamPart): ModelPart | undefined
  /** The provider has said its last word. */
  readonly finished: boolean
  /** The end of the answer, once finished or once the stream has ended. */
  end(): { readonly finish: FinishPart } | { readonly fault: Fault }
}

interface OpenBlock {
  type: 'text' | 'reasoning'
  text: string
  metadata: SharedV4ProviderMetadata | undefined
}
type Collected = OpenBlock | { type: 'call'; metadata: SharedV4ProviderMetadata | undefined }

export function createCollector(provider: string): Collector {
  const blocks: Collected[] = []
  const open = new Map<string, OpenBlock>()
  let calls = 0
  let unreadableCalls = 0
  let finish: Finish | undefined
  let endless = false

  const blockOf = (type: OpenBlock['type'], id: string): OpenBlock => {
    const key = `${type} ${id}`
    const known = open.get(key)
    if (known !== undefined) return known
    const block: OpenBlock = { type, text: '', metadata: undefined }
    open.set(key, block)
    blocks.push(block)
    return block
  }

  return {
    take(part) {
      switch (part.type) {
        case 'text-start':
        case 'text-end':
          keep(blockOf('text', part.id), part.providerMetadata)
          // An id may be used again, for another block.
          if (part.type === 'text-end') open.delete(`text ${part.id}`)
          return undefined
        case 'text-delta': {
          const block = keep(blockOf('text', part.id), part.providerMetadata)
          block.text += part.delta
          return part.delta === '' ? undefined : { type: 'text', delta: part.delta }
        }
        case 'reasoning-start':
        case 'reasoning-end':
          keep(blockOf('reasoning', part.id), part.providerMetadata)
          if (part.type === 'reasoning-end') open.delete(`reasoning ${part.id}`)
          return undefined
        case 'reasoning-delta': {
          const block = keep(blockOf('reasoning', part.id), part.providerMetadata)
          block.text += part.delta
          return part.delta === '' ? undefined : { type: 'thinking', delta: part.delta }
        }
        case 'tool-call': {
          // Carried out by the provider already. None was offered, so none is expected, and none is ours to repeat.
          if (part.providerExecuted === true) return undefined
          calls += 1
          blocks.push({ type: 'call', metadata: part.providerMetadata })
          const parsed = parseArguments(part.input)
          if (!parsed.ok) unreadableCalls += 1
          return {
            type: 'call',
            tool: part.toolName,
            input: parsed.ok ? parsed.value : part.input,
            ...(parsed.ok ? {} : { invalidJson: true }),
            ...(part.toolCallId === '' ? {} : { providerCallId: part.toolCallId }),
          }
        }
        case 'error':
          // How the OpenAI-compatible provider says that the stream ended cleanly but without a finish reason.
          if (isMissingFinish(part.error)) {
            endless = true
            return undefined
          }
          throw part.error
        case 'finish':
          finish = part
          return undefined
        default:
          return undefined
      }
    },
    get finished() {
      return finish !== undefined
    },
    end() {
      const hasContent = calls > 0 || blocks.some((block) => block.type !== 'call' && block.text !== '')
      const reason = endless ? 'interrupted' : (finish?.finishReason.unified ?? 'interrupted')
      if (reason === 'error') {
        const raw = finish?.finishReason.raw
        return { fault: faultOf('bad_response', `it ended with ${raw ? `"${raw.slice(0, 60)}"` : 'an error'}`) }
      }
      // Arguments that stop in the middle of an answer without an end are a cut, not the model's mistake.
      if (reason === 'interrupted' && (!hasContent || unreadableCalls > 0)) {
        return { fault: faultOf('cut', 'the stream ended before the answer did') }
      }
      const providerData = writeProviderData(provider, blocks.map(blockFrom))
      return {
        finish: {
          type: 'finish',
          reason: reasonOf(reason, calls),
          usage: {
            inputTokens: finish?.usage.inputTokens.total,
            outputTokens: finish?.usage.outputTokens.total,
          },
          ...(providerData === undefined ? {} : { providerData }),
        },
      }
    },
  }
}

/** The last metadata of a block stands: a signature comes when the block is complete. */
function keep(block: OpenBlock, metadata: SharedV4ProviderMetadata | undefined): OpenBlock {
  if (metadata !== undefined) block.metadata = metadata
  return block
}

function blockFrom(block: Collected): Block {
  const options = block.metadata === undefined ? {} : { options: block.metadata }
  if (block.type === 'call') return { type: 'call', ...options }
  if (block.type === 'reasoning') return { type: 'reasoning', text: block.text, ...options }
  return { type: 'text', length: block.text.length, ...options }
}

type Parsed = { readonly ok: true; readonly value: JsonValue } | { readonly ok: false }

/** Providers send nothing at all for a tool without parameters: that is the empty object. */
function parseArguments(text: string): Parsed {
  if (text.trim() === '') return { ok: true, value: {} }
  try {
    return { ok: true, value: JSON.parse(text) as JsonValue }
  } catch {
    return { ok: false }
  }
}

function reasonOf(reason: Finish['finishReason']['unified'], calls: number): FinishPart['reason'] {
  switch (reason) {
    case 'length':
      return 'length'
    case 'content-filter':
      return 'filtered'
    case 'interrupted':
      return 'unknown'
    // Some servers say `stop` where they mean calls.
    case 'stop':
    case 'tool-calls':
      return calls > 0 ? 'calls' : 'stop'
    default:
      return calls > 0 ? 'calls' : 'unknown'
  }
}

function isMissingFinish(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { name, data } = error as { readonly name?: unknown; readonly data?: unknown }
  return name === 'AI_InvalidResponseDataError' && data === undefined
}
