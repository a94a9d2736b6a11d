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
  /** Used already for the same purpose, and told by no event so far. */
  readonly unsettled?: TokenUsage
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
  /** The step that was reserved last is made again: it is one step. */
  voidStep(): void
  /** What it holds of its caller's limits is given back. */
  release(): void
  /** The limit that leaves no room for another step. */
  reached(): LimitFacts | undefined
  /** What a called agent used, for its caller. */
  readonly fromCalled: {
    call(): LimitFacts | undefined
    step(usage: TokenUsage): void
    /** Whether tokens are limited, and whether money is. */
    readonly limits: { readonly tokens: boolean; readonly money: boolean }
    /** How much it may still say after so much input, and what says so. */
    room(model: Model, inputTokens: number): Room
    /** What a step may use: no other agent that was called at the same time may use the same. */
    hold(step: TokenUsage): Disposable
  }
}

interface Room {
  readonly outputTokens: number
  readonly limit?: LimitFacts
}

/** What a step is taken to say at most where tokens or money are limited. */
export const OUTPUT_TOKENS = 8_192

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

  /** By called agents at work. */
  let heldTokens = 0
  let heldMicros = 0
  /** Of the caller's, by the step at hand. */
  let held: Disposable | undefined

  const limited = {
    tokens: limits.maxTokens < Number.POSITIVE_INFINITY || caller?.fromCalled.limits.tokens === true,
    money: limits.maxCostMicros < Number.POSITIVE_INFINITY || caller?.fromCalled.limits.money === true,
  }
  const tokensLeft = (): number => limits.maxTokens - inputTokens - outputTokens
  const moneyLeft = (): number => limits.maxCostMicros - (costMicros ?? 0)
  const factsOf = (name: 'maxTokens' | 'maxCostMicros', isHeld: boolean): LimitFacts => {
    return { name, value: limits[name], ...(isHeld && { held: true }) }
  }

  function reached(): LimitFacts | undefined {
    if (callsReached !== undefined) return callsReached
    if (tokensLeft() <= 0) return factsOf('maxTokens', false)
    if (moneyLeft() <= 0) return factsOf('maxCostMicros', false)
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

  function room(model: Model, input: number): Room {
    const rooms: Room[] = [caller?.fromCalled.room(model, input) ?? { outputTokens: Number.POSITIVE_INFINITY }]
    const ofTokens = (left: number): number => left - input
    rooms.push({
      outputTokens: ofTokens(tokensLeft() - heldTokens),
      limit: factsOf('maxTokens', heldTokens > 0 && ofTokens(tokensLeft()) >= 1),
    })
    const { price } = model
    if (price !== undefined) {
      const ofMoney = (left: number): number => affordableOutput(price, input, left)
      rooms.push({
        outputTokens: ofMoney(moneyLeft() - heldMicros),
        limit: factsOf('maxCostMicros', heldMicros > 0 && ofMoney(moneyLeft()) >= 1),
      })
    }
    return rooms.reduce((least, other) => (other.outputTokens < least.outputTokens ? other : least))
  }

  function hold(step: TokenUsage): Disposable {
    const tokens = step.inputTokens + step.outputTokens
    const micros = step.costMicros ?? 0
    const above = caller?.fromCalled.hold(step)
    heldTokens += tokens
    heldMicros += micros
    return {
      [Symbol.dispose]() {
        above?.[Symbol.dispose]()
        heldTokens -= tokens
        heldMicros -= micros
      },
    }
  }

  function release(): void {
    held?.[Symbol.dispose]()
    held = undefined
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
      release()
      const limit = reached() ?? callerLimit(caller)
      if (limit !== undefined) return { status: 'reached', limit }
      const { model, purpose = 'step', unsettled } = step
      const { price } = model
      if (price === undefined && limited.money) {
        return { status: 'refused', error: runFailure('MODEL_UNPRICED', { model: model.name }) }
      }
      const isLimited = limited.tokens || limited.money
      const input = isLimited || spending?.measures === true ? estimateInputTokens(step) : 0
      const left = room(model, input)
      if (left.limit !== undefined && left.outputTokens < 1) return { status: 'reached', limit: left.limit }
      const cappedBy = left.outputTokens < OUTPUT_TOKENS ? left.limit : undefined
      const maxOutputTokens = isLimited ? Math.min(left.outputTokens, OUTPUT_TOKENS) : left.outputTokens
      if (isLimited) {
        const most = { inputTokens: input, outputTokens: maxOutputTokens }
        held = caller?.fromCalled.hold(price === undefined ? most : { ...most, costMicros: costOf(price, most) })
      }
      const reserved = await spending?.reserveStep({
        runId,
        purpose,
        model,
        inputTokens: input,
        maxOutputTokens,
        ...(unsettled && { unsettled }),
      })
      if (reserved !== undefined && reserved.status !== 'reserved') {
        release()
        return reserved
      }
      steps++
      check('maxSteps', steps)
      return { status: 'reserved', maxOutputTokens, ...(cappedBy && { cappedBy }), ...reserved }
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
      release()
      countStep(usage)
      spending?.settleStep(usage)
      return usage
    },
    voidStep() {
      release()
      steps--
    },
    release,
    reached,
    fromCalled: { call: countCall, step: countStep, limits: limited, room, hold },
  }
}

/** A caller at its last step may still wait for the agent it called; all its other limits bind that agent too. */
function callerLimit(caller: Budget | undefined): LimitFacts | undefined {
  const limit = caller?.reached()
  return limit?.name === 'maxSteps' ? undefined : limit
}
