/**
 * One call of a model, from its request to its finish. The law: it ends at once when it is stopped, and a model that breaks
 * its contract is a failed model, never a broken run.
 *
 * @module
 */
import type { StepCompleted } from '../protocol/events.ts'
import type { JsonValue, TokenUsage } from '../protocol/vocabulary.ts'
import type { CallPart } from './call-preparation.ts'
import { ModelError } from './errors.ts'
import { readJson } from './json-value.ts'
import type { Model, ModelPart, ModelRequest } from './ports.ts'
import { estimateUsage } from './step-estimate.ts'
import { readThrown } from './thrown.ts'
import { turnOfTheLoop } from './turn-of-the-loop.ts'

export type StepEnd =
  | { readonly type: 'finished'; readonly step: ModelStep }
  /** `spent`: what it is likely to have used; absent: the model had not been asked. */
  | { readonly type: 'stopped'; readonly spent?: TokenUsage }
  /** `spent` as well; absent: it broke before anything of the step was shown. */
  | { readonly type: 'broke'; readonly error: unknown; readonly spent?: TokenUsage }

export interface ModelStep {
  readonly finish: StepCompleted['finish']
  readonly calls: readonly CallPart[]
  readonly usage: TokenUsage
  /** What the provider itself counted of the request. */
  readonly countedTokens?: number
  readonly providerData?: JsonValue
}

export interface ModelStepOptions {
  readonly model: Model
  readonly request: ModelRequest
  readonly onDelta: (kind: 'thinking' | 'text', delta: string) => void
  /** A promise while the reader has fallen behind. */
  readonly pressure: () => Promise<void> | undefined
}

type FinishPart = Extract<ModelPart, { type: 'finish' }>

/** So many parts in a row may come without a pause: after that, timers and sockets get their turn. */
const PARTS_PER_TURN = 128
/** No model says so much in one step, or asks for so many calls: past it, its stream has gone wrong. */
const MAX_STEP_CHARACTERS = 4_000_000
const MAX_STEP_CALLS = 10_000
/** No step uses so many: whoever says so counts something else, and sums of it could not be relied on. */
const MAX_STEP_TOKENS = 1_000_000_000
/** Providers take names of 64 characters: a longer one is no tool's, and is kept as far as it helps to know it. */
const MAX_NAME_CHARACTERS = 128
const finishReasons: ReadonlySet<unknown> = new Set<StepCompleted['finish']>([
  'stop',
  'calls',
  'length',
  'filtered',
  'unknown',
])

/** Rejects only with what `pressure` rejects with. */
export function streamModelStep({ model, request, onDelta, pressure }: ModelStepOptions): Promise<StepEnd> {
  const { signal } = request
  const calls: CallPart[] = []
  let midway = false
  let over = false
  let asked = false
  let characters = 0
  let bytes = 0
  let iterator: AsyncIterator<ModelPart> | undefined

  return new Promise((resolve, reject) => {
    const settle = (end: StepEnd): void => {
      if (over) return
      over = true
      signal.removeEventListener('abort', onStop)
      resolve(end)
    }
    const onStop = (): void => {
      settle({ type: 'stopped', ...(asked && { spent: estimate() }) })
      void closeStream(iterator)
    }
    if (signal.aborted) return onStop()
    signal.addEventListener('abort', onStop, { once: true })
    consume().then(
      (step) => step && settle({ type: 'finished', step }),
      (thrown: unknown) => {
        const error = readThrown(thrown)
        void closeStream(iterator)
        if (error instanceof PressureFailed) {
          over = true
          signal.removeEventListener('abort', onStop)
          reject(error.cause)
        } else settle({ type: 'broke', error, ...(midway && { spent: estimate() }) })
      },
    )
  })

  async function consume(): Promise<ModelStep | undefined> {
    asked = true
    iterator = model.stream(request)[Symbol.asyncIterator]()
    for (let count = 1; ; count++) {
      const next = await iterator.next()
      if (over) return undefined
      if (next.done === true) throw new ModelError('MODEL_STREAM_CUT', { model: model.name })
      const step = take(next.value)
      if (step !== undefined) {
        void closeStream(iterator)
        return step
      }
      const behind = pressure()
      if (behind !== undefined) await behind.catch(failPressure)
      if (count % PARTS_PER_TURN === 0) await turnOfTheLoop()
      if (over) return undefined
    }
  }

  function take(part: ModelPart): ModelStep | undefined {
    switch (part.type) {
      case 'text':
      case 'thinking':
        if (typeof part.delta !== 'string') throw badResponse('a delta that is no text')
        if (part.delta === '') return undefined
        characters += part.delta.length
        if (characters > MAX_STEP_CHARACTERS) throw badResponse(`more than ${MAX_STEP_CHARACTERS} characters`)
        bytes += Buffer.byteLength(part.delta)
        midway = true
        onDelta(part.type, part.delta)
        return undefined
      case 'call':
        if (typeof part.tool !== 'string') throw badResponse('a call that names no tool')
        if (calls.length === MAX_STEP_CALLS) throw badResponse(`more than ${MAX_STEP_CALLS} calls`)
        midway = true
        calls.push(readPart(part))
        return undefined
      case 'finish':
        return finish(part)
      default:
        throw badResponse('a part of no known type')
    }
  }

  function finish(part: FinishPart): ModelStep {
    if (!finishReasons.has(part.reason)) throw badResponse('an end for no known reason')
    const counted = part.usage?.inputTokens
    const step = {
      finish: part.reason,
      calls,
      usage: usageOf(part.usage),
      ...(isCount(counted) && { countedTokens: counted }),
    }
    if (part.providerData === undefined) return step
    const data = readJson(part.providerData)
    if (!data.ok) throw badResponse(`provider data with ${data.found}`)
    return { ...step, providerData: data.value }
  }

  /** What a provider does not say, or says and cannot mean, is estimated: counted as nothing, it would be free. */
  function usageOf(told: FinishPart['usage'] | undefined): TokenUsage {
    const { inputTokens, outputTokens } = told ?? {}
    if (isCount(inputTokens) && isCount(outputTokens)) return { inputTokens, outputTokens }
    const estimated = estimate()
    return {
      inputTokens: isCount(inputTokens) ? inputTokens : estimated.inputTokens,
      outputTokens: isCount(outputTokens) ? outputTokens : estimated.outputTokens,
    }
  }

  function estimate(): TokenUsage {
    const { maxOutputTokens = Number.POSITIVE_INFINITY } = request
    const said = bytes + Buffer.byteLength(calls.map(({ input }) => textOf(input)).join())
    const { inputTokens, outputTokens } = estimateUsage(request, said)
    // It said no more than it was allowed to, whatever its words look like.
    return { inputTokens, outputTokens: Math.min(outputTokens, maxOutputTokens) }
  }

  function badResponse(detail: string): ModelError {
    return new ModelError('MODEL_BAD_RESPONSE', { model: model.name, detail })
  }
}

/** A provider's id of a call is data to send back: what is no text is none. */
function readPart({ tool, input, invalidJson, providerCallId }: CallPart): CallPart {
  return {
    type: 'call',
    tool: tool.slice(0, MAX_NAME_CHARACTERS),
    input,
    ...(invalidJson === true ? { invalidJson } : {}),
    ...(typeof providerCallId === 'string' ? { providerCallId } : {}),
  }
}

class PressureFailed extends Error {}

function failPressure(cause: unknown): never {
  throw new PressureFailed('The reader failed', { cause })
}

function isCount(told: unknown): told is number {
  return Number.isInteger(told) && Number(told) > 0 && Number(told) <= MAX_STEP_TOKENS
}

function textOf(input: unknown): string {
  const read = readJson(input)
  return read.ok ? JSON.stringify(read.value) : ''
}

async function closeStream(iterator: AsyncIterator<ModelPart> | undefined): Promise<void> {
  try {
    await iterator?.return?.()
  } catch {
    // The step is over: how its stream closes changes nothing any more.
  }
}
