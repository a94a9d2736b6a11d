/**
 * The gateway: it turns an authenticated socket into a connection. It never waits for a run, sends nothing that is not
 * committed, and knows no HTTP.
 *
 * @module
 */
import type { LoggedEvent } from '../protocol/events.ts'
import type { CommandBody, CommandType, Replies } from '../protocol/frames.ts'
import type { Principal } from '../protocol/vocabulary.ts'
import type { GatewayMetrics } from './metrics.ts'
import type { Identity, SocketLike } from './ports.ts'

export interface GatewayLimits {
  /** Default 524,288. */
  readonly maxFrameBytes: number
  /** Default 100,000, over all text parts of a message. */
  readonly maxMessageChars: number
  /** Default 16. */
  readonly maxConnectionsPerUser: number
  /** Default 10,000: over all users, on this node. */
  readonly maxConnections: number
  /** Refill of the command bucket. Default 20. */
  readonly commandsPerSecond: number
  /** Size of the command bucket. Default 40. */
  readonly commandBurst: number
  /** Threads open at once on one connection. Default 32. */
  readonly maxOpenThreads: number
  /** Past it a connection's live feed is dropped and it is fed from the log at its own pace. Default 1,048,576. */
  readonly maxBufferedBytes: number
  /** Default 25,000. */
  readonly pingIntervalMs: number
  /** Without a pong for so long the peer is dead. Default 10,000. */
  readonly pongTimeoutMs: number
  /** Commands of one connection waiting for their reply. Default 64. */
  readonly maxPendingCommands: number
  /** Tools that one connection may offer; 0: none. Default 64. */
  readonly maxOfferedTools: number
  /** Of each schema of an offered tool. Default 16,384. */
  readonly maxOfferedSchemaBytes: number
  /** Calls of offered tools that one connection's peer may have at work. Default 32. */
  readonly maxPeerCalls: number
}

export interface ConnectionInfo {
  readonly connectionId: string
  readonly principal: Principal
  readonly openedAt: number
  readonly openThreads: number
  readonly offeredTools: number
  /** What waits to be taken in by the peer. */
  readonly bufferedBytes: number
}

export interface Gateway extends AsyncDisposable {
  /**
   * Room for one more connection of this principal? Asked before the upgrade, so that a refusal can be an HTTP answer.
   * The place is held until `accept` or disposal; one `for` a stream, which is never accepted, until disposal alone.
   */
  reserve(
    principal: Principal,
    options?: { readonly for?: 'socket' | 'stream' },
  ):
    | ({ readonly ok: true } & Disposable)
    | { readonly ok: false; readonly code: 'TOO_MANY_CONNECTIONS' | 'DRAINING'; readonly message: string }
  /**
   * Takes over the socket. Dispose the reservation afterwards: a place that was used up is not given back by it.
   *
   * @throws GatewayError `DRAINING`, `TOO_MANY_CONNECTIONS`; the socket is closed then.
   */
  accept(socket: SocketLike, identity: Identity): ConnectionInfo
  /** Carries out one command for an HTTP client: the same parsing, limits and answers as over a socket. Rejects with `GatewayError`, `AgentError` or `StoreError`. */
  execute<T extends CommandType>(
    identity: Identity,
    command: Extract<CommandBody, { readonly type: T }>,
  ): Promise<Replies[T]>
  /**
   * Takes the place of one command for what is no command, such as an upload, until disposal.
   *
   * @throws GatewayError `DRAINING`, `RATE_LIMITED`, `TOO_MANY_PENDING`.
   */
  admit(identity: Identity): Disposable
  /** The log of a thread from `after` on and then live, for Server-Sent Events; ends with `signal`, the thread, the credentials, or when draining. */
  follow(
    identity: Identity,
    threadId: string,
    options: { readonly after: number; readonly signal: AbortSignal },
  ): AsyncIterable<LoggedEvent>
  connections(): readonly ConnectionInfo[]
  metrics(): GatewayMetrics
  /** Says goodbye to every connection and closes them with 1001; accepts no more. */
  drain(): Promise<void>
}
