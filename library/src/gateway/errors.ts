/**
 * The whole failure surface of the gateway: what a command, a frame or a connection is refused with. Compare `code`:
 * never the message, never the class. @module
 */
import { failureOf } from '../agent/errors.ts'
import type { Failure, Retry } from '../protocol/vocabulary.ts'

type Paths = readonly { readonly path: string; readonly message: string }[]

export interface GatewayErrorDetails {
  FRAME_NOT_JSON: Record<never, never>
  FRAME_NOT_TEXT: Record<never, never>
  FRAME_TOO_LARGE: { maxFrameBytes: number }
  COMMAND_UNKNOWN: { type: string; nearest: string }
  COMMAND_INVALID: { type: string; paths: Paths }
  COMMAND_NEEDS_SOCKET: { type: string }
  MESSAGE_TOO_LONG: { chars: number; maxMessageChars: number }
  RATE_LIMITED: { commandsPerSecond: number }
  TOO_FAST: { commandsPerSecond: number }
  TOO_MANY_PENDING: { maxPendingCommands: number }
  TOO_MANY_OPEN_THREADS: { maxOpenThreads: number }
  TOO_MANY_CONNECTIONS: { of: 'user' | 'server'; max: number }
  AFTER_AHEAD: { after: number; lastSeq: number }
  TOO_MANY_TOOLS: { maxOfferedTools: number }
  SCHEMA_TOO_LARGE: { maxBytes: number }
  SCHEMA_COSTLY: { found: string }
  TOO_MANY_PEER_CALLS: { maxCalls: number }
  OFFER_GONE: { tool: string }
  CALL_NOT_OPEN: { callId: string }
  OTHER_PRINCIPAL: Record<never, never>
  CREDENTIALS_EXPIRED: Record<never, never>
  CREDENTIALS_REVOKED: Record<never, never>
  NOT_READING: { maxBufferedBytes: number }
  LOG_UNREADABLE: { threadId: string }
  DRAINING: Record<never, never>
}

export type GatewayErrorCode = keyof GatewayErrorDetails

const catalogue: {
  readonly [C in GatewayErrorCode]: readonly [Retry, (details: GatewayErrorDetails[C]) => string]
} = {
  FRAME_NOT_JSON: ['never', () => 'The frame is not a JSON object; send one command as one JSON object per frame'],
  FRAME_NOT_TEXT: ['never', () => 'The frame is binary; send text frames'],
  FRAME_TOO_LARGE: ['never', (d) => `The frame is over ${d.maxFrameBytes} bytes, the limit; send less at once`],
  COMMAND_UNKNOWN: ['never', (d) => `There is no command "${d.type}"; the nearest is "${d.nearest}"`],
  COMMAND_INVALID: [
    'never',
    (d) =>
      `The command "${d.type}" does not have its shape: ${d.paths.map((p) => `${p.path || '/'}: ${p.message}`).join('; ')}`,
  ],
  COMMAND_NEEDS_SOCKET: ['never', (d) => `The command "${d.type}" acts on a socket; send it over one`],
  MESSAGE_TOO_LONG: [
    'never',
    (d) => `The message has ${d.chars} characters, the limit is ${d.maxMessageChars}; shorten it`,
  ],
  RATE_LIMITED: [
    'later',
    (d) => `More commands than ${d.commandsPerSecond} a second; this one was not carried out, send it again later`,
  ],
  TOO_FAST: ['later', (d) => `Commands kept coming after refusals; send at most ${d.commandsPerSecond} a second`],
  TOO_MANY_PENDING: [
    'later',
    (d) => `${d.maxPendingCommands} commands wait for their reply, the limit; wait for one and send it again`,
  ],
  TOO_MANY_OPEN_THREADS: ['never', (d) => `${d.maxOpenThreads} threads are open here, the limit; leave one first`],
  TOO_MANY_CONNECTIONS: [
    'later',
    (d) =>
      d.of === 'user'
        ? `You have ${d.max} connections open, the limit; close one and connect again`
        : `The server has ${d.max} connections open, its limit; connect again later`,
  ],
  AFTER_AHEAD: [
    'never',
    (d) => `\`after\` is ${d.after}, but the thread's log ends at ${d.lastSeq}; open it from there or before`,
  ],
  TOO_MANY_TOOLS: [
    'never',
    (d) => `More than ${d.maxOfferedTools} tools are offered, the limit of a connection; offer fewer`,
  ],
  SCHEMA_TOO_LARGE: ['never', (d) => `The schema is over ${d.maxBytes} bytes, the limit; describe less in it`],
  SCHEMA_COSTLY: [
    'never',
    (d) => `The schema may take long to judge a value by, because ${d.found}; say the rest of it in the description`,
  ],
  TOO_MANY_PEER_CALLS: [
    'later',
    (d) => `${d.maxCalls} calls are at work at the connection that offers this tool, its limit; it was not asked`,
  ],
  OFFER_GONE: ['later', (d) => `"${d.tool}" is not offered any more, and its connection was not asked for it`],
  CALL_NOT_OPEN: [
    'never',
    (d) =>
      `No call "${d.callId}" waits for a result of this connection: it was answered, given up or never asked for here`,
  ],
  OTHER_PRINCIPAL: [
    'never',
    () => 'The token is of another user; a connection keeps its user, so open a new one with that token',
  ],
  CREDENTIALS_EXPIRED: ['never', () => 'The credentials of this connection have run out; sign in and connect again'],
  CREDENTIALS_REVOKED: ['never', () => 'The credentials of this connection were revoked; sign in and connect again'],
  NOT_READING: [
    'later',
    (d) => `More than ${d.maxBufferedBytes} bytes wait unread; read what was asked for, then send it again`,
  ],
  LOG_UNREADABLE: [
    'later',
    (d) => `The log of thread "${d.threadId}" cannot be read at the moment; connect again and open it`,
  ],
  DRAINING: ['later', () => 'The server is shutting down; connect again'],
}

export const gatewayErrorCodes: readonly GatewayErrorCode[] = Object.keys(catalogue) as GatewayErrorCode[]

/** A frame, a command or a connection that was refused. Its message may be shown to the sender. */
export class GatewayError<C extends GatewayErrorCode = GatewayErrorCode> extends Error {
  override readonly name = 'GatewayError'
  readonly code: C
  readonly retry: Retry
  readonly details: GatewayErrorDetails[C]

  constructor(code: C, details: GatewayErrorDetails[C], options?: ErrorOptions) {
    super(catalogue[code][1](details), options)
    this.code = code
    this.retry = catalogue[code][0]
    this.details = details
  }
}

/** A refusal that a port gave, to be passed on as it is. */
export class PortRefusal extends Error {
  override readonly name = 'PortRefusal'
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

/** What of an error may go into a reply. What is none of ours becomes `INTERNAL`, without its message. */
export function replyFailure(error: unknown): Failure {
  if (error instanceof PortRefusal) return error.failure
  if (!(error instanceof Error) || error.name !== 'GatewayError' || !('code' in error)) return failureOf(error)
  const { code, retry, message, details } = error as GatewayError
  const failure: Failure = { code, message, retry }
  return 'paths' in details ? { ...failure, paths: details.paths } : failure
}

/** Whether this is a fault of the server, whose log gets what the sender does not. */
export function isFault(error: unknown): boolean {
  return replyFailure(error).code === 'INTERNAL'
}
