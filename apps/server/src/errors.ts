/**
 * The whole failure surface of the server: its start, its sign-in and its routes. Compare `code`: never the message,
 * never the class.
 *
 * @module
 */
import type { Failure, Retry } from 'toolcrib/protocol'

export interface StartErrorDetails {
  CONFIG_INVALID: { problems: readonly ConfigProblem[] }
  CONFIG_UNREADABLE: { file: string; reason: string }
  PORT_IN_USE: { host: string; port: number }
  PORT_FORBIDDEN: { host: string; port: number }
  ADDRESS_UNAVAILABLE: { host: string; reason: string }
  DATA_FOLDER_UNUSABLE: { folder: string; reason: string }
}

export interface AuthErrorDetails {
  TOKEN_MISSING: Record<never, never>
  TOKEN_MALFORMED: { reason: string }
  TOKEN_ALGORITHM: { found: string; allowed: readonly string[] }
  TOKEN_SIGNATURE: Record<never, never>
  TOKEN_ISSUER: { expected: string }
  TOKEN_AUDIENCE: { expected: string }
  TOKEN_EXPIRED: Record<never, never>
  TOKEN_NOT_YET_VALID: Record<never, never>
  TOKEN_CLAIMS: { claim: string; expected: string }
  TOKEN_REVOKED: Record<never, never>
  TOKEN_LIFE: { maxTokenLifeMs: number }
  TOKEN_WITHOUT_ID: Record<never, never>
  KEYS_UNAVAILABLE: Record<never, never>
  TICKET_REFUSED: Record<never, never>
  TICKETS_FULL: { max: number }
  ORIGIN_REFUSED: { origin: string }
  HOST_REFUSED: { host: string }
  SIGN_IN_DISABLED: Record<never, never>
  SIGN_INS_LIMIT: { perMinute: number }
  OPERATOR_REQUIRED: { role: string }
}

export interface HttpErrorDetails {
  ROUTE_UNKNOWN: { method: string; path: string }
  BODY_NOT_JSON: Record<never, never>
  TEXT_NOT_JSON: { problem: string; line: number; column: number }
  BODY_TOO_LARGE: { maxBytes: number }
  UPLOADS_LIMIT: { of: 'user' | 'server'; max: number }
  REQUEST_INVALID: { issues: readonly { readonly path: string; readonly message: string }[] }
  REQUEST_REFUSED: { reason: string }
  REQUEST_TIMED_OUT: Record<never, never>
  HEADERS_TOO_LARGE: Record<never, never>
  UPGRADE_REQUIRED: { expected: string }
  SUBPROTOCOL_MISSING: { expected: string }
}

/** One thing that is wrong with the configuration. `received` never shows a secret. */
export interface ConfigProblem {
  /** An environment variable's name, or a path in the config file. */
  readonly name: string
  readonly expected: string
  readonly received: string
  /** What to do, when it is more than to give what is expected. */
  readonly fix?: string
}

export interface ServerErrorDetails extends StartErrorDetails, AuthErrorDetails, HttpErrorDetails {}
export type ServerErrorCode = keyof ServerErrorDetails

type Catalogue = {
  readonly [C in ServerErrorCode]: readonly [Retry, (details: ServerErrorDetails[C]) => string]
}

const catalogue: Catalogue = {
  CONFIG_INVALID: [
    'never',
    (d) => `The configuration has ${count(d.problems.length, 'problem')}:\n${list(d.problems)}`,
  ],
  CONFIG_UNREADABLE: ['never', (d) => `The configuration file "${d.file}" cannot be loaded: ${d.reason}`],
  PORT_IN_USE: [
    'later',
    (d) =>
      `Another program listens on ${d.host}:${d.port}; stop it, or set TOOLCRIB_PORT to another port (0: any free one)`,
  ],
  PORT_FORBIDDEN: [
    'never',
    (d) => `This user may not listen on ${d.host}:${d.port}; set TOOLCRIB_PORT to a port from 1024 up`,
  ],
  ADDRESS_UNAVAILABLE: [
    'never',
    (d) => `This machine has no address "${d.host}" (${d.reason}); set TOOLCRIB_HOST to one it has`,
  ],
  DATA_FOLDER_UNUSABLE: [
    'never',
    (d) =>
      `The data folder "${d.folder}" cannot be used (${d.reason}); set TOOLCRIB_DATA to a folder that can be written`,
  ],

  TOKEN_MISSING: [
    'never',
    () => 'There are no credentials; send "Authorization: Bearer" with a token, the session cookie, or a ticket',
  ],
  TOKEN_MALFORMED: ['never', (d) => `The token is not a signed JSON Web Token: ${d.reason}`],
  TOKEN_ALGORITHM: [
    'never',
    (d) => `The token is signed with "${d.found}"; accepted here: ${d.allowed.map((name) => `"${name}"`).join(', ')}`,
  ],
  TOKEN_SIGNATURE: ['never', () => 'The signature of the token does not fit any key of the issuer; sign in again'],
  TOKEN_ISSUER: ['never', (d) => `The token is of another issuer; expected "${d.expected}"`],
  TOKEN_AUDIENCE: ['never', (d) => `The token is for another audience; expected "${d.expected}"`],
  TOKEN_EXPIRED: ['never', () => 'The token has expired; sign in again'],
  TOKEN_NOT_YET_VALID: ['later', () => 'The token is not valid yet; check the clocks of the issuer and of this server'],
  TOKEN_CLAIMS: [
    'never',
    (d) => `The claim "${d.claim}" of the token does not say who this is; expected ${d.expected}`,
  ],
  TOKEN_REVOKED: ['never', () => 'These credentials were revoked, as by a sign-out; sign in again'],
  TOKEN_LIFE: [
    'never',
    (d) => `The token lives longer than ${d.maxTokenLifeMs} ms, the limit; get one that expires earlier`,
  ],
  TOKEN_WITHOUT_ID: [
    'never',
    () => 'The token has no "jti", so it cannot be revoked alone; sign out with { "everywhere": true }',
  ],
  KEYS_UNAVAILABLE: ['later', () => "The issuer's keys cannot be fetched, so nobody can be verified now; try again"],
  TICKET_REFUSED: ['never', () => 'The ticket is unknown, used or older than 30 seconds; ask for a new one'],
  TICKETS_FULL: ['later', (d) => `${d.max} tickets are waiting to be used, the limit; try again in a few seconds`],
  ORIGIN_REFUSED: [
    'never',
    (d) =>
      `Requests from origin "${d.origin}" are not accepted with a cookie; add it to auth.allowedOrigins if it is yours`,
  ],
  HOST_REFUSED: [
    'never',
    (d) => `This server is not known as "${d.host}"; use its own address, or set TOOLCRIB_PUBLIC_URL behind a proxy`,
  ],
  SIGN_IN_DISABLED: [
    'never',
    () => 'Sign-in by name is only for development on this machine; get a token from the configured issuer',
  ],
  SIGN_INS_LIMIT: ['later', (d) => `More than ${d.perMinute} sign-ins in a minute; wait a minute and try again`],
  OPERATOR_REQUIRED: ['never', (d) => `This needs the role "${d.role}"; sign in as somebody who has it`],

  ROUTE_UNKNOWN: ['never', (d) => `There is no ${d.method} ${d.path}; docs/protocol.md lists the routes`],
  BODY_NOT_JSON: ['never', () => 'The body is not JSON; send Content-Type application/json and a JSON object'],
  TEXT_NOT_JSON: [
    'never',
    (d) =>
      `The text is not JSON: ${d.problem} at line ${d.line}, column ${d.column}; mend it there, or paste what a server answered as it is`,
  ],
  BODY_TOO_LARGE: ['never', (d) => `The body is larger than ${d.maxBytes} bytes, the limit; send less`],
  UPLOADS_LIMIT: [
    'later',
    (d) =>
      d.of === 'user'
        ? `${d.max} of your files are on their way in, the limit; wait for one to arrive`
        : `Files of more than ${d.max} bytes together are on their way in, the limit; try again in a few seconds`,
  ],
  REQUEST_INVALID: [
    'never',
    (d) => `The request does not fit: ${d.issues.map((issue) => `${issue.path || '/'}: ${issue.message}`).join('; ')}`,
  ],
  REQUEST_REFUSED: ['never', (d) => `The request cannot be served: ${d.reason}`],
  REQUEST_TIMED_OUT: ['later', () => 'The request did not arrive in time; send it again'],
  HEADERS_TOO_LARGE: ['never', () => 'The headers of the request are too large; send a shorter token or fewer cookies'],
  UPGRADE_REQUIRED: ['never', (d) => `This address speaks WebSocket only; connect with ${d.expected}`],
  SUBPROTOCOL_MISSING: ['never', (d) => `The socket must offer the subprotocol "${d.expected}"`],
}

/** A request, a credential or a start that was refused. */
export class ServerError<C extends ServerErrorCode = ServerErrorCode> extends Error {
  readonly code: C
  readonly retry: Retry
  readonly details: ServerErrorDetails[C]

  constructor(code: C, details: ServerErrorDetails[C], options?: ErrorOptions) {
    super(catalogue[code][1](details), options)
    this.name = 'ServerError'
    this.code = code
    this.retry = catalogue[code][0]
    this.details = details
  }
}

export const serverErrorCodes: readonly ServerErrorCode[] = Object.keys(catalogue) as ServerErrorCode[]

/** The failure that a client is shown, without making an error of it. */
export function serverFailure<C extends ServerErrorCode>(code: C, details: ServerErrorDetails[C]): Failure {
  return { code, message: catalogue[code][1](details), retry: catalogue[code][0] }
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

function list(problems: readonly ConfigProblem[]): string {
  return problems
    .map(({ name, expected, received, fix }) => {
      const line = `  ${name}: expected ${expected}, received ${received}`
      return fix === undefined ? line : `${line}\n    ${fix}`
    })
    .join('\n')
}
