/**
 * One authenticated socket. The law: it owns a scope, feeds and timers from its first frame to its last and gives them
 * all back; it never waits for a run; every command that it takes gets exactly one reply. @module
 */
import type { Clock, Logger } from '../agent/ports.ts'
import type { Supervisor } from '../agent/supervisor.ts'
import { CLOSE, type CommandBody, type Hello, type ServerFrame } from '../protocol/frames.ts'
import { createId } from '../protocol/ids.ts'
import type { Registry } from '../registry/registry.ts'
import type { Tool } from '../tool/tool.ts'
import { type CommandContext, carryOut } from './carry-out.ts'
import { type EventEncoder, encodeFrame } from './encoder.ts'
import { GatewayError, isFault, PortRefusal, replyFailure } from './errors.ts'
import { watchExpiry } from './expiry.ts'
import { createFeeds } from './feeds.ts'
import type { ConnectionInfo, GatewayLimits } from './gateway.ts'
import { createHeartbeat } from './heartbeat.ts'
import { type Intake, parseFrame } from './intake.ts'
import { createLanes } from './lanes.ts'
import type { GatewayCounts } from './metrics.ts'
import type { Outboxes } from './outbox.ts'
import type { Authenticator, Identity, SocketLike } from './ports.ts'
import { createRate } from './rate.ts'
import { isSameOwner, type ThreadRouter } from './router.ts'

/** A peer is closed when so many times `maxBufferedBytes` wait for it: all its replies of one turn fit in. */
const UNREAD_FACTOR = 8

/** What all connections of a gateway share. */
export interface ConnectionContext {
  readonly supervisor: Supervisor
  readonly authenticator: Authenticator
  readonly limits: GatewayLimits
  readonly clock: Clock
  readonly logger: Logger
  readonly encoder: EventEncoder
  readonly router: ThreadRouter
  readonly outboxes: Outboxes
  readonly counts: GatewayCounts
  readonly server: Hello['server']
  readonly onStopping: CommandContext['onStopping']
}

export interface Connection {
  readonly info: ConnectionInfo
  /** Says goodbye and closes. A second one changes nothing. */
  leave(closeCode: number, error: GatewayError, reconnectAfterMs: number | null): void
  threadsChanged(): void
  /** Settles when the socket is closed and everything is given back. Never rejects. */
  readonly closed: Promise<void>
}

/** Sends the hello. Throws when the user's scope cannot be opened; nothing is held then. */
export function createConnection(socket: SocketLike, identity: Identity, context: ConnectionContext): Connection {
  const { supervisor, authenticator, limits, clock, logger, counts, onStopping } = context
  const connectionId = createId('con')
  const openedAt = clock.now()
  const held = openScope(supervisor, identity, connectionId)
  const outbox = context.outboxes.open((frames) => socket.send(frames), onUnwritable)
  const lanes = createLanes()
  const rate = createRate({ perSecond: limits.commandsPerSecond, burst: limits.commandBurst, clock })
  const closed = Promise.withResolvers<void>()
  let { principal } = identity
  let state: 'open' | 'leaving' | 'closed' = 'open'
  let pendingCommands = 0
  let threadsChangedWaits = false
  let farewell: Disposable | undefined
  let expiry = watchExpiry(clock, identity.expiresAt, onExpired)

  const bufferedBytes = (): number => outbox.pendingBytes + socket.bufferedBytes
  const push = (frame: ServerFrame): void => outbox.push(encodeFrame(frame))
  const heartbeat = createHeartbeat({
    clock,
    intervalMs: limits.pingIntervalMs,
    timeoutMs: limits.pongTimeoutMs,
    ping: () => socket.ping(),
    bufferedBytes: () => socket.bufferedBytes,
    onDead: () => {
      counts.deadPeers += 1
      socket.terminate()
    },
  })
  const feeds = createFeeds({
    owner: principal,
    maxOpenThreads: limits.maxOpenThreads,
    router: context.router,
    encoder: context.encoder,
    clock,
    sink: {
      push: (frame) => {
        counts.eventsSent += 1
        outbox.push(frame)
      },
      pushBatch: (batch) => {
        counts.eventsSent += batch.frames.length
        outbox.pushBatch(batch)
      },
      get full() {
        return bufferedBytes() > limits.maxBufferedBytes
      },
      maxBytes: limits.maxBufferedBytes,
      onRoom: (listener) => {
        counts.feedsBehind += 1
        outbox.flush()
        socket.onDrained(listener)
      },
    },
    read: (threadId, range) => supervisor.readEvents(principal, threadId, range),
    onGone: (threadId) => push({ type: 'thread_gone', threadId }),
    onFailed: (threadId, error) => {
      logger.error({ err: error, connectionId, threadId }, 'a thread could not be read, its connection is closed')
      leave(CLOSE.internal, new GatewayError('LOG_UNREADABLE', { threadId }), 5_000)
    },
  })

  function onMessage(text: string): void {
    heartbeat.heard()
    if (state !== 'open') return
    const { commandsPerSecond, maxFrameBytes, maxPendingCommands } = limits
    if (text.length > maxFrameBytes) {
      return leave(CLOSE.tooBig, new GatewayError('FRAME_TOO_LARGE', { maxFrameBytes }), null)
    }
    const allowance = rate.take()
    if (allowance === 'flood') return leave(CLOSE.tooFast, new GatewayError('TOO_FAST', { commandsPerSecond }), 5_000)
    const intake = parseFrame(text, limits)
    if (allowance === 'refused') return refuse(intake.id, new GatewayError('RATE_LIMITED', { commandsPerSecond }))
    if (!intake.ok) return refuse(intake.id, intake.error)
    if (socket.bufferedBytes > limits.maxBufferedBytes) return refuse(intake.id, notReading())
    if (pendingCommands >= maxPendingCommands) {
      return refuse(intake.id, new GatewayError('TOO_MANY_PENDING', { maxPendingCommands }))
    }
    pendingCommands += 1
    const lane = laneOf(intake.command)
    void lanes
      .run(lane, () => answer(intake))
      .finally(() => {
        pendingCommands -= 1
      })
  }

  /** Never rejects. */
  async function answer({ id, command }: Extract<Intake, { ok: true }>): Promise<void> {
    const opening = command.type === 'thread.open' ? command : undefined
    try {
      if (opening !== undefined) feeds.expect(opening.threadId)
      const socketCommands = { leave: (threadId: string) => feeds.leave(threadId), refresh }
      const now = (): number => clock.now()
      const reply = await carryOut(command, { supervisor, principal, now, onStopping, socket: socketCommands })
      if (state !== 'open') return
      counts.commands.ok += 1
      push({ type: 'ok', id, ...reply })
      // After its reply, so that the first frame about a thread is the one that says how long its history is.
      if (opening !== undefined) feeds.open(opening.threadId, opening.after)
      checkReading()
    } catch (error) {
      if (isFault(error)) logger.error({ err: error, connectionId, command: command.type }, 'a command failed')
      if (state === 'open') refuse(id, error)
    } finally {
      if (opening !== undefined) feeds.settle(opening.threadId)
    }
  }

  function refuse(id: string | null, error: unknown): void {
    const failure = replyFailure(error)
    counts.commands.refused[failure.code] = (counts.commands.refused[failure.code] ?? 0) + 1
    push({ type: 'error', id, error: failure })
    checkReading()
  }

  /** Events wait in the log; replies have nowhere else to wait than here. */
  function checkReading(): void {
    if (bufferedBytes() > UNREAD_FACTOR * limits.maxBufferedBytes) leave(CLOSE.policy, notReading(), 1_000)
  }

  function notReading(): GatewayError {
    return new GatewayError('NOT_READING', { maxBufferedBytes: limits.maxBufferedBytes })
  }

  async function refresh(token: string): Promise<number | null> {
    const authentication = await authenticator.authenticate(token)
    if (!authentication.ok) throw new PortRefusal(authentication.failure)
    const { identity: renewed } = authentication
    if (!isSameOwner(renewed.principal, principal)) throw new GatewayError('OTHER_PRINCIPAL', {})
    if (state === 'open') {
      expiry[Symbol.dispose]()
      principal = renewed.principal
      expiry = watchExpiry(clock, renewed.expiresAt, onExpired)
    }
    return renewed.expiresAt
  }

  function onUnwritable(error: unknown): void {
    logger.error({ err: error, connectionId }, 'a connection could not be written to, it is cut')
    socket.terminate()
  }

  function onExpired(): void {
    leave(CLOSE.credentialsExpired, new GatewayError('CREDENTIALS_EXPIRED', {}), null)
  }

  function leave(closeCode: number, error: GatewayError, reconnectAfterMs: number | null): void {
    if (state !== 'open') return
    state = 'leaving'
    feeds[Symbol.dispose]()
    expiry[Symbol.dispose]()
    push({ type: 'goodbye', code: error.code, reason: error.message, reconnectAfterMs })
    outbox.flush()
    socket.close(closeCode, error.code)
    farewell = clock.setTimeout(() => socket.terminate(), limits.pongTimeoutMs)
  }

  function onClose(code: number): void {
    state = 'closed'
    counts.closed[code] = (counts.closed[code] ?? 0) + 1
    feeds[Symbol.dispose]()
    heartbeat[Symbol.dispose]()
    expiry[Symbol.dispose]()
    farewell?.[Symbol.dispose]()
    logger.debug({ connectionId, code }, 'a connection is closed')
    held.scope
      .close('the connection is closed')
      .finally(() => held[Symbol.dispose]())
      .then(
        () => closed.resolve(),
        () => closed.resolve(),
      )
  }

  socket.bind({
    onMessage,
    onBinary: () => leave(CLOSE.unsupportedData, new GatewayError('FRAME_NOT_TEXT', {}), null),
    onPong: () => heartbeat.heard(),
    onClose,
  })
  push(hello())

  function hello(): Hello {
    const { maxFrameBytes, maxMessageChars, commandsPerSecond, pingIntervalMs } = limits
    return {
      type: 'hello',
      protocol: 1,
      connectionId,
      principal,
      server: context.server,
      agents: supervisor.agents(),
      limits: { maxFrameBytes, maxMessageChars, commandsPerSecond, pingIntervalMs },
      expiresAt: identity.expiresAt,
    }
  }

  return {
    get info() {
      return { connectionId, principal, openedAt, openThreads: feeds.size, bufferedBytes: bufferedBytes() }
    },
    leave,
    threadsChanged() {
      if (threadsChangedWaits || state !== 'open') return
      threadsChangedWaits = true
      push({ type: 'threads_changed' })
      setImmediate(() => {
        threadsChangedWaits = false
      })
    },
    closed: closed.promise,
  }
}

/** Of two refreshes the later one counts, however long each takes to be verified. */
function laneOf(command: CommandBody): string | undefined {
  if (command.type === 'auth.refresh') return command.type
  return 'threadId' in command ? command.threadId : undefined
}

function openScope(
  supervisor: Supervisor,
  { principal }: Identity,
  connectionId: string,
): { readonly scope: Registry<Tool> } & Disposable {
  const user = supervisor.acquireUserScope(principal)
  try {
    const scope = user.scope.open({ kind: 'connection', name: connectionId })
    return { scope, [Symbol.dispose]: () => user[Symbol.dispose]() }
  } catch (error) {
    user[Symbol.dispose]()
    throw error
  }
}
