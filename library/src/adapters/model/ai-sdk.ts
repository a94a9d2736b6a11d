/**
 * Any language model of the AI SDK as a `Model`: OpenAI, Anthropic, Google, and every server that speaks their protocols.
 * It asks again only while it has given nothing away, and what it throws is a `ModelError` without any secret.
 *
 * @module
 */
import type { LanguageModelV3, LanguageModelV4, SharedV4ProviderOptions } from '@ai-sdk/provider'
import type { Clock, Model, ModelPart, ModelRequest } from '../../agent/ports.ts'
import { createCollector } from './ai-sdk/collector.ts'
import { createScrub, type Fault, faultOf, modelErrorOf, readFault } from './ai-sdk/faults.ts'
import { createPromptWriter } from './ai-sdk/prompt.ts'
import { providerTools } from './ai-sdk/tools.ts'
import { createWatch } from './ai-sdk/watch.ts'

export { createProviderFetch, type ProviderFetch, type ProviderFetchOptions } from './ai-sdk/provider-fetch.ts'

export interface AiSdkModelOptions {
  /** From a provider package, such as `createOpenAI({ apiKey })('gpt-5')`. */
  readonly model: LanguageModelV3 | LanguageModelV4
  readonly clock: Clock
  /** Shown to people. Default `PROVIDER:MODEL` as the model says. */
  readonly name?: string
  /** Tokens of one request, if known. */
  readonly contextTokens?: number
  /** Media types of the images that it can look at, such as `image/png`. Default: none. */
  readonly accepts?: readonly string[]
  /** Sent with every request, by provider: `{ openai: { store: false } }`. */
  readonly providerOptions?: SharedV4ProviderOptions
  /** Requests that are made for one step before it fails, while nothing was yielded. Default 4; 1 never asks again. */
  readonly maxAttempts?: number
  /** The wait before the second attempt, half of it at random; it doubles for each further one. Default 500. */
  readonly retryBaseMs?: number
  /** The longest wait between two attempts. A provider that asks for a longer one is not asked again. Default 30,000. */
  readonly maxRetryWaitMs?: number
  /** How long an answer may take to begin: a local model reads a long prompt first. Default 300,000; Infinity waits. */
  readonly startTimeoutMs?: number
  /** How long an answer that has begun may be silent. Default 60,000; Infinity waits. */
  readonly stallTimeoutMs?: number
  /** Keys that must never be seen in an error, even when the provider repeats them. */
  readonly secrets?: readonly string[]
  /** From 0 up to 1, for the wait's random half. Default `Math.random`. */
  readonly random?: () => number
}

/**
 * When the request's signal is aborted the stream ends without a `finish`, and the HTTP request is cancelled.
 *
 * @throws TypeError for an option out of range or a model of another specification.
 */
export function createAiSdkModel(options: AiSdkModelOptions): Model {
  const {
    clock,
    maxAttempts = 4,
    retryBaseMs = 500,
    maxRetryWaitMs = 30_000,
    startTimeoutMs = 300_000,
    stallTimeoutMs = 60_000,
    random = Math.random,
  } = options
  const model = supported(options.model)
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1) refuse('maxAttempts', 'a positive integer', maxAttempts)
  if (!(retryBaseMs >= 0)) refuse('retryBaseMs', 'at least 0', retryBaseMs)
  if (!(maxRetryWaitMs >= 0)) refuse('maxRetryWaitMs', 'at least 0', maxRetryWaitMs)
  if (!(startTimeoutMs > 0)) refuse('startTimeoutMs', 'above 0', startTimeoutMs)
  if (!(stallTimeoutMs > 0)) refuse('stallTimeoutMs', 'above 0', stallTimeoutMs)
  const name = options.name ?? `${model.provider}:${model.modelId}`
  const scrub = createScrub(options.secrets ?? [])
  const writePrompt = createPromptWriter(model.provider, options.model.specificationVersion)

  async function* stream(request: ModelRequest): AsyncGenerator<ModelPart> {
    const prompt = writePrompt(request)
    const tools = providerTools(request.tools)
    for (let attempts = 1; ; attempts += 1) {
      let begun = false
      let yielded = false
      let fault: Fault
      {
        using watch = createWatch(clock, request.signal, { startTimeoutMs, stallTimeoutMs })
        try {
          const reader = await watch.open(() =>
            model.doStream({
              prompt,
              abortSignal: watch.signal,
              ...(tools.length > 0 ? { tools, toolChoice: { type: 'auto' } } : {}),
              ...(request.maxOutputTokens === undefined ? {} : { maxOutputTokens: request.maxOutputTokens }),
              ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
              ...(options.providerOptions === undefined ? {} : { providerOptions: options.providerOptions }),
            }),
          )
          begun = reader !== undefined
          const collector = createCollector(model.provider)
          while (!collector.finished) {
            const part = await reader?.read()
            if (part === undefined) break
            const answered = collector.take(part)
            if (answered === undefined) continue
            yielded = true
            yield answered
          }
          if (collector.finished) await reader?.drain().catch(() => {})
          const end = collector.end()
          if (watch.ended === undefined && 'finish' in end) {
            yield end.finish
            return
          }
          fault = 'fault' in end ? end.fault : faultOf('cut', 'the request was ended')
        } catch (error) {
          fault = readFault(error, { scrub, now: clock.now(), begun })
        }
        if (watch.ended === 'stopped') return
        if (watch.ended === 'unanswered') {
          // Who waited that long once is not made to wait again.
          fault = { ...faultOf('unreachable', `no answer began within ${startTimeoutMs} ms`), again: false }
        }
        if (watch.ended === 'stalled') fault = faultOf('cut', `nothing came for ${stallTimeoutMs} ms`)
      }

      const backOffMs = Math.min(retryBaseMs * 2 ** (attempts - 1), maxRetryWaitMs)
      const waitMs = fault.waitMs ?? backOffMs * (0.5 + random() / 2)
      if (yielded || !fault.again || attempts >= maxAttempts || waitMs > maxRetryWaitMs) {
        throw modelErrorOf(fault, { model: name, provider: model.provider, attempts })
      }
      await wait(clock, waitMs, request.signal)
      if (request.signal.aborted) return
    }
  }

  return {
    name,
    ...(options.contextTokens === undefined ? {} : { contextTokens: options.contextTokens }),
    ...(options.accepts === undefined ? {} : { accepts: options.accepts }),
    stream,
  }
}

/** Of what is sent and read here, the two versions differ in files only. */
function supported(model: LanguageModelV3 | LanguageModelV4): LanguageModelV4 {
  const version: unknown = model?.specificationVersion
  if (version !== 'v3' && version !== 'v4') refuse('model', 'a language model of specification v3 or v4', version)
  return model as LanguageModelV4
}

function refuse(option: string, expected: string, received: unknown): never {
  throw new TypeError(`Expected \`${option}\` to be ${expected}, got ${JSON.stringify(received) ?? String(received)}`)
}

/** Resolves after the delay or on abort, whichever is first. */
function wait(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      timer[Symbol.dispose]()
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = clock.setTimeout(finish, delayMs)
    signal.addEventListener('abort', finish, { once: true })
    if (signal.aborted) finish()
  })
}
