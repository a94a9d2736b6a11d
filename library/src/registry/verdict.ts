/** Verdicts: what a registry answers to everything offered to it. The law: a refusal says why, where and what to do. @module */

import type { RegistryCode } from './errors.ts'

/** A code of this layer, or one that the `admit` of the layer above answers with. */
export type VerdictCode = RegistryCode | (string & Record<never, never>)

/** A place in source code, 1-based. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/**
 * How far the giver of an entry is trusted, from most to least: this program's own `code`, a `source` it chose but
 * does not control, a `client`. Among equals the first stays; a lower one never wins over a higher one, even if first.
 */
export type Trust = 'code' | 'source' | 'client'

export type VerdictWord = 'admitted' | 'unchanged' | 'replaced' | 'refused'

/** A rule that `report` mode let pass: what `enforce` mode would have refused with. */
export interface Advisory {
  readonly code: VerdictCode
  readonly found: string
  readonly cause: string
  readonly fix: string
}

export interface Verdict {
  readonly verdict: VerdictWord
  /** The path of the scope that judged. */
  readonly path: string
  /** When, in milliseconds since the epoch, by the registry's clock. */
  readonly at: number
  /** The candidate's name; absent when it has none that can be told. */
  readonly name?: string | undefined
  /** Set when refused. */
  readonly code?: VerdictCode | undefined
  /** A finer word under the code. */
  readonly kind?: string | undefined
  readonly found?: string | undefined
  readonly cause?: string | undefined
  readonly fix?: string | undefined
  /** Where inside the candidate the fault lies. */
  readonly where?: string | undefined
  /** For a name that clashes: the entry that holds it, the scope it is in, and where it was defined or registered. */
  readonly existingName?: string | undefined
  readonly existingPath?: string | undefined
  readonly existing?: Place | undefined
  /** Where the candidate was defined, or else offered. */
  readonly offered?: Place | undefined
  /** Who offered it, as told by the caller, such as `mcp:files`. */
  readonly origin?: string | undefined
  readonly trust?: Trust | undefined
  /** In `report` mode: the code it would have been refused with, the first of `advisories`. */
  readonly advisory?: VerdictCode | undefined
  readonly advisories?: readonly Advisory[] | undefined
}
