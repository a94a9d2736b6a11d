/**
 * What a tool is. A tool is made by `defineTool`, never recognised by its shape.
 *
 * @module
 */
import type { Effect, JsonObject, JsonValue, Principal } from '../protocol/vocabulary.ts'

/** One complaint of a schema; `path` is a JSON Pointer into the value, '' for the value itself. */
export interface Issue {
  readonly path: string
  readonly message: string
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/** A schema compiled once, when the tool is defined. */
export interface CompiledSchema<T = unknown> {
  /** Whose it was: 'zod', 'valibot', 'arktype', 'json-schema', … */
  readonly vendor: string
  /** Frozen; what the model is shown and the fingerprint covers. */
  readonly jsonSchema: JsonObject
  /** Never throws: a schema that throws while parsing is an issue at ''. */
  parse(value: unknown): Parsed<T> | Promise<Parsed<T>>
  /** The value with everything that its schema marks `redact: true`, and everything under a known secret's key, replaced. */
  redact(value: JsonValue): JsonValue
}

/** The scope whose end is the end of a tool's instance. */
export type Lifetime = 'app' | 'user' | 'connection' | 'run'

export interface Requirement {
  /** Every one of these roles. */
  readonly roles?: readonly string[]
  /** Every one of these granted scopes. */
  readonly scopes?: readonly string[]
}

/** A logger bound to the call; fields are redacted like events. */
export interface CallLog {
  debug(message: string, fields?: JsonObject): void
  info(message: string, fields?: JsonObject): void
  warn(message: string, fields?: JsonObject): void
  error(message: string, fields?: JsonObject): void
}

/** What a tool is told about the call it carries out. */
export interface Call<Instance = undefined> {
  readonly principal: Principal
  readonly threadId: string
  readonly runId: string
  readonly callId: string
  /** The same when the call is repeated after a crash: hand it to whatever must not happen twice. */
  readonly idempotencyKey: string
  /** Aborted by a stop, a time-out, a limit or a closing scope. Settle soon after, or be recorded as abandoned. */
  readonly signal: AbortSignal
  /** Milliseconds since the epoch. */
  readonly deadline: number
  /** Shows how far it is. Ignored after the call has ended. */
  progress(value: JsonValue): void
  readonly log: CallLog
  /** What `open` made for the scope of the tool's lifetime. */
  readonly instance: Instance
}

/** What `open` is told: the scope it is opened in, and whose it is. */
export interface OpenContext {
  readonly lifetime: Lifetime
  /** The scope's path. */
  readonly path: string
  /** Absent with lifetime `app`: an instance of the app belongs to nobody. */
  readonly principal?: Principal
  readonly signal: AbortSignal
}

/**
 * A defined tool. Everything but `execute` and `open` is data, frozen.
 * Its fingerprint is a SHA-256 over the canonical JSON of name, description, schemas and effect.
 */
export interface Tool {
  readonly name: string
  readonly title?: string
  readonly description: string
  readonly input: CompiledSchema
  readonly output?: CompiledSchema
  readonly effect: Effect
  /** May be repeated with the same idempotency key. Reads are; others only when they say so. */
  readonly idempotent: boolean
  /** Infinity: only the run's own deadline. Default 30,000. */
  readonly timeoutMs: number
  /** Calls of this tool at work at once on this node. Default Infinity. */
  readonly maxConcurrent: number
  readonly tags: readonly string[]
  readonly category?: string
  readonly version?: string
  readonly requires: Requirement
  /** `always` and `never` win over the policy's rule for the effect. */
  readonly approval?: 'always' | 'never'
  readonly lifetime: Lifetime
  readonly open?: (context: OpenContext) => unknown
  /** Why, and what to use instead. */
  readonly deprecated?: string
  readonly fingerprint: string
  /** Where `defineTool` was called. */
  readonly definedAt?: { readonly file: string; readonly line: number; readonly column: number }
  /**
   * Contract: called with an input that its schema parsed. May return a value, a promise, or an async iterable whose
   * yields are progress and whose return value is the result. May throw anything: the dispatcher turns it into an outcome.
   */
  readonly execute: (input: unknown, call: Call<unknown>) => unknown
}
