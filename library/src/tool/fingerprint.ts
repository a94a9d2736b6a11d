/** Fingerprints. The law: the same meaning gives the same bytes, on any machine and in any order of keys. @module */
import { createHmac, hash } from 'node:crypto'
import type { Effect, JsonObject, JsonValue } from '../protocol/vocabulary.ts'

/** What a fingerprint covers: whatever changes what a model is told or what a call may do. */
export interface FingerprintParts {
  readonly name: string
  readonly description: string
  readonly input: JsonObject
  readonly output?: JsonObject | undefined
  readonly effect: Effect
}

/** `sha256:` and 64 hexadecimal digits. */
export function fingerprintOf({ name, description, input, output, effect }: FingerprintParts): string {
  return hashJson({ name, description, input, effect, ...(output === undefined ? {} : { output }) })
}

/** SHA-256 over the canonical JSON of a value: for fingerprints, and for what an approval is bound to. */
export function hashJson(value: JsonValue): string {
  return `sha256:${hash('sha256', canonicalJson(value))}`
}

/** HMAC-SHA-256 over the same: for what is short enough to be found out by trying. */
export function keyedHashJson(value: JsonValue, key: Uint8Array): string {
  return `hmac-sha256:${createHmac('sha256', key).update(canonicalJson(value)).digest('hex')}`
}

/**
 * JSON with one spelling for each value (RFC 8785): keys in order of their UTF-16 code units, numbers and strings as
 * ECMAScript prints them, no white space.
 *
 * @throws TypeError for a number that JSON does not have.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} is no JSON number`)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members: string[] = []
  for (const key of Object.keys(value).sort()) {
    const member = value[key]
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`)
  }
  return `{${members.join(',')}}`
}

/** `Array.isArray` does not narrow a union that holds a readonly array. */
function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
