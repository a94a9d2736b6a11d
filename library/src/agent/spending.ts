/**
 * A run's way to the budgets of its user and its tenant. The law: what they have no room for, or cannot be asked about,
 * does not start.
 *
 * @module
 */
import type { BudgetRule } from '../policy/budgets.ts'
import { limitKey } from '../protocol/limit-key.ts'
import type { BudgetLevel, BudgetResource, LimitFacts, Owner, TokenUsage } from '../protocol/vocabulary.ts'
import { OUTPUT_TOKENS, type Refusal, type ReservedCall, type ReservedStep, WARN_AT } from './budget.ts'
import { callFailure, runFailure } from './errors.ts'
import { RunLost } from './journal.ts'
import { affordableOutput, costOf } from './model-price.ts'
import type { Clock, Fence, Logger, Model, ReservationAnswer, ReservationHolder, UsageStore, Want } from './ports.ts'

export interface SpendingOptions {
  readonly owner: Owner
  readonly fence: Fence
  /** Those that bind this principal. */
  readonly rules: readonly BudgetRule[]
  readonly usage: UsageStore
  readonly clock: Clock
  readonly logger: Logger
  /** The keys (`limitKey`) of the limits that the run was warned of before. */
  readonly warned?: readonly string[]
  readonly warn: (limit: LimitFacts, used: number) => void
  readonly onReserved?: ((reservation: Reserved) => void) | undefined
}

/** Of one resource, as it was asked for together with others; no owner is named. */
export interface Reserved {
  readonly resource: BudgetResource
  readonly amount: number
  readonly outcome: 'reserved' | 'refused' | 'unavailable'
}

export interface StepToReserve {
  readonly runId: string
  readonly purpose: 'step' | 'summary'
  readonly model: Model
  /** As estimated. */
  readonly inputTokens: number
  /** What the run's own limits leave; Infinity: no limit. */
  readonly maxOutputTokens: number
  /** Used already, and told by no event so far. */
  readonly unsettled?: TokenUsage
}

/** `limit` is what leaves less time than was asked for; `warning`, when four fifths of a budget will be used. */
export type ReservedTime =
  | {
      readonly status: 'reserved'
      readonly ms: number
      readonly limit?: LimitFacts
      readonly warnings: readonly { readonly afterMs: number; readonly warn: () => void }[]
    }
  | Refusal

/** All of it rejects with `RunLost` only. */
export interface Spending {
  /** Whether the tokens of a step have to be known beforehand. */
  readonly measures: boolean
  reserveStep(step: StepToReserve): Promise<ReservedStep>
  /** Undefined: no budget counts this call, or it has been reserved in this claim. */
  reserveCall(call: { readonly callId: string; readonly tool: string }): Promise<ReservedCall> | undefined
  /** Undefined: no budget counts time. */
  reserveTime(ms: number): Promise<ReservedTime> | undefined
  settleStep(usage: TokenUsage): void
}

/** An answer shorter than this helps nobody: rather none. */
const LEAST_OUTPUT_TOKENS = 256

export function createSpending(options: SpendingOptions): Spending {
  const { owner, fence, rules, usage, clock, logger, warn } = options
  const warned = new Set(options.warned)
  /** What is known to be used of each budget: as the store last said, and what this run used since. */
  const known = new Map<string, { level: BudgetLevel; used: number }>()
  /** Calls that may start: an id is never asked for twice, so they need not be forgotten. */
  const heldCalls = new Set<string>()
  const counts = (resource: BudgetResource): boolean => rules.some((rule) => rule.resource === resource)
  const measures = counts('tokens') || counts('money')

  async function reserve(holder: ReservationHolder, wants: readonly Want[]): Promise<ReservationAnswer | undefined> {
    try {
      const answer = await usage.reserve(owner, { fence, holder, at: clock.now(), budgets: rules, wants })
      if (answer.status === 'reserved') for (const level of answer.levels) learn(level)
      tell(answer.status, wants)
      return answer
    } catch (err) {
      if (err instanceof Error && 'code' in err && err.code === 'FENCED') throw new RunLost(fence.runId, 'FENCED')
      logger.error({ err, runId: fence.runId }, 'The budgets could not be asked; nothing was started')
      tell('unavailable', wants)
      return undefined
    }
  }

  function tell(outcome: Reserved['outcome'], wants: readonly Want[]): void {
    for (const { resource, amount } of wants) options.onReserved?.({ resource, amount, outcome })
  }

  /** A step or a call is used for certain once it is reserved; of tokens, money and time nobody knows yet. */
  function learn(level: BudgetLevel): void {
    const entry = { level, used: level.used + (isCertain(level) ? level.reserved : 0) }
    known.set(limitKey(limitOf(level)), entry)
    check(entry)
  }

  function check({ level, used }: { readonly level: BudgetLevel; readonly used: number }): void {
    if (used < level.max * WARN_AT || level.max === 0) return
    warnOnce(level, used)
  }

  function warnOnce(level: BudgetLevel, used: number): void {
    const limit = limitOf(level)
    if (warned.has(limitKey(limit))) return
    warned.add(limitKey(limit))
    warn(limit, used)
  }

  return {
    measures,

    async reserveStep({ runId, purpose, model, inputTokens, maxOutputTokens, unsettled = nothing }) {
      const { price } = model
      if (price === undefined && counts('money')) {
        return { status: 'refused', error: runFailure('MODEL_UNPRICED', { model: model.name }) }
      }
      const most = measures ? Math.min(maxOutputTokens, OUTPUT_TOKENS) : maxOutputTokens
      const least = Math.min(most, LEAST_OUTPUT_TOKENS)
      const wants: Want[] = []
      if (counts('steps')) wants.push({ resource: 'steps', amount: 1 })
      const before = unsettled.inputTokens + unsettled.outputTokens
      if (counts('tokens')) {
        wants.push({ resource: 'tokens', amount: before + inputTokens + most, least: before + inputTokens + least })
      }
      if (counts('money') && price !== undefined) {
        const cost = (outputTokens: number): number => {
          return (unsettled.costMicros ?? 0) + costOf(price, { inputTokens, outputTokens })
        }
        wants.push({ resource: 'money', amount: cost(most), least: cost(least) })
      }
      if (wants.length === 0) return { status: 'reserved', maxOutputTokens }
      const answer = await reserve(`${purpose}:${runId}`, wants)
      if (answer === undefined) return { status: 'refused', error: runFailure('BUDGET_UNAVAILABLE', {}) }
      if (answer.status === 'refused') return { status: 'reached', limit: reachedBy(answer.level, wants) }
      let cap = most
      let cappedBy: LimitFacts | undefined
      for (const [index, { resource, amount }] of wants.entries()) {
        const grant = answer.granted[index]
        if (grant?.cappedBy === undefined) continue
        const room =
          resource === 'money' && price !== undefined
            ? affordableOutput(price, inputTokens, grant.amount - (unsettled.costMicros ?? 0))
            : grant.amount - before - inputTokens
        if (room >= cap) continue
        cap = room
        cappedBy = reachedBy(grant.cappedBy, [{ resource, amount }])
      }
      return {
        status: 'reserved',
        maxOutputTokens: cap,
        ...(cappedBy === undefined ? {} : { cappedBy }),
      }
    },

    reserveCall({ callId, tool }) {
      const isCounted = rules.some((rule) => rule.resource === 'calls' && (rule.tool ?? tool) === tool)
      if (!isCounted || heldCalls.has(callId)) return undefined
      const wants: Want[] = [{ resource: 'calls', tool, amount: 1 }]
      return reserve(`call:${callId}`, wants).then((answer): ReservedCall => {
        if (answer === undefined) {
          return { status: 'refused', error: callFailure('BUDGET_UNAVAILABLE', { tool }), endsRun: false }
        }
        if (answer.status === 'reserved') {
          heldCalls.add(callId)
          return { status: 'reserved' }
        }
        const limit = reachedBy(answer.level, wants)
        return { status: 'reached', limit, endsRun: answer.level.tool === undefined }
      })
    },

    reserveTime(ms) {
      if (!counts('runMs')) return undefined
      const wants: Want[] = [{ resource: 'runMs', amount: ms, least: 1 }]
      return reserve('time', wants).then((answer): ReservedTime => {
        if (answer === undefined) return { status: 'refused', error: runFailure('BUDGET_UNAVAILABLE', {}) }
        if (answer.status === 'refused') return { status: 'reached', limit: reachedBy(answer.level, wants) }
        const grant = answer.granted[0]
        return {
          status: 'reserved',
          ms: grant?.amount ?? 0,
          ...(grant?.cappedBy === undefined ? {} : { limit: reachedBy(grant.cappedBy, wants) }),
          warnings: answer.levels.map((level) => ({
            afterMs: Math.max(0, Math.ceil(level.max * WARN_AT) - level.used),
            warn: () => warnOnce(level, Math.max(level.used, Math.ceil(level.max * WARN_AT))),
          })),
        }
      })
    },

    settleStep({ inputTokens, outputTokens, costMicros = 0 }) {
      for (const entry of known.values()) {
        if (entry.level.resource === 'tokens') entry.used += inputTokens + outputTokens
        else if (entry.level.resource === 'money') entry.used += costMicros
        else continue
        check(entry)
      }
    },
  }
}

function isCertain({ resource }: BudgetLevel): boolean {
  return resource === 'steps' || resource === 'calls'
}

const nothing: TokenUsage = { inputTokens: 0, outputTokens: 0 }

/** The limit that has no room for one of the wants, though it may have some when others have ended. */
function reachedBy(level: BudgetLevel, wants: readonly Want[]): LimitFacts {
  const want = wants.find(({ resource }) => resource === level.resource)
  const isHeld = want !== undefined && !isCertain(level) && level.used + (want.least ?? want.amount) <= level.max
  return { ...limitOf(level), ...(isHeld && { held: true }) }
}

function limitOf({ resource, max, per, window, endsAt, tool }: BudgetLevel): LimitFacts {
  return { name: resource, value: max, per, window, endsAt, ...(tool === undefined ? {} : { tool }) }
}
