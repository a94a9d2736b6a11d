/** The audit stream's records. The law: every verdict, open, close, withdrawal and leak, in order, harming nobody. @module */

import type { CloseReport } from './registry.ts'
import type { Verdict } from './verdict.ts'

interface AuditBase {
  /** Counts up by one with every record of the tree. */
  readonly seq: number
  readonly at: number
  /** The path of the scope it is about. */
  readonly path: string
}

export type AuditRecord = AuditBase &
  (
    | { readonly type: 'verdict'; readonly verdict: Verdict }
    | { readonly type: 'opened'; readonly kind: string }
    | { readonly type: 'closed'; readonly kind: string; readonly report: CloseReport }
    | { readonly type: 'withdrawn'; readonly name: string; readonly why: WithdrawalReason }
    /** A factory made its entry. */
    | { readonly type: 'made'; readonly name: string }
    | { readonly type: 'frozen' }
    /** Collected without having been closed; what it owned is being closed now. */
    | { readonly type: 'leaked'; readonly kind: string }
    | { readonly type: 'cleanup_failed'; readonly what: string; readonly error: unknown }
    /** This listener was too slow: so many records before this one were dropped, oldest first. */
    | { readonly type: 'audit_dropped'; readonly count: number }
  )

/** `withdrawn` by its registration, `displaced` by one of higher trust, or gone with its scope. */
export type WithdrawalReason = 'withdrawn' | 'displaced' | 'closed'

/**
 * Contract: may return a promise, and then gets its next record once that has settled. What it throws is counted and
 * goes nowhere else.
 */
export type AuditListener = (record: AuditRecord) => unknown

export interface SubscribeOptions {
  /** How many records wait for a listener that is still busy; past it the oldest is dropped. Default: 1024. */
  readonly maxQueued?: number | undefined
}
