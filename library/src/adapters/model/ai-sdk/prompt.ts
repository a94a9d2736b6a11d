/**
 * The conversation in the provider's form. A message that was converted once is not converted again, and every call id
 * is unique within a prompt whatever ids the provider gave: a prompt with a repeated or an unanswered id is refused by
 * most providers, and the thread would be stuck.
 *
 * @module
 */
import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ReasoningPart,
  LanguageModelV4TextPart,
  LanguageModelV4ToolCallPart,
  LanguageModelV4ToolResultPart,
} from '@ai-sdk/provider'
import type { ModelMessage, ModelRequest } from '../../../agent/ports.ts'
import type { JsonValue } from '../../../protocol/vocabulary.ts'
import { readProviderData } from './provider-data.ts'

type UserMessage = Extract<ModelMessage, { role: 'user' }>
type AssistantMessage = Extract<ModelMessage, { role: 'assistant' }>
type ToolMessage = Extract<ModelMessage, { role: 'tool' }>
type Result = ToolMessage['results'][number]
type AssistantPart = LanguageModelV4TextPart | LanguageModelV4ReasoningPart | LanguageModelV4ToolCallPart

/** Contract: pure but for its cache. */
export type PromptWriter = (request: Pick<ModelRequest, 'instructions' | 'messages'>) => LanguageModelV4Prompt

/** What every provider takes as the id of a call. */
const portableId = /^[A-Za-z0-9_-]{1,64}$/

/** Specification v3 has the bytes themselves where v4 has them wrapped. */
type FileData = (data: Uint8Array) => LanguageModelV4FilePart['data']

export function createPromptWriter(provider: string, specification: 'v3' | 'v4' = 'v4'): PromptWriter {
  const fileData: FileData =
    specification === 'v4' ? (data) => ({ type: 'data', data }) : (data) => data as unknown as ReturnType<FileData>
  const written = new WeakMap<ModelMessage, { readonly ids: string; readonly message: LanguageModelV4Message }>()

  const reuse = (source: ModelMessage, ids: string, write: () => LanguageModelV4Message): LanguageModelV4Message => {
    const known = written.get(source)
    if (known?.ids === ids) return known.message
    const message = write()
    written.set(source, { ids, message })
    return message
  }

  return ({ instructions, messages }) => {
    const prompt: LanguageModelV4Prompt = []
    if (instructions !== '') prompt.push({ role: 'system', content: instructions })
    const used = new Set<string>()
    const idOf = new Map<string, string>()
    let unanswered: AssistantMessage['calls'] = []

    const answerTheRest = (): void => {
      if (unanswered.length === 0) return
      prompt.push({ role: 'tool', content: unanswered.map((call) => missingResult(call, idOf)) })
      unanswered = []
    }

    for (const message of messages) {
      switch (message.role) {
        case 'user':
          answerTheRest()
          prompt.push(
            reuse(message, '', () => ({
              role: 'user',
              content: message.parts.map((part) => writeUserPart(part, fileData)),
            })),
          )
          break
        case 'assistant': {
          answerTheRest()
          const ids = message.calls.map((call) => mintId(call, used))
          message.calls.forEach((call, index) => {
            idOf.set(call.callId, ids[index] ?? call.callId)
          })
          unanswered = message.calls
          const converted = reuse(message, ids.join(' '), () => ({
            role: 'assistant',
            content: writeAssistant(message, ids, provider),
          }))
          // A step that was stopped before it said anything: providers refuse a message without content.
          if (converted.content.length > 0) prompt.push(converted)
          break
        }
        case 'tool': {
          const answered = new Set(message.results.map((result) => result.callId))
          const missing = unanswered.filter((call) => !answered.has(call.callId))
          const ids = message.results.map((result) => idOf.get(result.callId) ?? result.callId)
          const converted = reuse(message, ids.join(' '), () => ({
            role: 'tool',
            content: message.results.map((result, index) => writeResult(result, ids[index] ?? result.callId)),
          }))
          prompt.push(converted)
          unanswered = missing
          break
        }
        default:
          message satisfies never
      }
    }
    answerTheRest()
    return prompt
  }
}

/** The provider's own id where it can be used, because item references point at it; ours, which is unique, otherwise. */
function mintId(call: AssistantMessage['calls'][number], used: Set<string>): string {
  const { providerCallId } = call
  const usable = providerCallId !== undefined && portableId.test(providerCallId) && !used.has(providerCallId)
  const id = usable ? providerCallId : call.callId
  used.add(id)
  return id
}

type UserPart = LanguageModelV4TextPart | LanguageModelV4FilePart

function writeUserPart(part: UserMessage['parts'][number], fileData: FileData): UserPart {
  if (part.type === 'text') return { type: 'text', text: part.text }
  const { name, mediaType, bytes, content } = part
  // As JSON, so that no name can look like the end of the line.
  const file = `${JSON.stringify(name)} (${mediaType}, ${bytes} bytes)`
  switch (content?.type) {
    case 'image':
      return { type: 'file', data: fileData(content.data), mediaType, filename: name }
    case 'text':
      return { type: 'text', text: `Attached file ${file}${content.cut ? ', its beginning' : ''}:\n\n${content.text}` }
    case 'withheld':
    case undefined:
      return {
        type: 'text',
        text: `Attached file ${file}: you cannot see it, because ${content?.reason ?? 'it was not loaded'}. Say so if it matters.`,
      }
    default:
      return content satisfies never
  }
}

function writeAssistant(message: AssistantMessage, ids: readonly string[], provider: string): AssistantPart[] {
  const calls = message.calls.map(
    (call, index): LanguageModelV4ToolCallPart => ({
      type: 'tool-call',
      toolCallId: ids[index] ?? call.callId,
      toolName: call.tool,
      input: argumentsOf(call.input),
    }),
  )
  const blocks = readProviderData(message.providerData, provider)
  if (blocks === undefined) {
    const parts: AssistantPart[] = []
    if (message.thinking) parts.push({ type: 'reasoning', text: message.thinking })
    if (message.text !== '') parts.push({ type: 'text', text: message.text })
    return [...parts, ...calls]
  }

  // A text that was changed since (redacted, cut) no longer fits its pieces: it goes out whole and unsigned.
  const described = blocks.reduce((sum, block) => sum + (block.type === 'text' ? block.length : 0), 0)
  const intact = described === message.text.length
  const parts: AssistantPart[] = []
  let offset = 0
  let called = 0
  for (const block of blocks) {
    const options = block.options === undefined ? {} : { providerOptions: block.options }
    if (block.type === 'reasoning') {
      parts.push({ type: 'reasoning', text: block.text, ...options })
    } else if (block.type === 'call') {
      const call = calls[called]
      called += 1
      if (call !== undefined) parts.push({ ...call, ...options })
    } else if (intact) {
      parts.push({ type: 'text', text: message.text.slice(offset, offset + block.length), ...options })
      offset += block.length
    }
  }
  if (!intact && message.text !== '') {
    const firstCall = parts.findIndex((part) => part.type === 'tool-call')
    parts.splice(firstCall < 0 ? parts.length : firstCall, 0, { type: 'text', text: message.text })
  }
  return [...parts, ...calls.slice(called)]
}

/** Anthropic and Gemini take nothing but an object, also where the model itself wrote something else. */
function argumentsOf(input: JsonValue): unknown {
  return typeof input === 'object' && input !== null && !Array.isArray(input) ? input : { unreadableArguments: input }
}

function writeResult(result: Result, toolCallId: string): LanguageModelV4ToolResultPart {
  const part = { type: 'tool-result', toolCallId, toolName: result.tool } as const
  if (result.outcome !== 'ok') {
    const { code, message, paths } = result.error ?? { code: 'UNKNOWN', message: 'It gave no reason.' }
    return {
      ...part,
      output: { type: 'error-json', value: asJson({ outcome: result.outcome, code, message, paths }) },
    }
  }
  if (typeof result.output === 'string') return { ...part, output: { type: 'text', value: result.output } }
  return { ...part, output: { type: 'json', value: asJson(result.output ?? null) } }
}

function missingResult(
  call: AssistantMessage['calls'][number],
  idOf: ReadonlyMap<string, string>,
): LanguageModelV4ToolResultPart {
  return {
    type: 'tool-result',
    toolCallId: idOf.get(call.callId) ?? call.callId,
    toolName: call.tool,
    output: { type: 'error-json', value: { outcome: 'unknown', message: 'No result of this call was recorded.' } },
  }
}

type ProviderJson = Extract<LanguageModelV4ToolResultPart['output'], { type: 'json' }>['value']

/** Ours is the same JSON, only read-only; providers serialize it and change nothing. */
function asJson(value: unknown): ProviderJson {
  return value as ProviderJson
}
