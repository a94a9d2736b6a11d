/**
 * The words that code, wire, log and docs share. Types only; nothing here runs.
 *
 * @module
 */

export type JsonPrimitive = string | number | boolean | null
export type JsonValue = JsonPrimitive | readonly JsonValue[] | JsonObject
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** Who owns a thread and everything in it. */
export interface Owner {
  readonly tenant: string
  readonly user: string
}

/** Who is asking, as the authenticator verified it. */
export interface Principal extends Owner {
  /** A name for people to read; never used to decide anything. */
  readonly name?: string
  readonly roles: readonly string[]
  /** Granted OAuth-style scopes, such as `notes:write`. */
  readonly scopes: readonly string[]
}

/** What a tool does to the world: decides approval and crash recovery. */
export type Effect = 'read' | 'write' | 'destructive'

/** How a tool call ended. Only `ok` is a success. */
export type CallOutcome =
  | 'ok'
  /** It threw, rejected, or its output is not what it declared. */
  | 'failed'
  /** Its input does not fit its schema. Never started. */
  | 'invalid'
  /** No such tool for this principal, not permitted, over a limit, or denied by the approver. Never started. */
  | 'refused'
  | 'timed_out'
  /** It was asked to stop and settled in time. */
  | 'cancelled'
  /** It was asked to stop, or timed out, and did not settle within the grace. */
  | 'abandoned'
  /** The node died while it ran. */
  | 'unknown'

export type RunOutcome = 'completed' | 'failed' | 'stopped' | 'timed_out' | 'limit_reached'

/** Whether repeating the same request can help: `never`, or `later` without any change to it. */
export type Retry = 'never' | 'later'

/** A failure as it may be shown to a person or a model: no stack, no cause, no secret. */
export interface Failure {
  /** Stable, documented in docs/errors.md. */
  readonly code: string
  readonly message: string
  readonly retry: Retry
  /** Where in the input, the output or the document: JSON Pointers. */
  readonly paths?: readonly { readonly path: string; readonly message: string }[]
}

/** A piece of a message that a person wrote or an agent answered. */
export type MessagePart = { readonly type: 'text'; readonly text: string }

export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Tool calls that were carried out or refused. */
  readonly calls: number
}

export interface Thread {
  readonly threadId: string
  readonly title: string
  readonly createdAt: number
  readonly updatedAt: number
  /** Sequence number of its last event; 0 when it has none. */
  readonly lastSeq: number
  /** The run at work on it, if any. */
  readonly activeRunId: string | null
}
