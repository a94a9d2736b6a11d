/** The registry's counts. The law: every attempt is counted, also the failed ones, and reading costs nothing. @module */

import type { VerdictWord } from './verdict.ts'

/** Counts of one whole tree since its root was created. */
export interface RegistryMetrics {
  readonly uptimeMs: number
  readonly verdicts: Readonly<Record<VerdictWord, number>>
  /** Refusals by code. */
  readonly refusals: Readonly<Record<string, number>>
  /** What `report` mode let pass, by the code it would have been refused with. */
  readonly advisories: Readonly<Record<string, number>>
  /** `hits` and `misses` of `get` and `has`; calls of `list`. */
  readonly reads: { readonly hits: number; readonly misses: number; readonly lists: number }
  /** Entries held now. */
  readonly entries: number
  readonly scopes: ScopeCounts & { readonly byKind: Readonly<Record<string, ScopeCounts>> }
  /** Owned things, clean-ups and instances. `open` = `opened` - `closed` - `disowned`. */
  readonly resources: {
    readonly open: number
    readonly opened: number
    readonly closed: number
    readonly disowned: number
    /** Of the closed ones: how many threw. */
    readonly failed: number
    /** Past their close's deadline and not finished yet. */
    readonly overdue: number
  }
  readonly audit: { readonly listeners: number; readonly dropped: number; readonly listenerFailures: number }
}

/** `open` = `opened` - `closed`. A leaked scope is closed too. */
export interface ScopeCounts {
  readonly open: number
  readonly opened: number
  readonly closed: number
  readonly leaked: number
}
