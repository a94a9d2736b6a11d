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

export interface TextPart {
  readonly type: 'text'
  readonly text: string
}

/** What the server found out about a file that was attached; none of it is what its sender claimed, but the name. */
export interface Attachment {
  readonly attachmentId: string
  /** A file name without a path, as its owner gave it. */
  readonly name: string
  /** Found in the bytes: `text/plain`, `image/png`, `image/jpeg`, `image/gif` or `image/webp`. */
  readonly mediaType: string
  readonly bytes: number
}

/** A file that belongs to a message. Its bytes are kept beside the log, as long as a thread names it. */
export interface AttachmentPart extends Attachment {
  readonly type: 'attachment'
}

/** A piece of a message that a person wrote. */
export type MessagePart = TextPart | AttachmentPart

/** A piece of a message as it is sent: of an attachment, only its id is asked for. */
export type SentPart = TextPart | Pick<AttachmentPart, 'type' | 'attachmentId'>

/** What a model was given and what it said. */
export interface TokenUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Millionths of the server's currency. Absent: the model has no price. */
  readonly costMicros?: number
}

export interface Usage extends TokenUsage {
  /** Tool calls that were carried out or refused. */
  readonly calls: number
}

/** What a budget counts: `runMs` is time at work, `money` millionths of the server's currency. */
export type BudgetResource = 'steps' | 'calls' | 'tokens' | 'money' | 'runMs'

/** In UTC; a month is one of the calendar. */
export type BudgetWindow = 'hour' | 'day' | 'month'

/** A limit as a person is told of it. */
export interface LimitFacts {
  /** A limit of the run, such as `maxSteps`; of a budget, what it counts: a `BudgetResource`. */
  readonly name: string
  readonly value: number
  /** Whose budget it is; this and `window` are absent for a limit of the run itself. */
  readonly per?: 'user' | 'tenant'
  readonly window?: BudgetWindow
  /** When the window ends, and the budget is whole again. */
  readonly endsAt?: number
  /** The one tool whose calls it counts. */
  readonly tool?: string
  /** It is not used up, but what is at work holds the rest of it: there may be room again as soon as that ends. */
  readonly held?: true
}

/** Where a budget stands, amounts in what its resource is counted in. */
export interface BudgetLevel {
  readonly per: 'user' | 'tenant'
  readonly window: BudgetWindow
  readonly resource: BudgetResource
  /** The one tool whose calls it counts. */
  readonly tool?: string
  readonly max: number
  readonly used: number
  /** Held by what is at work now; given back, or used, when that ends. */
  readonly reserved: number
  /** When the window ends. */
  readonly endsAt: number
}

/** What an owner used in one window. */
export interface WindowUsage {
  readonly window: BudgetWindow
  readonly startsAt: number
  readonly endsAt: number
  readonly steps: number
  /** Calls that started. */
  readonly calls: number
  readonly tokens: number
  readonly costMicros: number
  /** Time at work of runs that ended, were parked or were taken over. */
  readonly runMs: number
}

export interface UsageReport {
  readonly used: readonly WindowUsage[]
  /** The budgets that bind the owner. */
  readonly budgets: readonly BudgetLevel[]
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
