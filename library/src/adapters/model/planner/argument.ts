/**
 * What a value of an argument is, before and after it was found.
 *
 * @module
 */
import type { JsonValue } from '../../../protocol/vocabulary.ts'
import type { Parameter } from './parameters.ts'

/** An earlier result that "it" or "the second one" means. */
export interface Reference {
  /** 0 for the first of a list; undefined for the whole result. */
  readonly item?: number
  /** For expressions: where the result goes. */
  readonly template?: string
  /** "there": the place of an earlier request, not its result. */
  readonly place?: boolean
}

export type Value = { readonly literal: JsonValue } | { readonly reference: Reference }

export interface Filled {
  readonly values: ReadonlyMap<Parameter, Value>
  readonly missing: readonly Parameter[]
  /** 0 to 1: how much what was found speaks for this tool. */
  readonly evidence: number
  /** Further values of a name that holds one only: `Tokyo and London`. Each is a request of its own. */
  readonly others?: { readonly parameter: Parameter; readonly values: readonly string[] }
}

export interface FillOptions {
  readonly now: number
  readonly timeZone: string
  /** The clause only adds to an earlier request: `and in Paris?`. */
  readonly elliptic?: boolean
}
