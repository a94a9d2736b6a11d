/**
 * Keeps what a model is shown within its window. The law: what is left out is summed up by the model first, and an event says
 * so; where that does not help, the run ends and says why.
 *
 * @module
 */
import type { ContextCompacted, RunEvent } from '../protocol/events.ts'
import type { Failure, LimitFacts, TokenUsage } from '../protocol/vocabulary.ts'
import type { Manifest } from '../tool/manifest.ts'
import type { Budget } from './budget.ts'
import { type Cut, cutContext } from './context-cut.ts'
import { createContextSize } from './context-size.ts'
import { conversationText, summaryInstructions } from './context-summary.ts'
import { failureOf, runFailure } from './errors.ts'
import { asModelError } from './model-failure.ts'
import { streamModelStep } from './model-step.ts'
import type { Clock, Logger, Model, ModelMessage } from './ports.ts'
import type { EstimatedRequest } from './step-estimate.ts'
import type { Transcript } from './transcript.ts'

export interface ContextOptions {
  readonly runId: string
  readonly instructions: string
  readonly model: Model
  readonly transcript: Transcript
  readonly tools: () => Manifest
  readonly budget: Budget
  readonly maxStepRetries: number
  readonly emit: (event: RunEvent) => void
  readonly commit: () => Promise<void>
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly logger: Logger
}

/** Why there is no next step. */
export type NoRoom = (
  | { readonly outcome: 'stopped' }
  | { readonly outcome: 'failed'; readonly error: Failure }
  | { readonly outcome: 'limit_reached'; readonly limit: LimitFacts }
) & { readonly spent?: TokenUsage }

/** All of it rejects with `RunLost` only. */
export interface Context {
  /** Before a step. Undefined: there is room for it. */
  makeRoom(step: number): Promise<NoRoom | undefined>
  /** The model itself said that the step's request was too long. Undefined: it is shorter now. */
  shrink(step: number): Promise<NoRoom | undefined>
  /** What the provider counted of the request just made, before anything is added to the conversation. */
  counted(inputTokens: number | undefined): void
}

/** Of the model's window: the rest is for what it says in the step, and for what the estimate does not see. */
const FULL = 0.8
/** To this the conversation is brought, so that it is not compacted again at once. */
const GOAL = 0.5
const SUMMARY = 0.1
const MAX_SUMMARY_TOKENS = 8_192
/** How often a summary is asked for anew with half as much to read, when the model says that this was too long as well. */
const MAX_HALVINGS = 3

export function createContext(options: ContextOptions): Context {
  const { runId, instructions, model, transcript, budget, emit, logger, signal, clock } = options
  const size = createContextSize()
  const request = (messages: readonly ModelMessage[] = transcript.messages): EstimatedRequest => ({
    instructions,
    messages,
    tools: options.tools().tools,
  })

  async function compact(step: number, windowTokens: number): Promise<NoRoom | undefined> {
    const needed = size.ofRequest(request())
    const full = windowTokens * FULL
    const summaryTokens = Math.floor(Math.min(windowTokens * SUMMARY, MAX_SUMMARY_TOKENS))
    const fixed = size.ofRequest(request([])) + summaryTokens
    const cut = cutContext(transcript.messages, {
      sizeOf: size.ofMessage,
      maxTokens: full - fixed,
      goalTokens: windowTokens * GOAL - fixed,
    })
    const tooLarge = (reason: string, spent?: TokenUsage): NoRoom => {
      const facts = { model: model.name, neededTokens: needed, windowTokens, reason }
      const error = runFailure('CONTEXT_TOO_LARGE', facts)
      return { outcome: 'failed', error, ...(spent && { spent }) }
    }
    if (cut === undefined)
      return tooLarge('there is nothing before the current message and what was said last to sum up')

    const made = await summarise(cut, { maxTokens: full - summaryTokens, summaryTokens })
    if ('outcome' in made) return made
    if (made.summary === '') return tooLarge('the model wrote no summary of what came before', made.usage)
    const [kept, dropped] = [totalOf(cut.kept), totalOf(cut.dropped)]
    const summed = size.ofText(made.summary)
    if (summed >= dropped || fixed - summaryTokens + summed + kept > full) {
      return tooLarge('the summary of what came before is too long as well', made.usage)
    }
    const wholeFrom = cut.wholeFrom && transcript.idOf(cut.wholeFrom)
    emit({
      type: 'context_compacted',
      runId,
      step,
      summary: made.summary,
      kept: { fromMessageId: wholeFrom ?? null, messages: cut.kept.length, tokens: kept },
      dropped: { messages: cut.dropped.length, tokens: dropped },
      usage: made.usage,
    })
    // The step that follows reserves anew: what the summary used is counted before.
    await options.commit()
    logger.info({ runId, step, needed, kept, dropped, summed }, 'The conversation was compacted')
    return undefined
  }

  /** The summary is empty when the model has none to give. */
  async function summarise(
    { dropped }: Cut,
    { maxTokens, summaryTokens }: { readonly maxTokens: number; readonly summaryTokens: number },
  ): Promise<NoRoom | Pick<ContextCompacted, 'summary' | 'usage'>> {
    let halvings = 0
    let unsettled: TokenUsage | undefined
    const settled = (usage: TokenUsage): TokenUsage => {
      const sum = sumOf(unsettled, budget.settleStep(model, usage))
      unsettled = sum
      return sum
    }
    for (let retries = 0; ; ) {
      const text = conversationText(dropped, { sizeOf: size.ofText, maxTokens: maxTokens / 2 ** halvings })
      const asked: EstimatedRequest = {
        instructions: summaryInstructions,
        messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
        tools: [],
      }
      const reserved = await budget.reserveStep({
        model,
        ...asked,
        purpose: 'summary',
        ...(unsettled && { unsettled }),
      })
      const before = unsettled === undefined ? {} : { spent: unsettled }
      if (reserved.status === 'reached') return { outcome: 'limit_reached', limit: reserved.limit, ...before }
      if (reserved.status === 'refused') return { outcome: 'failed', error: reserved.error, ...before }
      let summary = ''
      const end = await streamModelStep({
        model,
        request: {
          ...asked,
          now: clock.now(),
          maxOutputTokens: Math.min(summaryTokens, reserved.maxOutputTokens),
          signal,
        },
        onDelta(kind, delta) {
          if (kind === 'text') summary += delta
        },
        pressure: () => undefined,
      })
      if (end.type === 'finished') {
        const usage = settled(end.step.usage)
        return { summary: end.step.finish === 'filtered' ? '' : summary.trim(), usage }
      }
      const spent = end.spent === undefined ? unsettled : settled(end.spent)
      if (end.type === 'stopped') return { outcome: 'stopped', ...(spent && { spent }) }
      budget.voidStep()
      const error = asModelError(end.error, options)
      if (error.code === 'MODEL_CONTEXT_EXCEEDED' && halvings < MAX_HALVINGS) halvings++
      else if (error.retry === 'later' && end.spent !== undefined && retries < options.maxStepRetries) retries++
      else {
        logger.warn({ err: error, runId, model: model.name }, 'The conversation could not be summed up')
        return { outcome: 'failed', error: failureOf(error), ...(spent && { spent }) }
      }
    }
  }

  function totalOf(messages: readonly ModelMessage[]): number {
    return messages.reduce((sum, message) => sum + size.ofMessage(message), 0)
  }

  return {
    async makeRoom(step) {
      const { contextTokens } = model
      if (contextTokens === undefined || size.ofRequest(request()) <= contextTokens * FULL) return undefined
      return compact(step, contextTokens)
    },
    shrink: (step) =>
      compact(step, Math.min(model.contextTokens ?? Number.POSITIVE_INFINITY, size.ofRequest(request()))),
    counted(inputTokens) {
      if (model.contextTokens !== undefined && inputTokens !== undefined) size.correct(request(), inputTokens)
    },
  }
}

function sumOf(a: TokenUsage | undefined, b: TokenUsage): TokenUsage {
  if (a === undefined) return b
  const tokens = { inputTokens: a.inputTokens + b.inputTokens, outputTokens: a.outputTokens + b.outputTokens }
  return b.costMicros === undefined ? tokens : { ...tokens, costMicros: (a.costMicros ?? 0) + b.costMicros }
}
