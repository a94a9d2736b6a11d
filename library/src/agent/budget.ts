/**
 * What one run may use, and what it has used. The law: a step and a call are reserved before they start, against the
 * limits of the run, of whoever called it, and of its user and tenant; what cannot be reserved does not start.
 *
 * @module
 */
import { limitKey } from '../protocol/limit-key.ts'
import type { Failure, LimitFacts, TokenUsage, Usage } from '../protocol/vocabulary.ts'
import type { RunLimits } from './agent.ts'
import { runFailure } from './errors.ts'
import { affordableOutput, costOf } from './model-price.ts'
import type { Model } from './ports.ts'
import type { Spending } from './spending.ts'
import { type EstimatedRequest, estimateInputTokens } from './step-estimate.ts'

/** What a run used before it was taken over, folded from its log. */
export interface UsedBefore {
  readonly steps: number
  readonly usage: Usage
  /** The keys (`limitKey`) of the limits that it was warned of. */
  readonly warned: readonly string[]
}

export interface BudgetOptions {
  /** The run, or the agent that was called in one. */
  readonly runId: string
  readonly limits: RunLimits
  readonly used?: UsedBefore
  /** What the run that called this agent may use: it draws on both. */
  readonly caller?: Budget
  /** The budgets of the user and the tenant; absent: there are none. A called agent has its caller's. */
  readonly spending?: Spending | undefined
  /** Told once of each limit of which four fifths are used. */
  readonly warn: (limit: LimitFacts, used: number) => void
}

export interface PlannedStep extends EstimatedRequest {
  readonly model: Model
  /** What it is for. Default: a step. */
  readonly purpose?: 'step' | 'summary'
}

/** `refused`: it cannot be told whether there is room, or never will be. */
export type Refusal =
  | { readonly status: 'reached'; readonly limit: LimitFacts }
  | { readonly status: 'refused'; readonly error: Failure }

/** How much the step may say; Infinity: as much as the model likes. */
export type ReservedStep =
  | { readonly status: 'reserved'; readonly maxOutputTokens: number; readonly cappedBy?: LimitFacts }
  | Refusal
/** `endsRun` is false when only this tool is used up: another may do. */
export type ReservedCall = { readonly status: 'reserved' } | (Refusal & { readonly endsRun: boolean })

/** What one run may use. An agent called as a tool draws on its own budget and on its caller's. */
export interface Budget {
  readonly usage: Usage
  /** Steps that were reserved. */
  readonly steps: number
  readonly spending: Spending | undefined
  /** Rejects with `RunLost` only. */
  reserveStep(step: PlannedStep): Promise<ReservedStep>
  /** At once, unless a budget of the user or the tenant has a say. One that is refused counts as used by the run too. */
  reserveCall(call: { readonly callId: string; readonly tool: string }): ReservedCall | Promise<ReservedCall>
  /** Answers what it cost, when its model has a price. */
  settleStep(model: Model, tokens: TokenUsage): TokenUsage
  /** The limit that leaves no room for another step. */
  reached(): LimitFacts | undefined
  /** What a called agent used, for its caller. */
  readonly fromCalled: {
    call(): LimitFacts | undefined
    step(usage: TokenUsage): void
    /** How much it may still say after so much input. */
    output(model: Model, inputTokens: number): number
  }
}

/** From how much of a limit on there is a warning. */
export const WARN_AT = 0.8

export function createBudget({
  runId,
  limits,
  used,
  caller,
  spending = caller?.spending,
  warn,
}: BudgetOptions): Budget {
  let { inputTokens, outputTokens, calls, costMicros } = used?.usage ?? { inputTokens: 0, outputTokens: 0, calls: 0 }
  let steps = used?.steps ?? 0
  let callsReached: LimitFacts | undefined =
    calls > limits.maxCalls ? { name: 'maxCalls', value: limits.maxCalls } : undefined
  const warned = new Set(used?.warned)

  const tokensLeft = (): number => limits.maxTokens - inputTokens - outputTokens
  const moneyLeft = (): number => limits.maxCostMicros - (costMicros ?? 0)

  function reached(): LimitFacts | undefined {
    if (callsReached !== undefined) return callsReached
    if (tokensLeft() <= 0) return { name: 'maxTokens', value: limits.maxTokens }
    if (moneyLeft() <= 0) return { name: 'maxCostMicros', value: limits.maxCostMicros }
    if (steps >= limits.maxSteps) return { name: 'maxSteps', value: limits.maxSteps }
    return undefined
  }

  function check(name: 'maxSteps' | 'maxCalls' | 'maxTokens' | 'maxCostMicros', amount: number): void {
    const limit = { name, value: limits[name] }
    if (amount < limit.value * WARN_AT || limit.value === 0 || warned.has(limitKey(limit))) return
    warned.add(limitKey(limit))
    warn(limit, amount)
  }

  function countCall(): LimitFacts | undefined {
    calls++
    if (calls <= limits.maxCalls) check('maxCalls', calls)
    callsReached ??= calls > limits.maxCalls ? { name: 'maxCalls', value: limits.maxCalls } : undefined
    return callsReached ?? caller?.fromCalled.call()
  }

  function countStep(usage: TokenUsage): void {
    inputTokens += usage.inputTokens
    outputTokens += usage.outputTokens
    if (usage.costMicros !== undefined) costMicros = (costMicros ?? 0) + usage.costMicros
    check('maxTokens', inputTokens + outputTokens)
    check('maxCostMicros', costMicros ?? 0)
    caller?.fromCalled.step(usage)
  }

  function outputLeft(model: Model, input: number): number {
    const own = Math.min(
      tokensLeft(),
      model.price === undefined ? Number.POSITIVE_INFINITY : affordableOutput(model.price, input, moneyLeft()),
    )
    return Math.min(own, caller?.fromCalled.output(model, input) ?? Number.POSITIVE_INFINITY)
  }

  return {
    get usage() {
      return { inputTokens, outputTokens, calls, ...(costMicros === undefined ? {} : { costMicros }) }
    },
    get steps() {
      return steps
    },
    spending,
    async reserveStep(step) {
      const limit = reached() ?? callerLimit(caller)
      if (limit !== undefined) return { status: 'reached', limit }
      const { model, purpose = 'step' } = step
      const priced = model.price !== undefined
      if (!priced && limits.maxCostMicros < Number.POSITIVE_INFINITY) {
        return { status: 'refused', error: runFailure('MODEL_UNPRICED', { model: model.name }) }
      }
      const measured = spending?.measures === true || limits.maxCostMicros < Number.POSITIVE_INFINITY
      const input = measured ? estimateInputTokens(step) : 0
      const maxOutputTokens = outputLeft(model, input)
      if (maxOutputTokens < 1)
        return { status: 'reached', limit: { name: 'maxCostMicros', value: limits.maxCostMicros } }
      const reserved = await spending?.reserveStep({ runId, purpose, model, inputTokens: input, maxOutputTokens })
      if (reserved !== undefined && reserved.status !== 'reserved') return reserved
      steps++
      check('maxSteps', steps)
      return reserved ?? { status: 'reserved', maxOutputTokens }
    },
    reserveCall(call) {
      const limit = countCall()
      if (limit !== undefined) return { status: 'reached', limit, endsRun: true }
      const reserved = spending?.reserveCall(call)
      if (reserved === undefined) return { status: 'reserved' }
      return reserved.then((answer) => {
        if (answer.status === 'reached' && answer.endsRun) callsReached = answer.limit
        return answer
      })
    },
    settleStep(model, { inputTokens: input, outputTokens: output }) {
      const tokens = { inputTokens: input, outputTokens: output }
      const usage = model.price === undefined ? tokens : { ...tokens, costMicros: costOf(model.price, tokens) }
      countStep(usage)
      spending?.settleStep(usage)
      return usage
    },
    reached,
    fromCalled: { call: countCall, step: countStep, output: outputLeft },
  }
}

/** A caller at its last step may still wait for the agent it called; all its other limits bind that agent too. */
function callerLimit(caller: Budget | undefined): LimitFacts | undefined {
  const limit = caller?.reached()
  return limit?.name === 'maxSteps' ? undefined : limit
}
