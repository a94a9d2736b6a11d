/**
 * What the hooks throw. The law: only what the page's own code has done wrong; what the network or the server does is state. @module
 */
import type { Failure, Retry } from '../protocol/vocabulary.ts'

export interface ReactErrorDetails {
  PROVIDER_MISSING: { hook: string }
}

export type ReactErrorCode = keyof ReactErrorDetails

const catalogue: {
  readonly [C in ReactErrorCode]: readonly [Retry, (details: ReactErrorDetails[C]) => string]
} = {
  PROVIDER_MISSING: [
    'never',
    (d) => `${d.hook} expects a ToolcribProvider above the component that calls it, found none; put one around it`,
  ],
}

export const reactErrorCodes: readonly ReactErrorCode[] = Object.keys(catalogue) as ReactErrorCode[]

export class ReactError extends Error implements Failure {
  override readonly name = 'ReactError'
  readonly code: ReactErrorCode
  readonly retry: Retry

  constructor(code: ReactErrorCode, retry: Retry, message: string) {
    super(message)
    this.code = code
    this.retry = retry
  }
}

export function reactError<C extends ReactErrorCode>(code: C, details: ReactErrorDetails[C]): ReactError {
  const [retry, message] = catalogue[code]
  return new ReactError(code, retry, message(details))
}

/** What a command was rejected with, as state. Anything without a code is a fault of the program, and is thrown on. */
export function failureOf(error: unknown): Failure {
  const isFailure = typeof error === 'object' && error !== null && 'code' in error && 'retry' in error
  // Whatever has these two is a ClientError, of this copy of the package or another.
  if (isFailure) return error as Failure
  throw error
}
