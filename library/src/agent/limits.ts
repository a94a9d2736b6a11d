/**
 * The limits of a run, and what a run has used of them. A limit is reserved before and settled after.
 *
 * @module
 */
import type { Usage } from '../protocol/vocabulary.ts'
import type { RunLimits } from './agent.ts'
import { AgentError } from './errors.ts'

export const defaultRunLimits: RunLimits = Object.freeze({
  maxSteps: 40,
  maxCalls: 200,
  maxConcurrentCalls: 16,
  maxRunMs: 600_000,
  maxTokens: Number.POSITIVE_INFINITY,
  maxOutputBytes: 65_536,
  stopGraceMs: 2_000,
  maxStepRetries: 2,
  maxAgentDepth: 3,
})

/** Smallest value, and whether there may be no limit at all. */
const ranges: { readonly [L in keyof RunLimits]: readonly [least: number, unlimited: boolean] } = {
  maxSteps: [1, true],
  maxCalls: [0, true],
  maxConcurrentCalls: [1, true],
  maxRunMs: [1, true],
  maxTokens: [1, true],
  maxOutputBytes: [64, true],
  stopGraceMs: [0, false],
  maxStepRetries: [0, false],
  maxAgentDepth: [0, false],
}

/** @throws AgentError `OPTION_INVALID`, also for what is no limit. */
export function readRunLimits(limits: Partial<RunLimits>): Partial<RunLimits> {
  for (const [name, value] of Object.entries(limits)) {
    if (!isLimit(name)) {
      throw new AgentError('OPTION_INVALID', {
        option: `limits.${name}`,
        expected: `absent; the limits are ${Object.keys(ranges).join(', ')}`,
        received: String(value),
      })
    }
    const [least, unlimited] = ranges[name]
    if ((Number.isSafeInteger(value) && value >= least) || (unlimited && value === Number.POSITIVE_INFINITY)) continue
    throw new AgentError('OPTION_INVALID', {
      option: `limits.${name}`,
      expected: `a whole number, at least ${least}${unlimited ? ', or Infinity' : ''}`,
      received: String(value),
    })
  }
  return limits
}

function isLimit(name: string): name is keyof RunLimits {
  return Object.hasOwn(ranges, name)
}

export interface ReachedLimit {
  readonly name: 'maxSteps' | 'maxCalls' | 'maxTokens' | 'maxRunMs' | 'maxOutputTokens'
  readonly value: number
}

/** What one run may use. An agent called as a tool draws on its own budget and on its caller's. */
export interface Budget {
  readonly usage: Usage
  /** Steps that were reserved. */
  readonly steps: number
  /** Infinity when there is no limit. */
  readonly tokensLeft: number
  /** Undefined: a step is reserved. */
  reserveStep(): ReachedLimit | undefined
  /** Undefined: a call is reserved. One that is refused counts as used too. */
  reserveCall(): ReachedLimit | undefined
  settleTokens(tokens: { readonly inputTokens: number; readonly outputTokens: number }): void
  /** The limit that leaves no room for another step. */
  reached(): ReachedLimit | undefined
}

export function createBudget(limits: RunLimits, caller?: Budget): Budget {
  let steps = 0
  let calls = 0
  let inputTokens = 0
  let outputTokens = 0
  let callsReached: ReachedLimit | undefined

  const tokensLeft = (): number => limits.maxTokens - inputTokens - outputTokens

  function reached(): ReachedLimit | undefined {
    if (callsReached !== undefined) return callsReached
    if (tokensLeft() <= 0) return { name: 'maxTokens', value: limits.maxTokens }
    if (steps >= limits.maxSteps) return { name: 'maxSteps', value: limits.maxSteps }
    return undefined
  }

  return {
    get usage() {
      return { inputTokens, outputTokens, calls }
    },
    get steps() {
      return steps
    },
    get tokensLeft() {
      return Math.min(tokensLeft(), caller?.tokensLeft ?? Number.POSITIVE_INFINITY)
    },
    reserveStep() {
      const limit = reached() ?? callerLimit(caller)
      if (limit === undefined) steps++
      return limit
    },
    reserveCall() {
      calls++
      callsReached ??= calls > limits.maxCalls ? { name: 'maxCalls', value: limits.maxCalls } : undefined
      return callsReached ?? caller?.reserveCall()
    },
    settleTokens(tokens) {
      inputTokens += tokens.inputTokens
      outputTokens += tokens.outputTokens
      caller?.settleTokens(tokens)
    },
    reached,
  }
}

/** A caller at its last step may still wait for the agent it called; all its other limits bind that agent too. */
function callerLimit(caller: Budget | undefined): ReachedLimit | undefined {
  const limit = caller?.reached()
  return limit?.name === 'maxSteps' ? undefined : limit
}
