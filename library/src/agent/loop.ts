/**
 * An agent at work: model step, calls, results, next step, until it answers or something ends it. The law: what a step
 * says is committed before its calls start, and a call's result before it is used.
 *
 * @module
 */
import type { AgentCompleted } from '../protocol/events.ts'
import { createId } from '../protocol/ids.ts'
import type { Failure, LimitFacts, TokenUsage } from '../protocol/vocabulary.ts'
import type { Manifest } from '../tool/manifest.ts'
import type { Budget, Refusal } from './budget.ts'
import { hiddenInputs } from './call-preparation.ts'
import { createContext } from './context.ts'
import { createDeltas } from './deltas.ts'
import type { Dispatcher } from './dispatcher.ts'
import { failureOf, runFailure } from './errors.ts'
import { asModelError } from './model-failure.ts'
import { type ModelStep, type StepEnd, streamModelStep } from './model-step.ts'
import type { Clock, Logger, Model, ModelRequest } from './ports.ts'
import type { RunContext } from './run-context.ts'
import type { RunProgress } from './run-progress.ts'
import { type EstimatedRequest, estimateUsage } from './step-estimate.ts'
import type { Transcript } from './transcript.ts'

export interface LoopOptions {
  readonly runId: string
  readonly instructions: string
  readonly model: Model
  /** The conversation so far. Every event that is emitted is applied to it. */
  readonly transcript: Transcript
  readonly tools: () => Manifest
  readonly dispatcher: Dispatcher
  readonly budget: Budget
  readonly maxStepRetries: number
  readonly emit: RunContext['emit']
  readonly commit: () => Promise<void>
  readonly backlog: () => number
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly logger: Logger
  /** Where it stood; absent: it begins. */
  readonly progress?: RunProgress
  readonly betweenSteps?: () => Promise<void> | undefined
}

/** `stopped` is whatever aborted the signal; its caller knows what that was. */
export type LoopEnd = Pick<AgentCompleted, 'outcome' | 'message' | 'error' | 'limit' | 'spent' | 'steps'>

/** Past so many events that are not durable yet, the model is read no further. */
const MAX_BACKLOG = 256

/** Rejects with `RunLost`, and by a fault of our own. */
export async function runLoop(options: LoopOptions): Promise<LoopEnd> {
  const { runId, model, transcript, dispatcher, budget, emit, signal } = options
  const resumed = options.progress && (await resume(options, options.progress))
  if (resumed !== undefined && typeof resumed !== 'number') return resumed
  const context = createContext(options)
  let steps = resumed ?? 0
  let shrunkAt = 0
  let retries = 0

  for (;;) {
    if (signal.aborted) return { outcome: 'stopped', message: null, steps }
    await options.betweenSteps?.()
    const noRoom = await context.makeRoom(steps + 1)
    if (noRoom !== undefined) return { ...noRoom, message: null, steps }
    const reserved = await budget.reserveStep({ model, ...requestOf(options) })
    if (reserved.status !== 'reserved') return { ...endOf(reserved), message: null, steps }
    steps++
    emit({ type: 'agent_thinking', runId, step: steps })
    const made = await streamStep(options, steps, reserved.maxOutputTokens)
    const text = transcript.openText
    const message = answerOf(text)
    if (made.type === 'stopped') return { outcome: 'stopped', message, steps, ...spentOn(made, options) }
    if (made.type === 'broke') {
      const error = asModelError(made.error, options)
      const isTooLong = error.code === 'MODEL_CONTEXT_EXCEEDED' && shrunkAt !== steps
      const isWorthIt = error.retry === 'later' && made.spent !== undefined && retries < options.maxStepRetries
      if (!isTooLong && !isWorthIt) {
        return { outcome: 'failed', error: failureOf(error), message, steps, ...spentOn(made, options) }
      }
      emit({ type: 'agent_rewound', runId, step: steps, reason: error.code, ...spentOn(made, options) })
      budget.voidStep()
      if (isTooLong) {
        shrunkAt = steps
        const tooLong = await context.shrink(steps)
        if (tooLong !== undefined) return { ...tooLong, message: null, steps }
      } else {
        retries++
        options.logger.warn(
          { err: error, runId, step: steps, model: model.name },
          'The model broke off; the step is made again',
        )
        // It reserves anew: what is spent is counted before.
        await options.commit()
      }
      steps--
      continue
    }

    retries = 0
    context.counted(made.step.countedTokens)
    const { finish, providerData } = made.step
    const usage = budget.settleStep(model, made.step.usage)
    const pending = finish === 'filtered' ? [] : dispatcher.read(made.step.calls)
    const calls = pending.map(({ requested }) => requested)
    const data = providerData === undefined ? {} : { providerData }
    emit({ type: 'step_completed', runId, step: steps, finish, calls, usage, ...data }, hiddenInputs(pending))
    if (pending.length === 0)
      return { ...judgeAnswer(made.step, text, { model, budget, cappedBy: reserved.cappedBy }), message, steps }
    await dispatcher.carryOut(steps, pending)
  }
}

/** Brings the step at hand to its end; answers how many are made, or the end of the run. */
async function resume(options: LoopOptions, progress: RunProgress): Promise<number | LoopEnd> {
  const { runId, model, dispatcher, budget, emit, signal } = options
  const { phase, step, finished, openText } = progress
  switch (phase) {
    case 'between':
      return step
    case 'streaming': {
      const cut = { spent: estimateUsage(requestOf(options), Buffer.byteLength(openText)) }
      const spent = spentOn(cut, options)
      if (signal.aborted) return { outcome: 'stopped', message: answerOf(openText), steps: step, ...spent }
      emit({ type: 'agent_rewound', runId, step, reason: 'RUN_RESUMED', ...spent })
      await options.commit()
      return step - 1
    }
    case 'calling':
      await dispatcher.carryOut(step, dispatcher.reopen(progress.openCalls))
      return step
    case 'answered': {
      if (finished === undefined) return step
      const { finish, usage } = finished.step
      const answer = judgeAnswer({ finish, usage, calls: [] }, finished.text, { model, budget, cappedBy: undefined })
      return { ...answer, message: answerOf(finished.text), steps: step }
    }
    default:
      return phase satisfies never
  }
}

/** What a step that was cut off used counts as well: otherwise whoever stops each run in time would pay nothing. */
function spentOn(
  { spent }: { readonly spent?: TokenUsage },
  { budget, model }: LoopOptions,
): { readonly spent?: TokenUsage } {
  return spent === undefined ? {} : { spent: budget.settleStep(model, spent) }
}

function requestOf({ instructions, transcript, tools }: LoopOptions): EstimatedRequest {
  return { instructions, messages: transcript.messages, tools: tools().tools }
}

async function streamStep(options: LoopOptions, step: number, maxOutputTokens: number): Promise<StepEnd> {
  const { runId, model, emit, commit, backlog, signal, clock } = options
  const deltas = createDeltas(clock, (kind, delta) =>
    emit({ type: kind === 'text' ? 'agent_message' : 'agent_thinking', runId, step, delta }),
  )
  const request: ModelRequest = {
    ...requestOf(options),
    now: clock.now(),
    ...(Number.isFinite(maxOutputTokens) ? { maxOutputTokens } : {}),
    signal,
  }
  try {
    return await streamModelStep({
      model,
      request,
      onDelta: deltas.add,
      pressure: () => (backlog() > MAX_BACKLOG ? commit() : undefined),
    })
  } finally {
    deltas.flush()
  }
}

function answerOf(text: string): AgentCompleted['message'] {
  return text === '' ? null : { messageId: createId('msg'), parts: [{ type: 'text', text }] }
}

/** What a step without calls is: an answer, or an honest word on why it is none. */
function judgeAnswer(
  step: ModelStep,
  text: string,
  asked: { readonly model: Model; readonly budget: Budget; readonly cappedBy: LimitFacts | undefined },
): { readonly outcome: AgentCompleted['outcome']; readonly error?: Failure; readonly limit?: LimitFacts } {
  const { model, budget, cappedBy } = asked
  if (step.finish === 'filtered') return failed(runFailure('ANSWER_FILTERED', { model: model.name }))
  if (step.finish === 'length') {
    const limit = budget.reached()
    const cut = cappedBy ?? { name: 'maxOutputTokens', value: step.usage.outputTokens }
    const ofTokens = limit?.name === 'maxTokens' || limit?.name === 'maxCostMicros'
    return { outcome: 'limit_reached', limit: ofTokens ? limit : cut }
  }
  if (text.trim() === '') return failed(runFailure('ANSWER_EMPTY', { model: model.name }))
  return { outcome: 'completed' }
}

/** What becomes of a run that may not go on. */
export function endOf(refusal: Refusal): Pick<LoopEnd, 'outcome' | 'limit' | 'error'> {
  return refusal.status === 'reached' ? { outcome: 'limit_reached', limit: refusal.limit } : failed(refusal.error)
}

function failed(error: Failure): { readonly outcome: 'failed'; readonly error: Failure } {
  return { outcome: 'failed', error }
}
