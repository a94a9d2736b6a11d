/**
 * Every way in which a request fails, as the failure that its sender is shown. The law: what is none of ours leaves as
 * `INTERNAL`, without its message.
 *
 * @module
 */
import { replyFailure } from 'toolcrib/gateway'
import type { Failure } from 'toolcrib/protocol'
import { type ServerError, serverFailure } from '../errors.ts'

/** Thrown in a route to refuse with a failure that was made elsewhere. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

export function httpFailure(error: unknown, { maxBodyBytes }: { readonly maxBodyBytes: number }): Failure {
  if (error instanceof Refusal) return error.failure
  if (!(error instanceof Error) || !('code' in error)) return replyFailure(error)
  if (error.name === 'ServerError') {
    const { code, retry, message, details } = error as ServerError
    return { code, message, retry, ...('issues' in details ? { paths: details.issues } : {}) }
  }
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return serverFailure('BODY_TOO_LARGE', { maxBytes: maxBodyBytes })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return serverFailure('BODY_NOT_JSON', {})
    default:
      return isFrameworkRefusal(error)
        ? serverFailure('REQUEST_REFUSED', { reason: error.message })
        : replyFailure(error)
  }
}

/** Fastify's own refusals are about the request and carry a 4xx status. */
function isFrameworkRefusal(error: Error & { readonly code: unknown }): boolean {
  const status = 'statusCode' in error ? error.statusCode : undefined
  return String(error.code).startsWith('FST_') && typeof status === 'number' && status >= 400 && status < 500
}
