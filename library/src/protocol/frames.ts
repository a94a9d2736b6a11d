/**
 * What travels over a socket, version 1. Types only: the gateway parses commands with `commandSchema`, the client trusts
 * its server.
 *
 * @module
 */
import type { Approvers } from './approvers.ts'
import type { ApprovalDecision, ApprovalRequested, LoggedEvent } from './events.ts'
import type { OfferedTool, OfferVerdict } from './offered-tool.ts'
import type { Effect, Failure, JsonValue, Principal, SentPart, Thread, UsageReport } from './vocabulary.ts'

export const SUBPROTOCOL = 'toolcrib.v1'
/** Prefix of the subprotocol that carries a single-use ticket. */
export const TICKET_SUBPROTOCOL_PREFIX = 'toolcrib.ticket.'

/** Client to server; `id` is the client's, and comes back in the reply. */
export type Command = { readonly id: string } & CommandBody

export type CommandBody =
  | { readonly type: 'thread.create'; readonly title?: string }
  | { readonly type: 'thread.list'; readonly query?: string; readonly limit?: number; readonly before?: number }
  | { readonly type: 'thread.rename'; readonly threadId: string; readonly title: string }
  | { readonly type: 'thread.delete'; readonly threadId: string }
  | {
      readonly type: 'thread.open'
      readonly threadId: string
      /** Either this: events after it. */
      readonly after?: number
      /** Or this: so many of the newest, and those before them that belong to the same turn. */
      readonly last?: number
    }
  /** Events before a sequence number; `limit`: default 100. */
  | { readonly type: 'thread.read'; readonly threadId: string; readonly before: number; readonly limit?: number }
  | { readonly type: 'thread.leave'; readonly threadId: string }
  | {
      readonly type: 'message.send'
      readonly threadId: string
      readonly parts: readonly SentPart[]
      readonly idempotencyKey: string
      /** Default: the server's default agent. */
      readonly agent?: string
      /** One of its agent's `models`. Default: the first of them. */
      readonly model?: string
      /**
       * The message of this thread that it comes after; null: none, it begins a branch of its own. Default: the newest
       * message of the thread.
       */
      readonly follows?: string | null
    }
  | { readonly type: 'run.stop'; readonly runId: string }
  | {
      readonly type: 'approval.answer'
      readonly approvalId: string
      readonly decision: 'approved' | 'denied'
      readonly reason?: string
      readonly input?: JsonValue
    }
  | { readonly type: 'approval.check'; readonly approvalId: string; readonly input: JsonValue }
  | { readonly type: 'approval.get'; readonly approvalId: string }
  | { readonly type: 'approval.list'; readonly limit?: number; readonly after?: string }
  /** The whole list: what this connection had offered before and is not in it is withdrawn. */
  | { readonly type: 'tools.offer'; readonly tools: readonly OfferedTool[] }
  | {
      readonly type: 'tool.result'
      readonly callId: string
      /** Either this. */
      readonly output?: JsonValue
      /** Or this. */
      readonly error?: { readonly message: string }
    }
  | { readonly type: 'tools.list'; readonly agent?: string }
  | { readonly type: 'usage.get' }
  | { readonly type: 'auth.refresh'; readonly token: string }
  | { readonly type: 'ping' }

export type CommandType = CommandBody['type']

export interface ToolInfo {
  readonly name: string
  readonly title?: string
  readonly description: string
  readonly effect: Effect
  readonly fingerprint: string
  readonly category?: string
  readonly tags: readonly string[]
  readonly inputSchema: JsonValue
  /** In `tools.list`: each call waits for a person. Who may answer is among each of `approvers`; absent: the one who asks. */
  readonly approval?: { readonly approvers?: readonly Approvers[] }
}

/** An approval as those see it who may answer it: what is to be done and who asks, and nothing else of the thread. */
export interface InboxApproval {
  readonly approvalId: string
  readonly tool: string
  /** Redacted. */
  readonly input: JsonValue
  readonly effect: Effect
  /** The tool is the requester's own client's, whatever it calls itself. */
  readonly offered?: true
  readonly requester: { readonly user: string; readonly name?: string }
  readonly requestedAt: number
  readonly expiresAt: number
  /** Where it was asked, when the reader is the one who asks. */
  readonly threadId?: string
}

/** What each command answers with, beside `id` and `type: 'ok'`. */
export interface Replies {
  'thread.create': { readonly threadId: string; readonly thread: Thread }
  'thread.list': { readonly threads: readonly Thread[] }
  'thread.rename': { readonly thread: Thread }
  'thread.delete': Record<never, never>
  /** `lastSeq` is the end of the log when it was opened: everything up to it is history. */
  'thread.open': {
    readonly thread: Thread
    readonly lastSeq: number
    /** Where the events that follow begin: after this one. */
    readonly after: number
    readonly approvals: readonly ApprovalRequested[]
  }
  /** In order, up to the one before `before`. They are all there are when the first is number 1. */
  'thread.read': { readonly events: readonly LoggedEvent[] }
  'thread.leave': Record<never, never>
  /** `duplicate`: the same idempotency key had started this run before. */
  'message.send': { readonly messageId: string; readonly runId: string; readonly duplicate: boolean }
  'run.stop': { readonly stopping: boolean }
  'approval.answer': { readonly approvalId: string }
  /** Why an answer with this `input` would be refused, each with a JSON Pointer into it; nothing: it would be taken. */
  'approval.check': { readonly issues: readonly { readonly path: string; readonly message: string }[] }
  'approval.get': {
    readonly approval: InboxApproval
    /** Null: it is open. */
    readonly decision: ApprovalDecision | null
    /** Who answered it. */
    readonly by?: string
    /** What is asked about; null when it is gone or was changed, and for a tool that somebody else's client offers. */
    readonly tool: ToolInfo | null
  }
  /** Open ones that this principal may answer, oldest first. `more`: ask again `after` the last of them. */
  'approval.list': { readonly approvals: readonly InboxApproval[]; readonly more: boolean }
  /** One for each tool, in the order of the offer. */
  'tools.offer': { readonly verdicts: readonly OfferVerdict[] }
  'tool.result': Record<never, never>
  'tools.list': { readonly agent: string; readonly tools: readonly ToolInfo[] }
  /** `currency`: of all money in it, which is in millionths. */
  'usage.get': UsageReport & { readonly currency: string }
  'auth.refresh': { readonly expiresAt: number | null }
  ping: { readonly at: number }
}

export type OkReply<T extends CommandType = CommandType> = {
  readonly type: 'ok'
  readonly id: string
} & Replies[T]

/** `id` is null when the frame was too broken to have one. */
export interface ErrorReply {
  readonly type: 'error'
  readonly id: string | null
  readonly error: Failure
}

export interface Hello {
  readonly type: 'hello'
  readonly protocol: 1
  readonly connectionId: string
  readonly principal: Principal
  readonly server: { readonly name: 'toolcrib'; readonly version: string; readonly model: string }
  /** The first answers when none is named. */
  readonly agents: readonly {
    readonly name: string
    readonly description: string
    /** What answers when nobody chooses. */
    readonly model: string
    /** What may be chosen for a message, `model` first, each once. */
    readonly models: readonly string[]
  }[]
  readonly limits: {
    readonly maxFrameBytes: number
    readonly maxMessageChars: number
    readonly commandsPerSecond: number
    readonly pingIntervalMs: number
  }
  /** When the credentials run out, if they do. */
  readonly expiresAt: number | null
}

export interface EventFrame extends LoggedEvent {
  readonly type: 'event'
  readonly threadId: string
}

/** A hint that this user's list of threads changed, on whatever connection. */
export interface ThreadsChanged {
  readonly type: 'threads_changed'
}

/** A hint that the approvals which this principal may answer changed. */
export interface ApprovalsChanged {
  readonly type: 'approvals_changed'
}

/** Asks for a tool that this connection offers. Answered by `tool.result`. */
export interface ToolCall {
  readonly type: 'tool.call'
  /** The same when the call is asked for again. */
  readonly callId: string
  readonly tool: string
  readonly input: JsonValue
  readonly runId: string
  readonly threadId: string
  /** Milliseconds since the epoch, by the server's clock. */
  readonly deadline: number
}

/** Nobody waits for the call any more: stop soon, and answer all the same. */
export interface ToolCancel {
  readonly type: 'tool.cancel'
  readonly callId: string
}

/** The thread was deleted while it was open here; no more of its events follow. */
export interface ThreadGone {
  readonly type: 'thread_gone'
  readonly threadId: string
}

export interface Goodbye {
  readonly type: 'goodbye'
  readonly code: string
  readonly reason: string
  /** How long to wait before connecting again; null: do not. */
  readonly reconnectAfterMs: number | null
}

export type ServerFrame =
  | Hello
  | OkReply
  | ErrorReply
  | EventFrame
  | ThreadsChanged
  | ApprovalsChanged
  | ThreadGone
  | ToolCall
  | ToolCancel
  | Goodbye

/** WebSocket close codes. 1000 to 1013 as in RFC 6455 and its registry; 4xxx ours. */
export const CLOSE = {
  done: 1000,
  goingAway: 1001,
  unsupportedData: 1003,
  policy: 1008,
  tooBig: 1009,
  internal: 1011,
  tryLater: 1013,
  credentialsExpired: 4401,
  replaced: 4409,
  tooFast: 4429,
} as const
