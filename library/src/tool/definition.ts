/**
 * What the author of a tool writes. `defineTool` makes a tool of it.
 *
 * @module
 */
import type { Effect, JsonValue } from '../protocol/vocabulary.ts'
import type { JsonSchema } from './schema-source.ts'
import type { Call, Lifetime, OpenContext, Requirement } from './tool.ts'

/**
 * A result, a promise of one, or an async iterable whose yields are progress and whose return value is the result.
 */
export type Executed<Result> = Result | PromiseLike<Result> | AsyncGenerator<JsonValue, Result, unknown>

/**
 * `Input` is what `execute` gets, `Result` what it gives, `Instance` what `open` makes.
 * Write `open` before `execute`: its type is inferred in that order.
 */
export interface ToolDefinition<InputSource, OutputSource, Input, Result, Instance> {
  /** 1 to 64 letters, digits, `_` and `-`, a letter first. It is the tool's only name: nothing is derived from the code. */
  readonly name: string
  /** For people. Default: the name. */
  readonly title?: string
  /** What it does and when to use it: the model chooses by this. */
  readonly description: string
  /** A Standard Schema that tells its JSON Schema, a `{ schema, jsonSchema }` pair, or a JSON Schema object. */
  readonly input: InputSource
  /** Checked when given: a result that does not fit is outcome `failed`. */
  readonly output?: OutputSource
  /** `read` changes nothing; `write` can be undone; `destructive` can not, and waits for a person by default. */
  readonly effect: Effect
  /** Default: true for reads, else false. */
  readonly idempotent?: boolean
  /** Default 30,000. Infinity: only the run's own deadline. */
  readonly timeoutMs?: number
  /** Calls at work at once on this node. Default Infinity. */
  readonly maxConcurrent?: number
  /** For selectors such as `tag:files`. */
  readonly tags?: readonly string[]
  /** For selectors such as `category:math`. */
  readonly category?: string
  readonly version?: string
  /** Needed besides what the policy allows. */
  readonly requires?: Requirement
  /** `always` asks for every call. `never` wins over a rule for its effect, not over one that names the tool, its tag or category. */
  readonly approval?: 'always' | 'never'
  /** The scope whose end is the end of the instance. Default `run`; without `open` there is no instance. */
  readonly lifetime?: Lifetime
  /** Why, and what to use instead. */
  readonly deprecated?: string
  /**
   * Makes the instance at the first call in the scope of its lifetime. A `Disposable` or `AsyncDisposable` one is
   * disposed with the scope.
   */
  readonly open?: (context: OpenContext) => Instance | PromiseLike<Instance>
  /** May throw anything: the call then ends as `failed`. */
  readonly execute: (input: Input, call: Call<Instance>) => Executed<Result>
}

/** Any definition, before it is looked at. */
export type AnyDefinition = ToolDefinition<JsonSchema, JsonSchema, never, unknown, never>

export const definitionKeys: readonly (keyof AnyDefinition)[] = [
  'name',
  'title',
  'description',
  'input',
  'output',
  'effect',
  'idempotent',
  'timeoutMs',
  'maxConcurrent',
  'tags',
  'category',
  'version',
  'requires',
  'approval',
  'lifetime',
  'deprecated',
  'open',
  'execute',
]
