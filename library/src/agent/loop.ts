/**
 * An agent at work: model step, calls, results, next step, until it answers or something ends it. The law: what a step
 * says is committed before its calls start, and a call's result before it is used.
 *
 * @module
 */
import type { AgentCompleted, RunEvent } from '../protocol/events.ts'
import { createId } from '../protocol/ids.ts'
import type { Failure } from '../protocol/vocabulary.ts'
import type { Manifest } from '../tool/manifest.ts'
import { createDeltas } from './deltas.ts'
import type { Dispatcher } from './dispatcher.ts'
import { failureOf, ModelError, modelErrorCodes, runFailure } from './errors.ts'
import type { Budget, ReachedLimit } from './limits.ts'
import { type ModelStep, type StepEnd, streamModelStep } from './model-step.ts'
import type { Clock, Logger, Model, ModelRequest } from './ports.ts'
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
  readonly emit: (event: RunEvent) => void
  readonly commit: () => Promise<void>
  readonly backlog: () => number
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly logger: Logger
}

/** `stopped` is whatever aborted the signal; its caller knows what that was. */
export type LoopEnd = Pick<AgentCompleted, 'outcome' | 'message' | 'error' | 'limit' | 'steps'>

/** Past so many events that are not durable yet, the model is read no further. */
const MAX_BACKLOG = 256

/** Rejects with `RunLost` only. */
export async function runLoop(options: LoopOptions): Promise<LoopEnd> {
  const { runId, model, transcript, dispatcher, budget, emit, signal } = options
  let steps = 0

  for (;;) {
    if (signal.aborted) return { outcome: 'stopped', message: null, steps }
    const limit = budget.reserveStep()
    if (limit !== undefined) return { outcome: 'limit_reached', limit, message: null, steps }
    steps++
    const made = await makeStep(options, steps)
    const text = transcript.openText
    const message = answerOf(text)
    if (made.type === 'stopped') return { outcome: 'stopped', message, steps }
    if (made.type === 'broke') return { outcome: 'failed', error: failureOf(made.error), message, steps }

    const { finish, usage, providerData } = made.step
    budget.settleTokens(usage)
    const pending = finish === 'filtered' ? [] : dispatcher.read(made.step.calls)
    emit({
      type: 'step_completed',
      runId,
      step: steps,
      finish,
      calls: pending.map(({ requested }) => requested),
      usage,
      ...(providerData === undefined ? {} : { providerData }),
    })
    if (pending.length === 0) return { ...judgeAnswer(made.step, text, { model, budget }), message, steps }
    await dispatcher.carryOut(steps, pending)
  }
}

/** Makes one step, and makes it again when the model breaks off in the middle and says that it may succeed later. */
async function makeStep(options: LoopOptions, step: number): Promise<StepEnd> {
  const { runId, model, emit, maxStepRetries } = options
  for (let retries = 0; ; retries++) {
    emit({ type: 'agent_thinking', runId, step })
    const end = await streamStep(options, step)
    if (end.type !== 'broke') return end
    const error = asModelError(options, end.error)
    if (error.retry !== 'later' || !end.midway || retries >= maxStepRetries) return { ...end, error }
    options.logger.warn({ err: error, runId, step, model: model.name }, 'The model broke off; the step is made again')
    emit({ type: 'agent_rewound', runId, step, reason: error.code })
  }
}

async function streamStep(options: LoopOptions, step: number): Promise<StepEnd> {
  const { runId, model, transcript, budget, emit, commit, backlog, signal, clock } = options
  const deltas = createDeltas(clock, (kind, delta) =>
    emit({ type: kind === 'text' ? 'agent_message' : 'agent_thinking', runId, step, delta }),
  )
  const request: ModelRequest = {
    instructions: options.instructions,
    messages: transcript.messages,
    tools: options.tools().tools,
    now: clock.now(),
    ...(Number.isFinite(budget.tokensLeft) ? { maxOutputTokens: budget.tokensLeft } : {}),
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

function asModelError({ model, logger, runId }: LoopOptions, error: unknown): ModelError {
  if (isModelError(error)) return error
  logger.error({ err: error, runId, model: model.name }, 'The model failed with what is no ModelError')
  return new ModelError('MODEL_FAILED', { model: model.name }, { cause: error })
}

/** By name and code: another copy of this package has other classes. */
function isModelError(error: unknown): error is ModelError {
  if (!(error instanceof Error && error.name === 'ModelError')) return false
  const { code } = failureOf(error)
  return modelErrorCodes.some((known) => known === code)
}

function answerOf(text: string): AgentCompleted['message'] {
  return text === '' ? null : { messageId: createId('msg'), parts: [{ type: 'text', text }] }
}

/** What a step without calls is: an answer, or an honest word on why it is none. */
function judgeAnswer(
  step: ModelStep,
  text: string,
  { model, budget }: { readonly model: Model; readonly budget: Budget },
): { readonly outcome: AgentCompleted['outcome']; readonly error?: Failure; readonly limit?: ReachedLimit } {
  if (step.finish === 'filtered') return failed(runFailure('ANSWER_FILTERED', { model: model.name }))
  if (step.finish === 'length') {
    const limit = budget.reached()
    const cut: ReachedLimit = { name: 'maxOutputTokens', value: step.usage.outputTokens }
    return { outcome: 'limit_reached', limit: limit?.name === 'maxTokens' ? limit : cut }
  }
  if (text.trim() === '') return failed(runFailure('ANSWER_EMPTY', { model: model.name }))
  return { outcome: 'completed' }
}

function failed(error: Failure): { readonly outcome: 'failed'; readonly error: Failure } {
  return { outcome: 'failed', error }
}
