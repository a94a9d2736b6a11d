/** What a registry can hold, and who decides it. The registry's law here: only `admit` says what an entry is. @module */

import type { VerdictCode } from './verdict.ts'

/**
 * The least a registry needs to know of what it keeps. An entry is treated as immutable: change one with
 * `replace`, never in place, or cached lists would tell an old story.
 */
export interface Entry {
  readonly name: string
  readonly description?: string | undefined
  readonly category?: string | undefined
  readonly tags?: readonly string[] | undefined
}

/** The judge's answer about one candidate. A refusal carries everything its verdict will say. */
export type Admission<T extends Entry> = { readonly ok: true; readonly entry: T } | AdmissionRefusal

export interface AdmissionRefusal {
  readonly ok: false
  readonly code: VerdictCode
  /** A finer word under the code, such as `class` or `promise`. */
  readonly kind?: string | undefined
  /** The candidate's name, when it has one that can be told safely. */
  readonly name?: string | undefined
  /** What was found, in a few words. Never a secret, never the whole candidate. */
  readonly found: string
  /** The likely cause. */
  readonly cause: string
  /** What to do about it. */
  readonly fix: string
  /** Where inside the candidate, such as `input.properties.city`. */
  readonly path?: string | undefined
}

/**
 * A further condition on entries which `admit` has let through.
 *
 * Contract: synchronous; returns nothing to agree, or a reason to refuse. One that throws refuses.
 */
export interface Validator<T extends Entry> {
  readonly name: string
  check(entry: T, scope: { readonly path: string; readonly kind: string }): ValidatorObjection | undefined
}

export interface ValidatorObjection {
  readonly found: string
  readonly cause: string
  readonly fix: string
}

/** Which entries to list. Conditions are joined by "and". */
export interface Filter<T extends Entry = Entry> {
  /** Only entries of this category, or of one of these. */
  readonly category?: string | readonly string[] | undefined
  /** Only entries that carry every one of these tags. */
  readonly tags?: readonly string[] | undefined
  /** Only entries of these names. */
  readonly names?: readonly string[] | undefined
  /** Any further condition. A list filtered by a function is computed at each call; the others are cached. */
  readonly where?: ((entry: T) => boolean) | undefined
}
