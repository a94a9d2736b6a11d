/**
 * What the agent layer asks of the outside world. An adapter implements one of these and uses no internals.
 *
 * @module
 */
import type { BudgetRule } from '../policy/budgets.ts'
import type { ApprovalDecision, ApprovalRequested, LoggedEvent, RunEvent, ThreadEvent } from '../protocol/events.ts'
import type {
  Attachment,
  AttachmentPart,
  BudgetLevel,
  BudgetResource,
  CallOutcome,
  Failure,
  JsonObject,
  JsonValue,
  MessagePart,
  Owner,
  Principal,
  RunOutcome,
  TextPart,
  Thread,
  UsageReport,
} from '../protocol/vocabulary.ts'
import type { AdministrationStore, AuditStore } from './administration-ports.ts'
import type { Price } from './model-price.ts'

// --- Clock

export interface Clock {
  /** Milliseconds since the epoch. May jump. */
  now(): number
  /** Milliseconds from some start, never backwards: for durations. */
  monotonic(): number
  /** Disposing cancels. `fn` must not throw. */
  setTimeout(fn: () => void, delayMs: number): Disposable
}

// --- Logger: the shape of pino's methods

export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  /** `fields.err` is the error, cause included: a log may have it, nothing that leaves the process may. */
  error(fields: object, message: string): void
}

// --- Model

export interface ModelTool {
  readonly name: string
  readonly description: string
  readonly inputSchema: JsonObject
}

/** What a model gets of an attachment. */
export type AttachmentContent =
  /** The file's text, or its beginning: `cut` then. */
  | { readonly type: 'text'; readonly text: string; readonly cut: boolean }
  /** Only for a model that accepts its media type. */
  | { readonly type: 'image'; readonly data: Uint8Array }
  /** Why it gets nothing. To be told to the model: otherwise it would speak of what it has not seen. */
  | { readonly type: 'withheld'; readonly reason: string }

/** Its content is there when the model is asked; in a transcript it is not. */
export interface ModelAttachment extends AttachmentPart {
  readonly content?: AttachmentContent
}

/** The conversation as a model is shown it. */
export type ModelMessage =
  | { readonly role: 'user'; readonly parts: readonly (TextPart | ModelAttachment)[] }
  | {
      readonly role: 'assistant'
      readonly thinking?: string
      readonly text: string
      readonly calls: readonly {
        readonly callId: string
        readonly providerCallId?: string
        readonly tool: string
        readonly input: JsonValue
      }[]
      readonly providerData?: JsonValue
    }
  | {
      readonly role: 'tool'
      readonly results: readonly {
        readonly callId: string
        readonly providerCallId?: string
        readonly tool: string
        readonly outcome: CallOutcome
        readonly output?: JsonValue
        readonly error?: Failure
      }[]
    }

export interface ModelRequest {
  readonly instructions: string
  readonly messages: readonly ModelMessage[]
  /** The manifest's tools: the same array as long as nothing changed, so that an adapter may cache by identity. */
  readonly tools: readonly ModelTool[]
  /** The time as the run's clock has it, milliseconds since the epoch. */
  readonly now: number
  readonly maxOutputTokens?: number
  readonly temperature?: number
  readonly signal: AbortSignal
}

export type ModelPart =
  | { readonly type: 'thinking'; readonly delta: string }
  | { readonly type: 'text'; readonly delta: string }
  /** A whole call. `input` is a string when the model's arguments were not JSON: they are fed back to it as `invalid`. */
  | {
      readonly type: 'call'
      readonly tool: string
      readonly input: JsonValue
      readonly invalidJson?: boolean
      readonly providerCallId?: string
    }
  | {
      readonly type: 'finish'
      readonly reason: 'stop' | 'calls' | 'length' | 'filtered' | 'unknown'
      /** As the provider counts; a count that is absent, or cannot be true, is estimated. */
      readonly usage: { readonly inputTokens?: number | undefined; readonly outputTokens?: number | undefined }
      readonly providerData?: JsonValue
    }

/**
 * A language model. Contract: `stream` yields parts and ends with one `finish`; it throws `ModelError` (agent/errors.ts)
 * and nothing else; it retries by itself only while it has yielded nothing; it ends soon after `signal` is aborted.
 */
export interface Model {
  /** Such as `builtin-planner` or `openai:gpt-5`: shown to people, never used to decide. */
  readonly name: string
  /** Tokens of one request, if known. */
  readonly contextTokens?: number
  /** What its tokens cost. A model without a price is refused under a budget of money. */
  readonly price?: Price
  /** Media types of the images that it can look at, such as `image/png`. Default: none. */
  readonly accepts?: readonly string[]
  stream(request: ModelRequest): AsyncIterable<ModelPart>
}

// --- Store. Every call names the owner; what belongs to somebody else answers exactly like what does not exist.

export type NewThread = { readonly threadId: string; readonly title: string; readonly at: number }

export interface ThreadStore {
  create(owner: Owner, thread: NewThread): Promise<Thread>
  get(owner: Owner, threadId: string): Promise<Thread | undefined>
  /** Newest change first. `query` matches titles and message texts, ignoring case. `before` is an `updatedAt`. */
  list(
    owner: Owner,
    options?: { readonly query?: string; readonly limit?: number; readonly before?: number },
  ): Promise<readonly Thread[]>
  /** Also appends `thread_renamed`. Undefined: no such thread of this owner. */
  rename(
    owner: Owner,
    threadId: string,
    change: { readonly title: string; readonly at: number },
  ): Promise<{ readonly thread: Thread; readonly events: readonly LoggedEvent[] } | undefined>
  /** With its events, runs, approvals and outputs. Refused (`THREAD_BUSY`) while a run is at work on it. */
  delete(owner: Owner, threadId: string): Promise<boolean>
}

/** Which run writes, and by which claim. A claim that was taken over can never write again. */
export interface Fence {
  readonly runId: string
  readonly epoch: number
}

/** Arguments of a call that the log holds redacted. Kept beside the log until the call ends; nothing on the wire reads them. */
export interface KeptInput {
  readonly callId: string
  readonly input: JsonValue
}

/** At most `limit` (default 500) events: those that come first after `after`, or last before `before`. */
export type EventRange =
  | { readonly after: number; readonly before?: never; readonly limit?: number }
  | { readonly before: number; readonly after?: never; readonly limit?: number }

export interface EventStore {
  /**
   * Commits events at the end of a thread's log, all or none, and keeps the tables derived from them in the same
   * transaction: `approval_requested` and `approval_resolved` keep approvals, `agent_completed` ends the run and frees the thread.
   * Resolves when they are durable.
   *
   * @throws StoreError `NOT_FOUND`, `FENCED`, `STORE_FULL`, `STORE_UNAVAILABLE`.
   */
  append(
    owner: Owner,
    threadId: string,
    entry: {
      readonly fence: Fence
      readonly at: number
      readonly events: readonly ThreadEvent[]
      /** The last batch of a claim, said again, is answered as before and not written twice: for a store that failed after it had committed. */
      readonly batch?: number
      readonly inputs?: readonly KeptInput[]
    },
  ): Promise<readonly LoggedEvent[]>
  /** Puts on record what an abandoned call settled with: a `tool_late`, perhaps of an agent that was called. Whatever becomes of its run, or has. */
  appendLate(
    owner: Owner,
    threadId: string,
    entry: { readonly at: number; readonly event: RunEvent },
  ): Promise<readonly LoggedEvent[]>
  /** In order. Undefined: no such thread of this owner. */
  read(owner: Owner, threadId: string, range: EventRange): Promise<readonly LoggedEvent[] | undefined>
}

export interface RunRecord {
  readonly runId: string
  readonly threadId: string
  readonly owner: Owner
  readonly agent: string
  /** The model that its sender chose, by name. Absent: none, it is its agent's own. */
  readonly chosenModel?: string
  /** The principal as it was when the message was sent. */
  readonly principal: Principal
  readonly messageId: string
  readonly startedAt: number
  readonly epoch: number
  readonly node: string
  /** It waits for a person, and no node holds it. In what `takeOver` answers: it did until now. */
  readonly parked: boolean
  /** Somebody asked for it to be stopped. */
  readonly stopping: boolean
  /** Null while at work or parked. */
  readonly outcome: RunOutcome | null
}

export interface NewRun {
  readonly runId: string
  readonly threadId: string
  readonly messageId: string
  readonly agent: string
  /** Chosen in the place of its agent's own. */
  readonly chosenModel?: string
  readonly principal: Principal
  readonly parts: readonly MessagePart[]
  /** The message of this thread that it comes after; null: none. Absent: the one before it in the log. */
  readonly follows?: string | null
  readonly idempotencyKey: string
  readonly node: string
  readonly at: number
  readonly leaseMs: number
  /** Runs of this owner that may be at work at once. Parked ones do not count. */
  readonly maxRunsPerUser: number
  /** Runs of all users of its tenant together. Default Infinity. */
  readonly maxRunsPerTenant?: number
  /** Runs of this owner that have not ended, parked ones included. Default Infinity. */
  readonly maxOpenRunsPerUser?: number
}

export type Accepted =
  | { readonly status: 'started'; readonly run: RunRecord; readonly events: readonly LoggedEvent[] }
  /** The same idempotency key on this thread before: nothing was written. */
  | { readonly status: 'duplicate'; readonly run: RunRecord }
  /** Another run is at work on the thread. */
  | { readonly status: 'busy'; readonly runId: string }
  | { readonly status: 'too_many_runs'; readonly running: number; readonly per: 'user' | 'tenant' }
  /** At work or parked. */
  | { readonly status: 'too_many_open_runs'; readonly open: number }
  /** `follows` names no message of this thread. */
  | { readonly status: 'message_unknown' }
  | { readonly status: 'not_found' }

export interface RunStore {
  /**
   * In one transaction: checks the thread, its owner, the idempotency key and the limits; appends `message_added`; claims
   * the run with epoch 1.
   *
   * @throws StoreError `NOT_FOUND` for an attachment that this owner does not have.
   */
  accept(owner: Owner, run: NewRun): Promise<Accepted>
  get(owner: Owner, runId: string): Promise<RunRecord | undefined>
  /** Makes a stop durable: whoever holds or takes over the run ends it. A parked run becomes due. Undefined: no such run of this owner. */
  requestStop(owner: Owner, runId: string): Promise<RunRecord | undefined>
  /** Of its calls that have not ended, by `callId`, what the log holds redacted. */
  keptInputs(owner: Owner, runId: string): Promise<ReadonlyMap<string, JsonValue>>
}

export interface HeartbeatAnswer {
  /** Runs of the claims that this node holds no longer. */
  readonly lost: readonly string[]
  /** Runs of the claims that somebody asked to be stopped. */
  readonly stopping: readonly string[]
}

/** The node's own port: it names no content, and is never handed to a connection. */
export interface LeaseStore {
  /** Prolongs this node's claims. */
  heartbeat(node: string, claims: readonly Fence[], until: number): Promise<HeartbeatAnswer>
  /**
   * Gives a claim back: the run is due at `until`, for any node. With `parked`, the number of its approvals that are open
   * as far as its holder knows: if one was answered meanwhile, the run is due at once. Answers whether it is.
   */
  release(
    node: string,
    fence: Fence,
    how: { readonly until: number; readonly parked?: { readonly approvals: number } },
  ): Promise<boolean>
  /**
   * Takes over runs that are due, because their lease has run out or was given back, with the next epoch. So is a run at
   * work whose lease ends after `latest` (default Infinity), as none can: the clock was set back since it was written.
   */
  takeOver(
    node: string,
    options: { readonly now: number; readonly until: number; readonly limit: number; readonly latest?: number },
  ): Promise<readonly RunRecord[]>
}

export interface ApprovalRecord extends ApprovalRequested {
  readonly threadId: string
  readonly status: 'open' | ApprovalDecision
  /** Who answered. */
  readonly by?: string
}

export interface ApprovalAnswer {
  readonly decision: ApprovalDecision
  readonly by?: string
  readonly reason?: string
  /** The arguments as the approver edited them, redacted. */
  readonly input?: JsonValue
  /** The same unredacted, where that differs. */
  readonly keptInput?: JsonValue
  readonly at: number
}

export type Answered =
  | { readonly status: 'resolved'; readonly approval: ApprovalRecord; readonly events: readonly LoggedEvent[] }
  | { readonly status: 'already_resolved' | 'expired'; readonly approval: ApprovalRecord }
  | { readonly status: 'not_found' }

export interface ApprovalStore {
  get(owner: Owner, approvalId: string): Promise<ApprovalRecord | undefined>
  listOpen(owner: Owner, threadId: string): Promise<readonly ApprovalRecord[]>
  /** Once: the first answer wins. In one transaction with its `approval_resolved`; a parked run becomes due. An answer by a person after `expiresAt` is `expired`. */
  resolve(owner: Owner, approvalId: string, answer: ApprovalAnswer): Promise<Answered>
}

/** An approval as it is found by whoever may answer it. */
export interface InboxRecord extends ApprovalRecord {
  /** Who asks: the owner of the thread. */
  readonly owner: Owner
  readonly requesterName?: string
  readonly requestedAt: number
}

/**
 * What a principal may answer (`mayAnswer`), of their own and of others of their tenant: the one part that answers of
 * somebody else's, and of that nothing that does not name the principal. What an approver may be shown of a record is said
 * in `agent/inbox.ts`.
 */
export interface InboxStore {
  /** Open and not expired, oldest first, at most `limit` (default 100), from the one after `after` on, an `approvalId`. */
  list(
    principal: Principal,
    options: { readonly now: number; readonly limit?: number; readonly after?: string },
  ): Promise<readonly InboxRecord[]>
  /** Whatever its status. Undefined: there is none that this principal may answer. */
  get(principal: Principal, approvalId: string): Promise<InboxRecord | undefined>
}

/** Small values of one owner, in named collections: notes, large outputs, whatever a tool keeps for its user. */
export interface RecordStore {
  put(
    owner: Owner,
    collection: string,
    id: string,
    value: JsonValue,
    options: { readonly at: number; readonly maxRecords?: number },
  ): Promise<void>
  get(owner: Owner, collection: string, id: string): Promise<StoredRecord | undefined>
  /** Newest first; default limit 100. */
  list(owner: Owner, collection: string, options?: { readonly limit?: number }): Promise<readonly StoredRecord[]>
  delete(owner: Owner, collection: string, id: string): Promise<boolean>
}

export type { BudgetRule }

/** One thing that something at work is about to use. */
export interface Want {
  readonly resource: BudgetResource
  /** Of a call. */
  readonly tool?: string
  readonly amount: number
  /** As little as this will do. Default: the whole amount. */
  readonly least?: number
}

/**
 * What holds a reservation in a run: a step of it, or of an agent that it called (each makes one at a time); the summary that
 * such a step needs first; a call; the run itself, for its time.
 */
export type ReservationHolder = `step:${string}` | `summary:${string}` | `call:${string}` | 'time'

export interface ReservationRequest {
  readonly fence: Fence
  /** What it held before is given back first. */
  readonly holder: ReservationHolder
  readonly at: number
  /** Those that bind the run. */
  readonly budgets: readonly BudgetRule[]
  readonly wants: readonly Want[]
}

export type ReservationAnswer =
  | {
      readonly status: 'reserved'
      /** One for each want; with the budget that left less than was wanted. */
      readonly granted: readonly { readonly amount: number; readonly cappedBy?: BudgetLevel }[]
      /** The budgets that counted, with what was reserved just now. */
      readonly levels: readonly BudgetLevel[]
    }
  | { readonly status: 'refused'; readonly level: BudgetLevel }

/**
 * What owners and tenants have used, by windows of time. It is a function of the events, counted in the transaction that
 * appends them, in which the reservation for it is given back too: a step by its `step_completed`, a call by its first
 * `tool_executing`, time by the end of the claim. What was reserved counts in the window in which it was.
 */
export interface UsageStore {
  /**
   * All wants or none, in one transaction: of every budget that counts one, what is used, reserved and wanted is at most
   * its `max`.
   *
   * @throws StoreError `FENCED`, `STORE_FULL`, `STORE_UNAVAILABLE`.
   */
  reserve(owner: Owner, request: ReservationRequest): Promise<ReservationAnswer>
  /** In the windows that hold `at`. */
  read(owner: Owner, query: { readonly at: number; readonly budgets: readonly BudgetRule[] }): Promise<UsageReport>
}

export interface StoredRecord {
  readonly id: string
  readonly value: JsonValue
  readonly createdAt: number
  readonly updatedAt: number
}

export interface NewAttachment extends Attachment {
  readonly data: Uint8Array
  readonly at: number
}

/** Files of one owner. What no thread names is forgotten a while after it was put; what a thread names, with that thread. */
export interface AttachmentStore {
  /**
   * In one transaction: removes what this owner put before `unusedBefore` and no thread names, then adds, unless the owner
   * would hold more than `maxTotalBytes`.
   *
   * @throws StoreError `ATTACHMENTS_FULL`, `STORE_FULL`, `STORE_UNAVAILABLE`.
   */
  put(
    owner: Owner,
    attachment: NewAttachment,
    options: { readonly unusedBefore: number; readonly maxTotalBytes: number },
  ): Promise<void>
  get(owner: Owner, attachmentId: string): Promise<Attachment | undefined>
  /** Its bytes from `offset` (default 0) on, at most `length` of them (default: all). */
  read(
    owner: Owner,
    attachmentId: string,
    range?: { readonly offset?: number; readonly length?: number },
  ): Promise<Uint8Array | undefined>
  /** Not while a thread names it: `in_use`. */
  delete(owner: Owner, attachmentId: string): Promise<'deleted' | 'in_use' | 'not_found'>
}

/** Credentials that no longer count: those of a user that were issued up to `at`, or the one with an id. */
export interface NewRevocation {
  readonly tenant: string
  /** Null: whoever in the tenant it was issued to. */
  readonly user: string | null
  /** Null: every one of the user's. */
  readonly tokenId: string | null
  /** When it was made, milliseconds since the epoch. */
  readonly at: number
  /** From then on it may be forgotten: whatever it names has expired by itself. */
  readonly until: number
}

export interface Revocation extends NewRevocation {
  /** They count up from 1, in the order in which they can be read. */
  readonly number: number
}

/** The administration's port: it names no content, and is never handed to a connection. */
export interface RevocationStore {
  /** Resolves when it is durable. One of the same user and token is replaced; those that ended before `at` are forgotten. */
  add(revocation: NewRevocation): Promise<void>
  /** In order, from number `after` + 1, at most `limit` (default 500). */
  list(range: { readonly after: number; readonly limit?: number }): Promise<readonly Revocation[]>
}

export interface StoreHealth {
  readonly state: 'healthy' | 'degraded' | 'unhealthy'
  readonly reasons: readonly string[]
}

/** What serves people: without the ports that read across owners, so that no request of anybody can reach them. */
export type ServingStore = Omit<Store, 'administration' | 'audit'>

export interface Store extends AsyncDisposable {
  readonly threads: ThreadStore
  readonly events: EventStore
  readonly runs: RunStore
  readonly leases: LeaseStore
  readonly approvals: ApprovalStore
  readonly inbox: InboxStore
  readonly records: RecordStore
  readonly attachments: AttachmentStore
  readonly usage: UsageStore
  readonly revocations: RevocationStore
  readonly audit: AuditStore
  readonly administration: AdministrationStore
  health(): StoreHealth
  /** Finishes what was accepted, then closes; every later call is refused `STORE_CLOSED`. */
  close(): Promise<void>
}
