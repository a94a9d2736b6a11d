/**
 * What is on record of who did what: entries that outlive the chats they tell of. The law: no message, no argument and no
 * result is in one; of arguments there is a hash.
 *
 * @module
 */
import type { JsonObject } from './vocabulary.ts'

export const auditKinds = [
  'run_started',
  'run_ended',
  'call_started',
  /** Also of a call that never started: `outcome` says so. */
  'call_ended',
  'call_late',
  'approval_requested',
  'approval_resolved',
  'signed_in',
  'signed_out',
  /** Credentials, a sign-in or a role that did not do, by code; those that are alike are one entry, with a `count`. */
  'access_refused',
  'credentials_revoked',
  /** An operator read what is somebody's. */
  'looked',
  /** A tool that a client offered was not admitted. */
  'tool_refused',
  'scope_leaked',
  'server_started',
  'server_stopped',
  /** So many entries of the house could not be written. */
  'audit_lost',
] as const

export type AuditKind = (typeof auditKinds)[number]

export interface NewAuditEntry {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly kind: AuditKind
  /** Whose it is; null: the house's. */
  readonly tenant: string | null
  readonly user: string | null
  /** Who did it, where that is not `user`. */
  readonly by: string | null
  /** The run that a person started, also of what an agent within it did. */
  readonly runId: string | null
  readonly callId: string | null
  readonly tool: string | null
  /** An outcome, a decision or a code. */
  readonly outcome: string | null
  /** What else there is to it, by kind. Small. */
  readonly facts: JsonObject
}

export interface AuditEntry extends NewAuditEntry {
  /** They count up by one. */
  readonly number: number
  /**
   * SHA-256, in hexadecimal, of the JSON text of `[hash of the entry before, number, at, kind, tenant, user, by, runId,
   * callId, tool, outcome, facts]`, the first one's before being empty: what is changed, or taken out of the middle, shows.
   */
  readonly hash: string
}
