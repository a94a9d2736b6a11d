/**
 * A model that says what a test tells it to. The law: it invents nothing; asked for a step that the script does not have,
 * it fails.
 *
 * @module
 */
import { ModelError } from '../agent/errors.ts'
import type { Price } from '../agent/model-price.ts'
import type { Model, ModelMessage, ModelPart, ModelRequest } from '../agent/ports.ts'
import type { JsonValue } from '../protocol/vocabulary.ts'

/** One step, in the order it is streamed: thinking, text, calls, and then its end. */
export interface ScriptedStep {
  readonly thinking?: string | readonly string[]
  readonly text?: string | readonly string[]
  readonly calls?: readonly ScriptedCall[]
  /** Default: `calls` when there are calls, else `stop`. */
  readonly finish?: 'stop' | 'calls' | 'length' | 'filtered' | 'unknown'
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number }
  readonly providerData?: JsonValue
  /** Waited for before the first part. */
  readonly before?: Promise<unknown>
  /** Waited for after the deltas, before the calls and the finish. */
  readonly gate?: Promise<unknown>
  /** Thrown instead of the finish. */
  readonly error?: unknown
  /** Ends the stream without a finish. */
  readonly cut?: boolean
}

export interface ScriptedCall {
  readonly tool: string
  /** Default: `{}`. */
  readonly input?: JsonValue
  readonly invalidJson?: boolean
  readonly providerCallId?: string
}

/** What a step's request was, as it was when it came. */
export interface RecordedRequest {
  readonly instructions: string
  readonly messages: readonly ModelMessage[]
  readonly tools: readonly string[]
  readonly maxOutputTokens?: number
}

export interface ScriptedModel extends Model {
  readonly requests: readonly RecordedRequest[]
}

export type Script = readonly ScriptedStep[] | ((request: ModelRequest, step: number) => ScriptedStep)

/**
 * @param script - The steps in the order they are asked for, or a function of the request and its number from 1 on. Steps
 * are counted over all runs of the model. A gate that never opens ends with the request's signal.
 */
export function createScriptedModel(
  script: Script,
  options: {
    readonly name?: string
    readonly record?: boolean
    readonly contextTokens?: number
    readonly price?: Price
  } = {},
): ScriptedModel {
  const { name = 'scripted', record = true, contextTokens, price } = options
  const requests: RecordedRequest[] = []
  let asked = 0

  return {
    name,
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(price === undefined ? {} : { price }),
    requests,
    stream(request) {
      asked++
      if (record) requests.push(copyRequest(request))
      const step = typeof script === 'function' ? script(request, asked) : script[asked - 1]
      if (step === undefined) {
        const detail = `the script has no step ${asked}`
        throw new ModelError('MODEL_BAD_RESPONSE', { model: name, detail })
      }
      return streamStep(step, request.signal)
    },
  }
}

async function* streamStep(step: ScriptedStep, signal: AbortSignal): AsyncGenerator<ModelPart> {
  await opened(step.before, signal)
  for (const delta of list(step.thinking)) yield { type: 'thinking', delta }
  for (const delta of list(step.text)) yield { type: 'text', delta }
  await opened(step.gate, signal)
  if (signal.aborted) return
  for (const { tool, input = {}, ...rest } of step.calls ?? []) yield { type: 'call', tool, input, ...rest }
  if ('error' in step) throw step.error
  if (step.cut === true) return
  yield {
    type: 'finish',
    reason: step.finish ?? ((step.calls?.length ?? 0) > 0 ? 'calls' : 'stop'),
    usage: step.usage ?? { inputTokens: 1, outputTokens: 1 },
    ...(step.providerData === undefined ? {} : { providerData: step.providerData }),
  }
}

function opened(gate: Promise<unknown> | undefined, signal: AbortSignal): Promise<unknown> | undefined {
  if (gate === undefined) return undefined
  if (signal.aborted) return undefined
  const stopped = Promise.withResolvers<void>()
  const stop = (): void => stopped.resolve()
  signal.addEventListener('abort', stop, { once: true })
  return Promise.race([gate, stopped.promise]).finally(() => signal.removeEventListener('abort', stop))
}

function list(text: string | readonly string[] | undefined): readonly string[] {
  return text === undefined ? [] : typeof text === 'string' ? [text] : text
}

function copyRequest({ instructions, messages, tools, maxOutputTokens }: ModelRequest): RecordedRequest {
  return {
    instructions,
    messages: structuredClone(messages),
    tools: tools.map((tool) => tool.name),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  }
}
