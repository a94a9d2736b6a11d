/**
 * The browser-safe client: connects, resumes, sends, stops, approves. It delivers each event of an opened thread once and
 * in order, whatever the network does.
 *
 * @module
 */
import type { ApprovalRequested, LoggedEvent } from '../protocol/events.ts'
import type { CommandBody, CommandType, Goodbye, Hello, InboxApproval, Replies } from '../protocol/frames.ts'
import type { OfferedTool, OfferVerdict } from '../protocol/offered-tool.ts'
import type { AttachmentPart, Failure, JsonValue, SentPart, Thread } from '../protocol/vocabulary.ts'

/** The least of a WebSocket that the client uses: the browser's own, Node's own and `ws` fit. */
export interface WebSocketLike {
  readonly readyState: number
  send(data: string): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'open', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void
  addEventListener(type: 'error', listener: () => void): void
}

export interface ClientOptions {
  /** Such as `ws://127.0.0.1:4600/v1/socket`. */
  readonly url: string
  /** Called before every connect; its answer becomes the subprotocol that carries a ticket. Not needed with a session cookie. */
  readonly ticket?: () => Promise<string>
  /** Sent with each request over HTTP, such as `authorization`. Not needed with a session cookie. */
  readonly headers?: () => Promise<Readonly<Record<string, string>>>
  /** For requests over HTTP. Default: `fetch`. */
  readonly fetch?: typeof globalThis.fetch
  /** Default: `new WebSocket(url, protocols)`. */
  readonly connect?: (url: string, protocols: readonly string[]) => WebSocketLike
  /** First wait before connecting again; doubles, with jitter, up to `maxBackoffMs`. Default 250. */
  readonly minBackoffMs?: number
  /** Default 15,000. */
  readonly maxBackoffMs?: number
  /** How long a command waits for its reply before it is rejected `NO_REPLY`. Default 15,000. */
  readonly replyTimeoutMs?: number
  /** Commands waiting for their reply or for a connection; one more is rejected `TOO_MANY_PENDING`. Default 256. */
  readonly maxPendingCommands?: number
  /** Default: the system's. */
  readonly clock?: ClientClock
  /** From 0 up to 1, for the jitter. Default: `Math.random`. */
  readonly random?: () => number
}

/** What the client needs of a clock; the agent layer's fits. */
export interface ClientClock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Disposing cancels. */
  setTimeout(fn: () => void, delayMs: number): Disposable
}

export type ClientStatus =
  | { readonly state: 'connecting'; readonly attempt: number }
  | { readonly state: 'open'; readonly hello: Hello }
  /** `retryAt`: when the next attempt is due, milliseconds since the epoch. */
  | { readonly state: 'waiting'; readonly attempt: number; readonly retryAt: number; readonly reason: string }
  /** No further attempt will be made. */
  | { readonly state: 'closed'; readonly reason: string; readonly code?: string }

export interface ThreadView extends Disposable {
  readonly threadId: string
  /** Sequence number of the last event delivered. */
  readonly seq: number
}

export interface ThreadListener {
  /** Each event once, in order, without gaps, across reconnects. */
  readonly onEvent: (event: LoggedEvent) => void
  /** After each (re)opening, when the history up to `lastSeq` has been asked for: the thread and its open approvals. */
  readonly onOpen?: (opened: {
    readonly thread: Thread
    readonly lastSeq: number
    /** The events that follow begin after this one. */
    readonly after: number
    readonly approvals: readonly ApprovalRequested[]
  }) => void
  /** The log ends before what was delivered: it is not the log that it was. All delivered is void; it begins again. */
  readonly onRestart?: () => void
  /** Deleted, or not this user's. */
  readonly onGone?: () => void
  /** The server will not open it, for another reason: nothing more is delivered. */
  readonly onRefused?: (failure: Failure) => void
}

/** A tool that is carried out here. */
export interface ClientTool extends OfferedTool {
  /**
   * Contract: stops soon after its signal is aborted. What it resolves with must be JSON; what it throws is the call's
   * failure, its message told to the agent.
   */
  readonly execute: (input: JsonValue, call: ClientCall) => unknown
}

export interface ClientCall {
  /** The same when the call is asked for again: hand it to whatever must not happen twice. */
  readonly callId: string
  readonly runId: string
  readonly threadId: string
  /** Milliseconds since the epoch, by the server's clock. */
  readonly deadline: number
  /** Aborted by a stop, a time-out, and the loss of the connection. */
  readonly signal: AbortSignal
}

export interface OfferListener {
  /** After each connect, and whenever an offer of this client changes: one verdict for each tool, in order. */
  readonly onVerdicts?: (verdicts: readonly OfferVerdict[]) => void
  /** The server takes none of this client's offers. */
  readonly onRefused?: (failure: Failure) => void
}

/**
 * Commands reject with `ClientError`: the server's code, or `NO_REPLY`, `CONNECTION_LOST`, `CLIENT_CLOSED`,
 * `FRAME_TOO_LARGE`, `TOO_MANY_PENDING`. Idempotent ones are sent again after a reconnect; what may have been carried out
 * and must not be carried out twice is rejected `CONNECTION_LOST`.
 *
 * Contract: listeners must not throw. What one throws is reported as uncaught, and harms no other listener.
 */
export interface Client extends AsyncDisposable {
  readonly status: ClientStatus
  onStatus(listener: (status: ClientStatus) => void): Disposable
  /** While `waiting`: makes the next attempt at once, such as when the network is back. Otherwise nothing. */
  connectNow(): void
  onThreadsChanged(listener: () => void): Disposable
  /** What this user may answer changed: ask for it again. */
  onApprovalsChanged(listener: () => void): Disposable
  onGoodbye(listener: (goodbye: Goodbye) => void): Disposable
  command<T extends CommandType>(command: Extract<CommandBody, { readonly type: T }>): Promise<Replies[T]>

  createThread(title?: string): Promise<Thread>
  /** Newest change first; `before` is the `updatedAt` of the last one that is known. */
  listThreads(query?: string, page?: { readonly limit?: number; readonly before?: number }): Promise<readonly Thread[]>
  renameThread(threadId: string, title: string): Promise<Thread>
  deleteThread(threadId: string): Promise<void>
  /**
   * Delivers events, then live ones, until disposed: those after a sequence number (default 0: from the beginning), or so
   * many of the `last`, 1 to 500, and the rest of the turn that they begin in.
   */
  openThread(threadId: string, listener: ThreadListener, from?: number | { readonly last: number }): ThreadView
  /**
   * Offers tools to this user's agents, on this connection and on each that follows, until disposed. A run may use them when
   * its message came from here, or when its sender is gone and its thread is open here.
   */
  offerTools(tools: readonly ClientTool[], listener?: OfferListener): Disposable
  /** The idempotency key is made here and kept across reconnects, so a message is never sent twice. */
  send(
    threadId: string,
    message: string | readonly SentPart[],
    options?: {
      readonly agent?: string
      /** One of its agent's `models`. Default: the first of them. */
      readonly model?: string
      readonly idempotencyKey?: string
      /** The message that it comes after; null: none. Default: the newest one of the thread. */
      readonly follows?: string | null
    },
  ): Promise<{ readonly messageId: string; readonly runId: string }>
  /**
   * Puts a file at the server, for messages: its answer is a part of one. `name` is a file name without a path, such as
   * `attachmentNameOf` makes. Rejects with the server's code, `CONNECTION_LOST`, or what aborted the signal.
   */
  attach(
    file: Blob | Uint8Array<ArrayBuffer>,
    name: string,
    options?: { readonly signal?: AbortSignal },
  ): Promise<AttachmentPart>
  /** Takes back what no message names. */
  detach(attachmentId: string): Promise<void>
  /** Where its owner reads an attachment, with the credentials of `headers` or the session cookie. */
  attachmentUrl(attachmentId: string): string
  stop(runId: string): Promise<boolean>
  /** What this user may answer now, of their own and of others, oldest first; `more`: ask again `after` the last one. */
  listApprovals(options?: {
    readonly limit?: number
    readonly after?: string
  }): Promise<{ readonly approvals: readonly InboxApproval[]; readonly more: boolean }>
  /** One that this user may answer now, and the tool that it is about. */
  approval(approvalId: string): Promise<Replies['approval.get']>
  /** Why an answer with these arguments would be refused: empty when it would not. Nothing is answered. */
  checkApproval(approvalId: string, input: JsonValue): Promise<Replies['approval.check']['issues']>
  answer(
    approvalId: string,
    answer: { readonly decision: 'approved' | 'denied'; readonly reason?: string; readonly input?: JsonValue },
  ): Promise<void>
  /** What this user has used, and where the budgets stand that bind them. */
  usage(): Promise<Replies['usage.get']>
  /** Closes for good. */
  close(): void
}
