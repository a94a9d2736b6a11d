/**
 * An agent: instructions, a model and a choice of tools.
 *
 * @module
 */
import { isValidName } from '../registry/names.ts'
import { AgentError } from './errors.ts'
import { readRunLimits } from './limits.ts'
import type { Model } from './ports.ts'

export interface Agent {
  readonly name: string
  /** One sentence: for the people who choose it, and for the model that calls it as a tool. */
  readonly description: string
  readonly instructions: string
  readonly model: Model
  /** Others that may be chosen in its place, each under a name of its own. Default: none. */
  readonly models?: readonly Model[]
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
  /** Time of one run at work, over all attempts; waiting for a person does not count. Default 600,000. */
  readonly maxRunMs: number
  /** Input and output tokens of one run together. Default Infinity. */
  readonly maxTokens: number
  /** What the models of one run may cost, in millionths of the currency. Default Infinity. */
  readonly maxCostMicros: number
  /** Default 65,536: a larger output is kept whole in the store and shown cut. */
  readonly maxOutputBytes: number
  /** How long a stopped or timed-out call has to settle before it is `abandoned`. Default 2,000. */
  readonly stopGraceMs: number
  /** How often a step is made again after the model failed in the middle of it. Default 2. */
  readonly maxStepRetries: number
  /** How often a run is begun in a row, the first time included, while nodes die before it gets any further. Default 5. */
  readonly maxAttempts: number
  /** How deep agents may call agents. Default 3. */
  readonly maxAgentDepth: number
}

/** An agent as its author writes it. */
export interface AgentDefinition {
  /** 1 to 64 letters, digits, `_` and `-`, a letter first. */
  readonly name: string
  readonly description: string
  /** Default: none. */
  readonly instructions?: string
  readonly model: Model
  /** Others that may be chosen in its place, each under a name of its own. Default: none. */
  readonly models?: readonly Model[]
  /** Default: `['*']`, everything in scope that the policy permits. An empty list: no tools. */
  readonly tools?: readonly string[]
  readonly limits?: Partial<RunLimits>
}

const agentKeys: readonly string[] = ['name', 'description', 'instructions', 'model', 'models', 'tools', 'limits']

/**
 * Makes an agent. What was given is copied, and the agent is frozen.
 *
 * @throws AgentError `OPTION_INVALID`, naming what was expected and what was found.
 */
export function defineAgent(definition: AgentDefinition): Agent {
  if (typeof definition !== 'object' || definition === null) throw invalid('definition', 'an object', definition)
  for (const key of Object.keys(definition)) {
    if (!agentKeys.includes(key))
      throw invalid(key, `absent; the options are ${agentKeys.join(', ')}`, definition[key as keyof AgentDefinition])
  }
  const { name, description, instructions = '', model, models = [], tools = ['*'], limits } = definition
  if (typeof name !== 'string' || !isValidName(name)) {
    throw invalid('name', '1 to 64 letters, digits, `_` and `-`, a letter first', name)
  }
  if (typeof description !== 'string' || description.trim() === '')
    throw invalid('description', 'one sentence', description)
  if (typeof instructions !== 'string') throw invalid('instructions', 'text', instructions)
  if (!isModel(model)) throw invalid('model', 'a model, with `name` and `stream`', model)
  if (!Array.isArray(models)) throw invalid('models', 'a list of models', models)
  const names = new Set([model.name])
  models.forEach((other: unknown, index) => {
    if (!isModel(other)) throw invalid(`models[${index}]`, 'a model, with `name` and `stream`', other)
    if (names.has(other.name)) throw invalid(`models[${index}]`, 'a model with a name of its own', other.name)
    names.add(other.name)
  })
  if (!Array.isArray(tools)) throw invalid('tools', 'a list of names and selectors', tools)
  tools.forEach((selector: unknown, index) => {
    if (typeof selector !== 'string' || !isSelector(selector)) {
      throw invalid(`tools[${index}]`, 'a name, `tag:…`, `category:…`, `effect:…` or `*`', selector)
    }
  })
  return Object.freeze({
    name,
    description,
    instructions,
    model,
    ...(models.length === 0 ? {} : { models: Object.freeze([...models]) }),
    tools: Object.freeze([...tools]),
    ...(limits === undefined ? {} : { limits: Object.freeze({ ...readRunLimits(limits) }) }),
  })
}

function isModel(value: unknown): value is Model {
  if (typeof value !== 'object' || value === null) return false
  return 'name' in value && typeof value.name === 'string' && 'stream' in value && typeof value.stream === 'function'
}

function isSelector(text: string): boolean {
  return text === '*' || isValidName(text) || /^(?:tag|category|effect):./u.test(text)
}

function invalid(option: string, expected: string, received: unknown): AgentError {
  return new AgentError('OPTION_INVALID', { option, expected, received: describe(received) })
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 80)}"`
  if (value === null || typeof value !== 'object') return String(value)
  return Array.isArray(value) ? 'a list' : 'an object'
}
