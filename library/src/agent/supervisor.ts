/**
 * What a connection talks to: it accepts messages, starts and stops runs, and answers approvals. Every call names the
 * principal, and whatever is not theirs answers `NOT_FOUND`, exactly like what does not exist.
 *
 * @module
 */
import type { Answerable } from '../protocol/approvers.ts'
import type { ApprovalRequested, LoggedEvent } from '../protocol/events.ts'
import type { Hello, Replies, ToolInfo } from '../protocol/frames.ts'
import type { Attachment, JsonValue, Owner, Principal, SentPart, Thread, UsageReport } from '../protocol/vocabulary.ts'
import type { Registry } from '../registry/registry.ts'
import type { Issue, Tool } from '../tool/tool.ts'
import type { NewFile, OpenAttachment } from './attachments.ts'
import type { InboxPage, InboxQuery } from './inbox.ts'
import type { EventRange, RunRecord } from './ports.ts'
import type { Seat } from './seats.ts'

export interface SendMessage {
  readonly threadId: string
  readonly parts: readonly SentPart[]
  readonly idempotencyKey: string
  readonly agent?: string
  /** One of its agent's `models`, by name. Default: the first of them. */
  readonly model?: string
  /** Where it was sent from: the run may use what is offered there. */
  readonly seat?: Seat
  /** The message of this thread that it comes after; null: none. Default: the newest one. */
  readonly follows?: string | null
}

/** What changed for an owner, told after it was committed. */
export type SupervisorNotice =
  | {
      readonly type: 'events'
      readonly owner: Owner
      readonly threadId: string
      readonly events: readonly LoggedEvent[]
    }
  | { readonly type: 'threads_changed'; readonly owner: Owner }
  /** One more waits for those who may answer it, or one less. */
  | ({ readonly type: 'approvals_changed' } & Answerable)
  | { readonly type: 'thread_gone'; readonly owner: Owner; readonly threadId: string }

/** All methods reject with `AgentError` or `StoreError`; their `code`, `retry` and `message` may be shown to the sender. */
export interface Supervisor extends AsyncDisposable {
  createThread(principal: Principal, options?: { readonly title?: string }): Promise<Thread>
  listThreads(
    principal: Principal,
    options?: { readonly query?: string; readonly limit?: number; readonly before?: number },
  ): Promise<readonly Thread[]>
  renameThread(principal: Principal, threadId: string, title: string): Promise<Thread>
  /** Stops a run that is at work on it first. */
  deleteThread(principal: Principal, threadId: string): Promise<void>
  openThread(
    principal: Principal,
    threadId: string,
  ): Promise<{ readonly thread: Thread; readonly approvals: readonly ApprovalRequested[] }>
  readEvents(principal: Principal, threadId: string, range: EventRange): Promise<readonly LoggedEvent[]>
  /** Resolves when the message is durable and its run accepted; the run goes on by itself. */
  send(
    principal: Principal,
    message: SendMessage,
  ): Promise<{ readonly messageId: string; readonly runId: string; readonly duplicate: boolean }>
  /** Resolves when the stop is under way (`stopping: false`: the run had ended already). */
  stop(principal: Principal, runId: string): Promise<{ readonly stopping: boolean }>
  /** Approvals that this principal may answer now, of their own and of others, oldest first. */
  inbox(principal: Principal, query?: InboxQuery): Promise<InboxPage>
  /** One that this principal may answer now, and the tool that it is about. */
  approval(principal: Principal, approvalId: string): Promise<Replies['approval.get']>
  /** Why an answer with these arguments would be refused: empty when it would not. Nothing is answered. */
  checkApproval(principal: Principal, approvalId: string, input: JsonValue): Promise<readonly Issue[]>
  answer(
    principal: Principal,
    approvalId: string,
    answer: { readonly decision: 'approved' | 'denied'; readonly reason?: string; readonly input?: JsonValue },
  ): Promise<void>
  /** What a run of this principal with this agent would hold now, were its message sent from that seat. */
  tools(
    principal: Principal,
    agent?: string,
    seat?: Seat,
  ): { readonly agent: string; readonly tools: readonly ToolInfo[] }
  /** Keeps a file for messages of this principal. One that no message names is forgotten after a day. */
  attach(principal: Principal, file: NewFile): Promise<Attachment>
  openAttachment(principal: Principal, attachmentId: string): Promise<OpenAttachment>
  /** Refused (`ATTACHMENT_IN_USE`) while a message names it. */
  deleteAttachment(principal: Principal, attachmentId: string): Promise<void>
  /** What the owner used, and where the budgets stand that bind them. */
  usage(principal: Principal): Promise<UsageReport & { readonly currency: string }>
  /** The default one first. */
  agents(): Hello['agents']

  /** From now on runs of the seat's owner may find the tools of its scope, until that is closed. */
  takeSeat(seat: Seat): void
  /** The user's scope, opened on first use and closed with its last holder. Dispose to give it back. */
  acquireUserScope(principal: Principal): { readonly scope: Registry<Tool> } & Disposable
  /** Called in the order of commit per thread, synchronously; must not throw. */
  subscribe(listener: (notice: SupervisorNotice) => void): Disposable
  /** Runs at work on this node. */
  active(): readonly RunRecord[]
  /** Goes on with the runs that are due: left by a dead node, handed over, answered or stopped while they waited. Answers how many. Called at start and then every lease. */
  recover(): Promise<number>
  /** Accepts no more, and hands each run over at the end of its step, after `deadlineMs` wherever it is. */
  drain(deadlineMs: number): Promise<void>
}
