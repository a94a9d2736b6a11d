/**
 * What the main thread can ask of the database threads. The law: every command is named, typed on both sides, and can
 * be made again as long as it was not committed.
 *
 * @module
 */

import type { AuditQuery, RunPage, RunQuery, RunReport } from '../../../agent/administration-ports.ts'
import type {
  Accepted,
  Answered,
  ApprovalRecord,
  BudgetRule,
  Fence,
  HeartbeatAnswer,
  InboxRecord,
  NewAttachment,
  NewRevocation,
  NewRun,
  NewThread,
  ReservationAnswer,
  ReservationRequest,
  Revocation,
  RunRecord,
} from '../../../agent/ports.ts'
import type { AuditEntry, NewAuditEntry } from '../../../protocol/audit.ts'
import type { Owner, Principal, Thread, UsageReport } from '../../../protocol/vocabulary.ts'
import type { Change } from '../rules/derived.ts'
import type { Statements } from './statements.ts'

/** Events as text, with what they change in the tables beside the log. */
export interface Entry {
  readonly at: number
  readonly lines: readonly string[]
  /** `line` is the index of the event in `lines`. */
  readonly changes: readonly { readonly line: number; readonly change: Change }[]
}

/** Of a run: its events as text, and up to which number the log was looked through. */
export interface RunRows {
  readonly run: RunReport
  readonly rows: readonly EventRow[]
  readonly readTo: number
  readonly more: boolean
}

/** The call that is made most: flat, because each object in a message costs as much as its text. */
export type Append = readonly [
  tenant: string,
  user: string,
  threadId: string,
  runId: string,
  epoch: number,
  at: number,
  lines: Entry['lines'],
  changes: Entry['changes'],
  /** Null: it is not told apart from another. */
  batch: number | null,
  inputs: readonly InputRow[],
]

/** `input` is JSON text. */
export interface InputRow {
  readonly call_id: string
  readonly input: string
}

export interface EventRow {
  readonly seq: number
  readonly at: number
  readonly event: string
}

export interface RecordRow {
  readonly id: string
  readonly value: string
  readonly created_at: number
  readonly updated_at: number
}

export interface PutRecord {
  readonly collection: string
  readonly id: string
  readonly value: string
  readonly at: number
  /** Null: no limit. */
  readonly maxRecords: number | null
}

export interface AttachmentRow {
  readonly attachment_id: string
  readonly name: string
  readonly media_type: string
  readonly bytes: number
}

export interface PutAttachment extends NewAttachment {
  readonly unusedBefore: number
  /** Null: no limit. */
  readonly maxTotalBytes: number | null
}

/** Its message is an event beside it; `principal` is JSON text. */
export type StoredRun = Omit<NewRun, 'parts' | 'principal'> & { readonly principal: string }

export interface ThreadQuery {
  /** Folded; empty: every thread. */
  readonly needle: string
  readonly before: number
  readonly limit: number
}

export interface WriteCommands {
  createThread(db: Statements, owner: Owner, thread: NewThread): Thread
  /** Answers the thread as it is now, and the sequence number of the event. */
  renameThread(db: Statements, owner: Owner, threadId: string, entry: Entry): Thread | undefined
  deleteThread(db: Statements, owner: Owner, threadId: string): boolean
  /** Answers the sequence number of the first event. */
  appendEvents(db: Statements, ...append: Append): number
  /** The events are made by the caller, which knows them. */
  acceptRun(db: Statements, owner: Owner, run: StoredRun, entry: Entry): WithFirstSeq<Accepted>
  /** Answers the sequence number of the event; null: there is nothing to record. Undefined: no such thread. */
  appendLate(db: Statements, owner: Owner, threadId: string, runId: string, entry: Entry): number | null | undefined
  requestStop(db: Statements, owner: Owner, runId: string): RunRecord | undefined
  heartbeat(db: Statements, node: string, claims: readonly Fence[], until: number): HeartbeatAnswer
  /** `approvals`: as many are open, as far as the holder of the claim knows. Null: it does not wait for any. */
  release(db: Statements, node: string, fence: Fence, how: { until: number; approvals: number | null }): boolean
  takeOver(
    db: Statements,
    node: string,
    options: { now: number; until: number; limit: number; latest: number | null },
  ): readonly RunRecord[]
  /** `answer`: an `ApprovalAnswer` as JSON text. */
  resolveApproval(db: Statements, owner: Owner, approvalId: string, answer: string): Answered
  putRecord(db: Statements, owner: Owner, record: PutRecord): null
  deleteRecord(db: Statements, owner: Owner, collection: string, id: string): boolean
  putAttachment(db: Statements, owner: Owner, attachment: PutAttachment): null
  deleteAttachment(db: Statements, owner: Owner, attachmentId: string): 'deleted' | 'in_use' | 'not_found'
  reserveUsage(db: Statements, owner: Owner, request: ReservationRequest): ReservationAnswer
  addRevocation(db: Statements, revocation: NewRevocation): null
  appendAudit(db: Statements, entries: readonly NewAuditEntry[]): null
  /** `maxEntries`, null: no limit. Answers how many were forgotten. */
  pruneAudit(db: Statements, options: { keepFrom: number; maxEntries: number | null; limit: number }): number
}

export interface ReadCommands {
  getThread(db: Statements, owner: Owner, threadId: string): Thread | undefined
  listThreads(db: Statements, owner: Owner, query: ThreadQuery): readonly Thread[]
  readEventsBefore(
    db: Statements,
    owner: Owner,
    threadId: string,
    range: { before: number; limit: number },
  ): readonly EventRow[] | undefined
  readEvents(
    db: Statements,
    owner: Owner,
    threadId: string,
    range: { after: number; limit: number },
  ): readonly EventRow[] | undefined
  getRun(db: Statements, owner: Owner, runId: string): RunRecord | undefined
  keptInputs(db: Statements, owner: Owner, runId: string): readonly InputRow[]
  getApproval(db: Statements, owner: Owner, approvalId: string): ApprovalRecord | undefined
  listOpenApprovals(db: Statements, owner: Owner, threadId: string): readonly ApprovalRecord[]
  getFromInbox(db: Statements, principal: Principal, approvalId: string): InboxRecord | undefined
  /** `after`: an `approvalId`; null: from the beginning. */
  listInbox(
    db: Statements,
    principal: Principal,
    options: { now: number; after: string | null; limit: number },
  ): readonly InboxRecord[]
  getRecord(db: Statements, owner: Owner, collection: string, id: string): RecordRow | undefined
  listRecords(db: Statements, owner: Owner, collection: string, limit: number): readonly RecordRow[]
  getAttachment(db: Statements, owner: Owner, attachmentId: string): AttachmentRow | undefined
  readAttachment(
    db: Statements,
    owner: Owner,
    attachmentId: string,
    range: { offset: number; length: number },
  ): Uint8Array | undefined
  readUsage(db: Statements, owner: Owner, query: { at: number; budgets: readonly BudgetRule[] }): UsageReport
  listRuns(db: Statements, query: RunQuery & { readonly limit: number }): RunPage
  readRun(
    db: Statements,
    query: { tenant: string | null; runId: string; after: number; limit: number },
  ): RunRows | undefined
  listRevocations(db: Statements, after: number, limit: number): readonly Revocation[]
  inputHashKey(db: Statements): Uint8Array
  listAudit(db: Statements, query: AuditQuery, limit: number): readonly AuditEntry[]
}

/** A started run's events stay with the caller; only their place in the log comes back. */
export type WithFirstSeq<T> = T extends { readonly events: unknown }
  ? Omit<T, 'events'> & { readonly firstSeq: number }
  : T

/** A method of `Commands` without the connection that its thread adds. */
export type Call<Commands, Name extends keyof Commands> = Commands[Name] extends (
  db: Statements,
  ...args: infer Args
) => infer Result
  ? { readonly args: Readonly<Args>; readonly result: Result }
  : never
