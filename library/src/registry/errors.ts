/** The whole failure surface of the registry layer. The law: codes are compared, messages are read. @module */

import type { Verdict, VerdictCode } from './verdict.ts'

/** `never`: the same attempt fails again. `later`: it may succeed once something is withdrawn or closed. */
export type RegistryRetry = 'never' | 'later'

/** What every refusal tells. */
interface Found {
  readonly found: string
  readonly cause: string
  readonly fix: string
}

/** What the refusal of a name tells when another entry is in its way. */
interface Clash extends Found {
  readonly existingName: string
  readonly existingPath: string
}

/** Every code of this layer, and the facts that its verdict holds for sure. */
export interface RegistryErrorDetails {
  NAME_MISSING: Found
  NAME_INVALID: Found
  NAME_RESERVED: Found
  NAME_TAKEN: Clash
  NAME_CONFUSABLE: Clash
  NAME_SHADOWS: Clash
  DESCRIPTION_MISSING: Found
  SCOPE_CLOSED: Found
  SCOPE_FULL: Found
  REGISTRY_FROZEN: Found
  VALIDATOR_REFUSED: Found
  FINGERPRINT_CHANGED: Clash
  FACTORY_FAILED: Found
  OFFER_REFUSED: Found
  OFFER_UNREADABLE: Found
}

export type RegistryCode = keyof RegistryErrorDetails

/** Every code this layer refuses with: its retry class, and what to do when nothing more exact is known. */
export const registryCatalogue: Readonly<Record<RegistryCode, readonly [RegistryRetry, string]>> = {
  NAME_MISSING: ['never', 'Give the entry a `name`, a string. A name is declared, never inferred.'],
  NAME_INVALID: ['never', 'Choose a name of 1 to 64 letters, digits, `_` and `-` that starts with a letter.'],
  NAME_RESERVED: ['never', 'Choose another name; this one is reserved.'],
  NAME_TAKEN: ['never', 'Rename or withdraw one of the two, or use `replace` where the first one was added.'],
  NAME_CONFUSABLE: ['never', 'Rename one of the two so that they differ in more than case, `-` and `_`.'],
  NAME_SHADOWS: ['never', 'Choose another name; what a scope above holds can not be hidden from below.'],
  DESCRIPTION_MISSING: ['never', 'Give the entry a `description` of one sentence.'],
  SCOPE_CLOSED: ['never', 'Open a new scope, and do not keep a scope beyond its `close`.'],
  SCOPE_FULL: ['later', 'Withdraw something first, or raise the limit of entries where the scope is opened.'],
  REGISTRY_FROZEN: ['never', 'Make the change before `freeze`, or in a scope opened below.'],
  VALIDATOR_REFUSED: ['never', 'Change the entry as the validator asks, or correct the validator if it failed.'],
  FINGERPRINT_CHANGED: ['never', 'Review the change, then replace with `{ allowChange: true }`.'],
  FACTORY_FAILED: ['later', 'Correct the factory: it returns, at once, an entry of the name it was added under.'],
  OFFER_REFUSED: ['never', 'Correct the refused candidates of the same offer, or offer without `atomic`.'],
  OFFER_UNREADABLE: ['never', 'Offer an array, or an iterable that ends and does not throw.'],
}

/** Thrown by `add` and whatever else is refused. Compare `code`; `verdict` holds the facts. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
  readonly code: VerdictCode
  readonly retry: RegistryRetry
  readonly verdict: Verdict

  constructor(verdict: Verdict, options?: ErrorOptions) {
    super(describeVerdict(verdict), options)
    this.code = verdict.code ?? 'VALIDATOR_REFUSED'
    this.retry = retryOf(this.code)
    this.verdict = verdict
  }
}

/** One paragraph that holds all a verdict knows, for logs and for people. */
export function describeVerdict(verdict: Verdict): string {
  const name = verdict.name === undefined ? '' : ` "${verdict.name}"`
  const code = verdict.code === undefined ? '' : ` ${verdict.code}${verdict.kind ? `/${verdict.kind}` : ''}`
  const parts = [`${verdict.verdict}${code}${name} in ${verdict.path}`]
  if (verdict.where) parts.push(`at ${verdict.where}`)
  if (verdict.found) parts.push(`found ${verdict.found}`)
  if (verdict.existingPath) parts.push(existingSentence(verdict))
  if (verdict.offered) parts.push(`offered at ${describePlace(verdict.offered)}`)
  if (verdict.cause) parts.push(verdict.cause)
  const text = parts.join('; ').replace(/[.;\s]+$/, '')
  return verdict.fix ? `${text}. ${verdict.fix}` : text
}

function existingSentence(verdict: Verdict): string {
  const place = verdict.existing ? `, registered at ${describePlace(verdict.existing)}` : ''
  return `"${verdict.existingName ?? verdict.name}" is held by ${verdict.existingPath}${place}`
}

function describePlace(place: { file: string; line: number; column: number }): string {
  return `${place.file}:${place.line}:${place.column}`
}

function retryOf(code: string): RegistryRetry {
  return Object.hasOwn(registryCatalogue, code) ? registryCatalogue[code as RegistryCode][0] : 'never'
}
