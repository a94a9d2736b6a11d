/**
 * The one table from failure codes to HTTP status. A code that is missing here is a fault of the server: 500.
 *
 * @module
 */
import type { Failure } from 'toolcrib/protocol'

export const statusByCode: ReadonlyMap<string, number> = new Map([
  ...codes(400, 'BODY_NOT_JSON', 'TEXT_NOT_JSON', 'REQUEST_INVALID', 'REQUEST_REFUSED', 'SUBPROTOCOL_MISSING'),
  ...codes(400, 'COMMAND_INVALID', 'COMMAND_UNKNOWN', 'COMMAND_NEEDS_SOCKET', 'FRAME_NOT_JSON', 'FRAME_NOT_TEXT'),
  ...codes(
    400,
    'MESSAGE_EMPTY',
    'AGENT_UNKNOWN',
    'MODEL_UNKNOWN',
    'AFTER_AHEAD',
    'APPROVAL_INPUT_INVALID',
    'OTHER_PRINCIPAL',
    'TOKEN_WITHOUT_ID',
  ),
  ...codes(401, 'TOKEN_MISSING', 'TOKEN_MALFORMED', 'TOKEN_ALGORITHM', 'TOKEN_SIGNATURE', 'TOKEN_ISSUER'),
  ...codes(
    401,
    'TOKEN_AUDIENCE',
    'TOKEN_EXPIRED',
    'TOKEN_NOT_YET_VALID',
    'TOKEN_CLAIMS',
    'TOKEN_REVOKED',
    'TOKEN_LIFE',
  ),
  ...codes(401, 'TICKET_REFUSED', 'CREDENTIALS_EXPIRED', 'CREDENTIALS_REVOKED'),
  ...codes(403, 'ORIGIN_REFUSED', 'OPERATOR_REQUIRED', 'APPROVAL_NOT_YOURS'),
  ...codes(404, 'NOT_FOUND', 'MESSAGE_UNKNOWN', 'ROUTE_UNKNOWN', 'SIGN_IN_DISABLED'),
  ...codes(409, 'ATTACHMENTS_FULL', 'ATTACHMENT_IN_USE'),
  ...codes(409, 'THREAD_BUSY', 'APPROVAL_RESOLVED', 'RECORDS_FULL', 'FENCED'),
  ...codes(408, 'REQUEST_TIMED_OUT'),
  ...codes(410, 'APPROVAL_EXPIRED'),
  ...codes(400, 'ATTACHMENT_NAME_INVALID'),
  ...codes(413, 'ATTACHMENT_TOO_LARGE', 'ATTACHMENTS_LIMIT'),
  ...codes(415, 'ATTACHMENT_TYPE_REFUSED'),
  ...codes(429, 'UPLOADS_LIMIT'),
  ...codes(413, 'BODY_TOO_LARGE', 'FRAME_TOO_LARGE', 'MESSAGE_TOO_LONG'),
  ...codes(421, 'HOST_REFUSED'),
  ...codes(426, 'UPGRADE_REQUIRED'),
  ...codes(431, 'HEADERS_TOO_LARGE'),
  ...codes(
    429,
    'RUNS_LIMIT',
    'TENANT_RUNS_LIMIT',
    'OPEN_RUNS_LIMIT',
    'RATE_LIMITED',
    'TOO_FAST',
    'TOO_MANY_PENDING',
    'TOO_MANY_OPEN_THREADS',
  ),
  ...codes(429, 'TOO_MANY_CONNECTIONS', 'TICKETS_FULL', 'SIGN_INS_LIMIT', 'NOT_READING'),
  ...codes(503, 'KEYS_UNAVAILABLE', 'DRAINING', 'STORE_UNAVAILABLE', 'STORE_CLOSED', 'LOG_UNREADABLE'),
  ...codes(507, 'STORE_FULL'),
])

/** When a refused request may be sent again, in seconds. */
const retryAfterSeconds = 1

export function statusOf(code: string): number {
  return statusByCode.get(code) ?? 500
}

/** The headers that go with a failure. */
export function failureHeaders({ code, retry }: Failure): Readonly<Record<string, string>> {
  const status = statusOf(code)
  return {
    'cache-control': 'no-store',
    ...(status === 401
      ? { 'www-authenticate': `Bearer error="${code === 'TOKEN_MISSING' ? 'invalid_request' : 'invalid_token'}"` }
      : {}),
    ...(retry === 'later' && (status === 429 || status === 503) ? { 'retry-after': String(retryAfterSeconds) } : {}),
  }
}

function codes(status: number, ...names: readonly string[]): readonly (readonly [string, number])[] {
  return names.map((name) => [name, status])
}
