/**
 * An agent: instructions, a model and a choice of tools.
 *
 * @module
 */
import type { Model } from './ports.ts'

export interface Agent {
  readonly name: string
  /** One sentence: for the people who choose it, and for the model that calls it as a tool. */
  readonly description: string
  readonly instructions: string
  readonly model: Model
  /**
   * Names, tags (`tag:files`), categories (`category:math`), or `*` for everything in scope.
   * A choice only narrows what the policy permits.
   */
  readonly tools: readonly string[]
  /** Replace the config's limits for this agent's runs where given. */
  readonly limits?: Partial<RunLimits>
}

export interface RunLimits {
  /** Model calls of one run. Default 40. */
  readonly maxSteps: number
  /** Tool calls of one run. Default 200. */
  readonly maxCalls: number
  /** Tool calls of one step at work at once. Default 16. */
  readonly maxConcurrentCalls: number
  /** Wall time of one run, waiting for approvals included. Default 600,000. */
  readonly maxRunMs: number
  /** Input and output tokens of one run together. Default Infinity. */
  readonly maxTokens: number
  /** Default 65,536: a larger output is kept whole in the store and shown cut. */
  readonly maxOutputBytes: number
  /** How long a stopped or timed-out call has to settle before it is `abandoned`. Default 2,000. */
  readonly stopGraceMs: number
  /** How often a step is made again after the model failed in the middle of it. Default 2. */
  readonly maxStepRetries: number
  /** How deep agents may call agents. Default 3. */
  readonly maxAgentDepth: number
}
