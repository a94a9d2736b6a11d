/**
 * What the log knows a call's arguments by, where it does not hold them. The law: equal arguments have equal hashes, and
 * without the key nobody finds out short ones by trying.
 *
 * @module
 */
import type { JsonValue } from '../protocol/vocabulary.ts'
import { hashJson, keyedHashJson } from '../tool/fingerprint.ts'
import { readJson } from './json-value.ts'

export interface InputHashes {
  of(call: HashedCall): string
  /** Whether a hash is of what would run. One from before there was a key is plain. */
  isOf(hash: string, call: HashedCall): boolean
}

export interface HashedCall {
  readonly input: JsonValue
  readonly parsed: unknown
}

/** @param key Undefined: the hashes are plain. */
export function createInputHashes(key: Uint8Array | undefined): InputHashes {
  const of = (call: HashedCall): string =>
    key === undefined ? hashJson(whatRuns(call)) : keyedHashJson(whatRuns(call), key)
  return {
    of,
    isOf: (hash, call) => hash === (hash.startsWith('sha256:') ? hashJson(whatRuns(call)) : of(call)),
  }
}

/** What a schema made of the arguments may be no JSON: then what the model wrote. */
function whatRuns({ parsed, input }: HashedCall): JsonValue {
  const reading = readJson(parsed)
  return reading.ok ? reading.value : input
}
