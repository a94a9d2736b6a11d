/** The whole failure surface of the policy layer. The law: codes are compared, messages are read. @module */
import type { Retry } from '../protocol/vocabulary.ts'

export interface PolicyErrorDetails {
  POLICY_INVALID: { option: string; expected: string; received: string }
  BUDGET_INVALID: { option: string; expected: string; received: string }
}

const catalogue: {
  readonly [C in keyof PolicyErrorDetails]: readonly [Retry, (details: PolicyErrorDetails[C]) => string]
} = {
  POLICY_INVALID: ['never', (d) => `Expected \`${d.option}\` of the policy to be ${d.expected}, got ${d.received}`],
  BUDGET_INVALID: ['never', (d) => `Expected \`${d.option}\` to be ${d.expected}, got ${d.received}`],
}

export type PolicyErrorCode = keyof PolicyErrorDetails
export const policyErrorCodes: readonly PolicyErrorCode[] = Object.keys(catalogue) as PolicyErrorCode[]

/** A policy or a limit that was declared wrongly; thrown where it is made. Compare `code`. */
export class PolicyError<C extends PolicyErrorCode = PolicyErrorCode> extends Error {
  readonly code: C
  readonly retry: Retry
  readonly details: PolicyErrorDetails[C]

  constructor(code: C, details: PolicyErrorDetails[C], options?: ErrorOptions) {
    super(catalogue[code][1](details), options)
    this.name = 'PolicyError'
    this.code = code
    this.retry = catalogue[code][0]
    this.details = details
  }
}

/** A received value as an error may show it: short, and never a whole object. */
export function showReceived(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 64))
  if (typeof value === 'number' || typeof value === 'boolean' || value === undefined || value === null)
    return String(value)
  if (Array.isArray(value)) return 'a list'
  return `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`
}
