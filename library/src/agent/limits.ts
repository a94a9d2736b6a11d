/**
 * The limits of a run and what they may be. The law: what is no limit, or no value for one, is refused where it is written.
 *
 * @module
 */
import type { RunLimits } from './agent.ts'
import { AgentError } from './errors.ts'

export const defaultRunLimits: RunLimits = Object.freeze({
  maxSteps: 40,
  maxCalls: 200,
  maxConcurrentCalls: 16,
  maxRunMs: 600_000,
  maxTokens: Number.POSITIVE_INFINITY,
  maxCostMicros: Number.POSITIVE_INFINITY,
  maxOutputBytes: 65_536,
  stopGraceMs: 2_000,
  maxStepRetries: 2,
  maxAttempts: 5,
  maxAgentDepth: 3,
})

/** Smallest value, and whether there may be no limit at all. */
const ranges: { readonly [L in keyof RunLimits]: readonly [least: number, unlimited: boolean] } = {
  maxSteps: [1, true],
  maxCalls: [0, true],
  maxConcurrentCalls: [1, true],
  maxRunMs: [1, true],
  maxTokens: [1, true],
  maxCostMicros: [1, true],
  maxOutputBytes: [64, true],
  stopGraceMs: [0, false],
  maxStepRetries: [0, false],
  maxAttempts: [1, true],
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
