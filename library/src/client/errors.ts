/**
 * What a command is rejected with. Compare `code`: never the message, never the class. @module
 */
import type { Failure, Retry } from '../protocol/vocabulary.ts'

/** What the client itself rejects with; every other code is the server's. */
export interface ClientErrorDetails {
  NO_REPLY: { type: string; timeoutMs: number }
  CONNECTION_LOST: { type: string }
  CLIENT_CLOSED: { reason: string }
  FRAME_TOO_LARGE: { maxFrameBytes: number }
  TOO_MANY_PENDING: { maxPendingCommands: number }
}

export type ClientErrorCode = keyof ClientErrorDetails

const catalogue: {
  readonly [C in ClientErrorCode]: readonly [Retry, (details: ClientErrorDetails[C]) => string]
} = {
  NO_REPLY: ['later', (d) => `No reply to "${d.type}" within ${d.timeoutMs} ms; it may have been carried out or not`],
  CONNECTION_LOST: [
    'later',
    (d) =>
      `The connection was lost before the reply to "${d.type}"; look whether it was carried out, then send it again`,
  ],
  CLIENT_CLOSED: ['never', (d) => `The client is closed (${d.reason}); create a new one`],
  FRAME_TOO_LARGE: [
    'never',
    (d) => `The command is over ${d.maxFrameBytes} bytes, the server's limit; send less at once`,
  ],
  TOO_MANY_PENDING: [
    'later',
    (d) => `${d.maxPendingCommands} commands wait for their reply, the limit; wait for one and send it again`,
  ],
}

export const clientErrorCodes: readonly ClientErrorCode[] = Object.keys(catalogue) as ClientErrorCode[]

export class ClientError extends Error implements Failure {
  override readonly name = 'ClientError'
  readonly code: string
  readonly retry: Retry
  /** Where in the command: JSON Pointers. */
  readonly paths: readonly { readonly path: string; readonly message: string }[]

  constructor(failure: Failure) {
    super(failure.message)
    this.code = failure.code
    this.retry = failure.retry
    this.paths = failure.paths ?? []
  }
}

export function clientError<C extends ClientErrorCode>(code: C, details: ClientErrorDetails[C]): ClientError {
  const [retry, message] = catalogue[code]
  return new ClientError({ code, retry, message: message(details) })
}
