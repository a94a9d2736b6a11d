/** What is on record of who did what. Types only. @module */
import type { AuditEntry, AuditKind } from '../protocol/audit.ts'

/** Which entries. */
export interface AuditFilters {
  readonly kinds?: readonly AuditKind[] | undefined
  /** Of those in sight. */
  readonly tenant?: string | undefined
  readonly user?: string | undefined
  readonly tool?: string | undefined
  /** An outcome, a decision or a code. */
  readonly outcome?: string | undefined
  readonly runId?: string | undefined
  readonly callId?: string | undefined
  /** At or after, and before: milliseconds since the epoch. */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** `hash` is there for those who see every tenant: nobody else has the whole chain. */
export type SeenAuditEntry = Omit<AuditEntry, 'hash'> & Partial<Pick<AuditEntry, 'hash'>>

/** The same filters, as a file of JSON lines, newest first: `GET /v1/operations/audit.jsonl`. */
export interface AuditQuestion {
  readonly query: AuditFilters & {
    /** Numbers below: the `next` of the page before. */
    readonly before?: number | undefined
    /** Numbers above: what has come since. */
    readonly after?: number | undefined
    /** At most 500; default 100. */
    readonly limit?: number | undefined
  }
  readonly reply: {
    /** Newest first. */
    readonly entries: readonly SeenAuditEntry[]
    /** Null: there are no others. */
    readonly next: number | null
  }
}
