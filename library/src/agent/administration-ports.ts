/**
 * The ports that read across owners, for those who operate the house. The law: they are handed to the composition root, and
 * to nothing that serves a person's requests.
 *
 * @module
 */
import type { AuditEntry, AuditKind, NewAuditEntry } from '../protocol/audit.ts'
import type { LoggedEvent } from '../protocol/events.ts'
import type { RunOutcome, WindowUsage } from '../protocol/vocabulary.ts'
import type { RunRecord } from './ports.ts'

/** `waiting`: for a person's answer, parked or not. The others are the outcomes of those that have ended. */
export type RunState = 'working' | 'waiting' | RunOutcome

/** A run as it is listed: what it is about is in its events. */
export interface RunReport extends RunRecord {
  /** As its agent began; null: it has not yet. */
  readonly model: string | null
  /** How often its agent began: once more for each node that was lost. */
  readonly attempts: number
  readonly state: RunState
  readonly endedAt: number | null
  /** So far, as budgets count it: what called agents and summaries used is in it. */
  readonly used: Omit<WindowUsage, 'window' | 'startsAt' | 'endsAt' | 'runMs'>
}

/** Where a run stands in the list, newest first. */
export interface RunPlace {
  readonly startedAt: number
  readonly runId: string
}

export interface RunQuery {
  /** Null: of all tenants. */
  readonly tenant: string | null
  readonly user?: string
  readonly agent?: string
  /** `ended`: with whatever outcome. */
  readonly state?: RunState | 'ended'
  /** Of a run, or of a thread. */
  readonly id?: string
  /** Started at or after, and before. */
  readonly from?: number
  readonly to?: number
  /** Those that come after this place. */
  readonly after?: RunPlace
  /** Default 50. */
  readonly limit?: number
}

export interface RunPage {
  readonly runs: readonly RunReport[]
  /** From where on there may be others, although these are fewer than the limit: one read looks at so many runs and no more. */
  readonly next: RunPlace | null
}

/** Some of a run's events, in order. */
export interface RunEvents {
  readonly run: RunReport
  /** The message that started it, too. */
  readonly events: readonly LoggedEvent[]
  /** Up to this number the log was looked through. */
  readonly readTo: number
  /** There may be others after it: now, if the run has ended. */
  readonly more: boolean
}

/** Reads across owners, for those who run the house. A port of its own: it is never handed to a connection, and changes nothing. */
export interface AdministrationStore {
  /** Newest first. */
  runs(query: RunQuery): Promise<RunPage>
  /** At most `limit` (default 500) of its events, from the one after `after` (default 0) on. Undefined: the tenant has no such run. */
  run(query: {
    readonly tenant: string | null
    readonly runId: string
    readonly after?: number
    readonly limit?: number
  }): Promise<RunEvents | undefined>
}

/** Which entries. Absent: any. */
export interface AuditQuery {
  /** Absent: of all tenants, and of the house. */
  readonly tenant?: string
  /** With `tenant`: the house's own, too. */
  readonly house?: boolean
  readonly kinds?: readonly AuditKind[]
  readonly user?: string
  readonly tool?: string
  readonly outcome?: string
  readonly runId?: string
  readonly callId?: string
  /** At this time or later. */
  readonly since?: number
  /** Earlier than this time. */
  readonly until?: number
  /** Numbers above. */
  readonly after?: number
  /** Numbers below. */
  readonly before?: number
}

/**
 * What is on record of runs, calls and the house: a port of administration, that reads across owners and is never handed to a
 * connection. Entries of runs are a function of the events, written in the transaction that appends them; they stay when
 * their thread is deleted.
 */
export interface AuditStore {
  /** Entries that no event tells of, in order. Resolves when they are durable. */
  append(entries: readonly NewAuditEntry[]): Promise<void>
  /** Newest first, at most `limit` (default 100). */
  list(query: AuditQuery & { readonly limit?: number }): Promise<readonly AuditEntry[]>
  /** Made with the store, for the hashes of arguments: 32 random bytes, and the same for all who share it. */
  inputHashKey(): Promise<Uint8Array>
  /**
   * Forgets from the oldest on, at most `limit` of them (default 1,000), what is older than `keepFrom` or beyond `maxEntries`,
   * but never the newest. Answers how many.
   */
  prune(options: { readonly keepFrom: number; readonly maxEntries: number; readonly limit?: number }): Promise<number>
}
