/**
 * One authenticated socket. The law: it owns a scope, feeds and timers from its first frame to its last and gives them
 * all back; it never waits for a run; every command that it takes gets exactly one reply. @module
 */
import type { Clock, Logger } from '../agent/ports.ts'
import type { Seat } from '../agent/seats.ts'
import type { Supervisor } from '../agent/supervisor.ts'
import { type Answerable, mayAnswer } from '../protocol/approvers.ts'
import { CLOSE, type CommandBody, type Hello, type ServerFrame } from '../protocol/frames.ts'
import { createId } from '../protocol/ids.ts'
import type { Owner, Principal } from '../protocol/vocabulary.ts'
import type { Registry } from '../registry/registry.ts'
import type { Tool } from '../tool/tool.ts'
import { type CommandContext, carryOut, type SocketCommands } from './carry-out.ts'
import type { CredentialHolder, HeldCredentials } from './credentials.ts'
import { type EventEncoder, encodeFrame } from './encoder.ts'
import { GatewayError, isFault, PortRefusal, replyFailure } from './errors.ts'
import { createFeeds, type Feeds } from './feeds.ts'
import type { ConnectionInfo, GatewayLimits } from './gateway.ts'
import type { Heartbeat, Heartbeats, Peer } from './heartbeat.ts'
import { createHints, type Hints } from './hints.ts'
import { type Intake, parseFrame } from './intake.ts'
import { createLanes, type Lanes } from './lanes.ts'
import type { GatewayCounts } from './metrics.ts'
import { createOffers, type Offers } from './offers.ts'
import type { Outbox, Outboxes, Writer } from './outbox.ts'
import type { Authenticator, EncodedFrame, Identity, SocketHandlers, SocketLike } from './ports.ts'
import type { Attendant, Presence } from './presence.ts'
import { createRate, type Rate } from './rate.ts'
import { isSameOwner, type ThreadRouter } from './router.ts'
import { createSink } from './sink.ts'

/** A peer is closed when so many times `maxBufferedBytes` wait for it: all its replies of one turn fit in. */
const UNREAD_FACTOR = 8
/** Commands are refused when so many times `maxBufferedBytes` wait: feeds stop before, so it is replies that pile up. */
const REFUSE_FACTOR = 2
/** So many over the rate may have been under way when the connection ended; who floods on is cut without a handshake. */
const MAX_LATE_FRAMES = 1_000

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
  readonly heartbeats: Heartbeats
  readonly credentials: HeldCredentials
  readonly presence: Presence
  readonly counts: GatewayCounts
  readonly server: Hello['server']
  readonly onStopping: CommandContext['onStopping']
  /** Called once: the socket is closed and everything is given back. */
  readonly onClosed: (connection: Connection) => void
}

export interface Connection {
  readonly info: ConnectionInfo
  /** Says goodbye and closes. A second one changes nothing. */
  leave(closeCode: number, error: GatewayError, reconnectAfterMs: number | null): void
}

export interface Arrival {
  readonly socket: SocketLike
  readonly identity: Identity
  /** The connection's from now on, unless it cannot be made. */
  readonly place: Disposable
}

/** Sends the hello. Throws when the user's scope cannot be opened or the bus not be listened to; nothing is held then. */
export function createConnection(arrival: Arrival, context: ConnectionContext): Connection {
  const connection = new SocketConnection(arrival, context)
  connection.begin(arrival.identity)
  return connection
}

/** Reasons to ask again. */
type Hint = 'threads_changed' | 'approvals_changed'

/**
 * A hot object, hence a class: ten thousand idle ones are open at once. What only a busy one needs is made when it is
 * needed, and nothing here is a closure that every connection would have of its own.
 */
class SocketConnection implements Connection, SocketHandlers, Writer, Peer, CredentialHolder, Attendant {
  readonly #context: ConnectionContext
  readonly #socket: SocketLike
  readonly #outbox: Outbox
  readonly #connectionId = createId('con')
  readonly #openedAt: number
  readonly #place: Disposable
  #principal: Principal
  #state: 'open' | 'leaving' | 'closed' = 'open'
  #pendingCommands = 0
  #lateFrames = 0
  #hints: Hints<Hint> | undefined
  #attendance: Disposable | undefined
  #user: ({ readonly scope: Registry<Tool> } & Disposable) | undefined
  #scope: Registry<Tool> | undefined
  #heartbeat: Heartbeat | undefined
  #farewell: Disposable | undefined
  #lanes: Lanes | undefined
  #rate: Rate | undefined
  #feeds: Feeds | undefined
  #seat: Seat | undefined
  #offers: Offers | undefined

  constructor({ socket, identity, place }: Arrival, context: ConnectionContext) {
    this.#context = context
    this.#socket = socket
    this.#place = place
    this.#principal = identity.principal
    this.#openedAt = context.clock.now()
    this.#outbox = context.outboxes.open(this)
  }

  begin(identity: Identity): void {
    const { presence, supervisor, heartbeats, credentials } = this.#context
    // All that can fail comes first: once it is bound it gives everything back by itself.
    try {
      this.#attendance = presence.join(this)
      this.#user = supervisor.acquireUserScope(this.#principal)
      this.#scope = this.#user.scope.open({ kind: 'connection', name: this.#connectionId })
    } catch (error) {
      this.#user?.[Symbol.dispose]()
      this.#attendance?.[Symbol.dispose]()
      throw error
    }
    this.#heartbeat = heartbeats.watch(this)
    this.#socket.bind(this)
    this.#push(this.#hello(identity.expiresAt))
    // Last: should they have been revoked since they were verified, it is told so here and leaves.
    credentials.hold(this, identity)
  }

  get owner(): Owner {
    return this.#principal
  }

  get info(): ConnectionInfo {
    return {
      connectionId: this.#connectionId,
      principal: this.#principal,
      openedAt: this.#openedAt,
      openThreads: this.#feeds?.count() ?? 0,
      offeredTools: this.#offers?.count ?? 0,
      bufferedBytes: this.#bufferedBytes(),
    }
  }

  // What the socket tells

  onMessage(text: string): void {
    this.#heartbeat?.heard()
    if (this.#state !== 'open') return this.#countLate()
    const { limits } = this.#context
    const { commandsPerSecond, maxFrameBytes, maxPendingCommands } = limits
    if (text.length > maxFrameBytes) {
      return this.leave(CLOSE.tooBig, new GatewayError('FRAME_TOO_LARGE', { maxFrameBytes }), null)
    }
    const allowance = this.#allowance().take()
    if (allowance === 'flood') {
      return this.leave(CLOSE.tooFast, new GatewayError('TOO_FAST', { commandsPerSecond }), 5_000)
    }
    const intake = parseFrame(text, limits)
    if (allowance === 'refused') return this.#refuse(intake.id, new GatewayError('RATE_LIMITED', { commandsPerSecond }))
    if (!intake.ok) return this.#refuse(intake.id, intake.error)
    if (this.#socket.bufferedBytes > REFUSE_FACTOR * limits.maxBufferedBytes) {
      return this.#refuse(intake.id, this.#notReading())
    }
    if (this.#pendingCommands >= maxPendingCommands) {
      return this.#refuse(intake.id, new GatewayError('TOO_MANY_PENDING', { maxPendingCommands }))
    }
    this.#pendingCommands += 1
    this.#lanes ??= createLanes()
    void this.#lanes
      .run(laneOf(intake.command), () => this.#answer(intake))
      .finally(() => {
        this.#pendingCommands -= 1
      })
  }

  onBinary(): void {
    if (this.#state !== 'open') return this.#countLate()
    this.leave(CLOSE.unsupportedData, new GatewayError('FRAME_NOT_TEXT', {}), null)
  }

  onPing(): void {
    this.#heartbeat?.heard()
    this.#charge()
  }

  onPong(): void {
    if (this.#heartbeat?.heard() === false) this.#charge()
  }

  onClose(code: number): void {
    const { counts, logger } = this.#context
    this.#state = 'closed'
    counts.closed[code] = (counts.closed[code] ?? 0) + 1
    this.#stopServing()
    this.#heartbeat?.[Symbol.dispose]()
    this.#farewell?.[Symbol.dispose]()
    logger.debug({ connectionId: this.#connectionId, code }, 'a connection is closed')
    const giveBack = (): void => this.#giveBack()
    this.#scope?.close('the connection is closed').then(giveBack, giveBack)
  }

  // What others ask of it

  leave(closeCode: number, error: GatewayError, reconnectAfterMs: number | null): void {
    if (this.#state !== 'open') return
    const { clock, limits } = this.#context
    this.#state = 'leaving'
    this.#stopServing()
    this.#push({ type: 'goodbye', code: error.code, reason: error.message, reconnectAfterMs })
    this.#outbox.flush()
    this.#socket.close(closeCode, error.code)
    this.#farewell = clock.setTimeout(() => this.#socket.terminate(), limits.pongTimeoutMs)
  }

  threadsChanged(): void {
    this.#hint('threads_changed')
  }

  approvalsChanged(changed: Answerable): void {
    if (mayAnswer(this.#principal, changed)) this.#hint('approvals_changed')
  }

  onCredentialsEnded(error: GatewayError): void {
    this.leave(CLOSE.credentialsExpired, error, null)
  }

  ping(): void {
    this.#socket.ping()
  }

  takenBytes(): number {
    return this.#socket.takenBytes
  }

  unreadBytes(): number {
    return this.#socket.bufferedBytes
  }

  onDead(): void {
    this.#context.counts.deadPeers += 1
    this.#socket.terminate()
  }

  write(frames: readonly EncodedFrame[]): void {
    this.#socket.send(frames)
  }

  onUnwritable(error: unknown): void {
    const { logger } = this.#context
    logger.error({ err: error, connectionId: this.#connectionId }, 'a connection could not be written to, it is cut')
    this.#socket.terminate()
  }

  // What it does itself

  #hint(type: Hint): void {
    if (this.#state !== 'open') return
    this.#hints ??= createHints<Hint>({
      clock: this.#context.clock,
      whenRead: (then) => this.#socket.onDrained(then),
      send: (hint) => this.#push({ type: hint }),
    })
    this.#hints.give(type)
  }

  /** Pings, and pongs that nobody asked for, cost what commands cost. */
  #charge(): void {
    if (this.#state !== 'open') return this.#countLate()
    const { commandsPerSecond } = this.#context.limits
    if (this.#allowance().take() === 'flood') {
      this.leave(CLOSE.tooFast, new GatewayError('TOO_FAST', { commandsPerSecond }), 5_000)
    }
  }

  #countLate(): void {
    if (this.#allowance().take() === 'flood') this.#lateFrames += 1
    if (this.#lateFrames > MAX_LATE_FRAMES) this.#socket.terminate()
  }

  #allowance(): Rate {
    const { clock, limits } = this.#context
    this.#rate ??= createRate({ perSecond: limits.commandsPerSecond, burst: limits.commandBurst, clock })
    return this.#rate
  }

  /** Never rejects. */
  async #answer({ id, command }: Extract<Intake, { ok: true }>): Promise<void> {
    const { supervisor, clock, counts, limits, logger, onStopping } = this.#context
    const opening = command.type === 'thread.open' ? command : undefined
    try {
      if (opening !== undefined) this.#feeding().expect(opening.threadId)
      const reply = await carryOut(command, {
        supervisor,
        principal: this.#principal,
        now: () => clock.now(),
        maxPageBytes: limits.maxBufferedBytes,
        onStopping,
        socket: this.#commands(),
      })
      if (this.#state !== 'open') return
      counts.commands.ok += 1
      this.#push({ type: 'ok', id, ...reply })
      // After its reply, so that the first frame about a thread is the one that says how long its history is.
      if (opening !== undefined && 'after' in reply) this.#feeding().open(opening.threadId, reply.after)
      this.#checkReading()
    } catch (error) {
      const { type } = command
      const connectionId = this.#connectionId
      if (isFault(error)) logger.error({ err: error, connectionId, command: type }, 'a command failed')
      if (this.#state === 'open') this.#refuse(id, error)
    } finally {
      if (opening !== undefined) this.#feeds?.settle(opening.threadId)
    }
  }

  #commands(): SocketCommands {
    return {
      seat: () => this.#seated(this.#openScope()),
      leave: (threadId) => this.#feeds?.leave(threadId),
      offer: (tools) => this.#offering(this.#openScope()).offer(tools),
      result: (result) => this.#offering(this.#openScope()).settle(result),
      refresh: (token) => this.#refresh(token),
    }
  }

  /** Throws once the connection ends: nobody is left to be answered. */
  #openScope(): Registry<Tool> {
    if (this.#scope === undefined || this.#state !== 'open') throw new GatewayError('DRAINING', {})
    return this.#scope
  }

  #seated(scope: Registry<Tool>): Seat {
    this.#seat ??= {
      owner: this.#principal,
      scope,
      offers: () => (this.#offers?.count ?? 0) > 0,
      hasOpen: (threadId) => this.#feeds?.has(threadId) ?? false,
    }
    return this.#seat
  }

  #offering(scope: Registry<Tool>): Offers {
    if (this.#offers !== undefined) return this.#offers
    const { counts, limits, supervisor } = this.#context
    supervisor.takeSeat(this.#seated(scope))
    this.#offers = createOffers({
      connectionId: this.#connectionId,
      scope,
      limits,
      push: (frame) => this.#push(frame),
      onRefused: (code) => {
        counts.offersRefused[code] = (counts.offersRefused[code] ?? 0) + 1
      },
      checkReading: () => {
        if (this.#bufferedBytes() > limits.maxBufferedBytes) throw this.#notReading()
      },
    })
    return this.#offers
  }

  #refuse(id: string | null, error: unknown): void {
    const { refused } = this.#context.counts.commands
    const failure = replyFailure(error)
    refused[failure.code] = (refused[failure.code] ?? 0) + 1
    this.#push({ type: 'error', id, error: failure })
    this.#checkReading()
  }

  /** Events wait in the log; replies have nowhere else to wait than here. */
  #checkReading(): void {
    const { maxBufferedBytes } = this.#context.limits
    if (this.#bufferedBytes() > UNREAD_FACTOR * maxBufferedBytes) this.leave(CLOSE.policy, this.#notReading(), 1_000)
  }

  #notReading(): GatewayError {
    return new GatewayError('NOT_READING', { maxBufferedBytes: this.#context.limits.maxBufferedBytes })
  }

  async #refresh(token: string): Promise<number | null> {
    const authentication = await this.#context.authenticator.authenticate(token)
    if (!authentication.ok) throw new PortRefusal(authentication.failure)
    const { identity } = authentication
    const { principal, expiresAt } = identity
    if (!isSameOwner(principal, this.#principal)) throw new GatewayError('OTHER_PRINCIPAL', {})
    // Revoked while they were verified: those that it has go on.
    this.#context.credentials.check(identity)
    if (this.#state === 'open') {
      this.#principal = principal
      this.#context.credentials.hold(this, identity)
    }
    return expiresAt
  }

  #feeding(): Feeds {
    const { limits, router, encoder, clock, supervisor, counts, logger } = this.#context
    this.#feeds ??= createFeeds({
      owner: this.#principal,
      maxOpenThreads: limits.maxOpenThreads,
      router,
      encoder,
      clock,
      sink: createSink({ outbox: this.#outbox, socket: this.#socket, counts, maxBytes: limits.maxBufferedBytes }),
      read: (threadId, range) => supervisor.readEvents(this.#principal, threadId, range),
      onGone: (threadId) => this.#push({ type: 'thread_gone', threadId }),
      onFailed: (threadId, error) => {
        const fields = { err: error, connectionId: this.#connectionId, threadId }
        logger.error(fields, 'a thread could not be read, its connection is closed')
        this.leave(CLOSE.internal, new GatewayError('LOG_UNREADABLE', { threadId }), 5_000)
      },
    })
    return this.#feeds
  }

  #stopServing(): void {
    this.#feeds?.[Symbol.dispose]()
    this.#hints?.[Symbol.dispose]()
    this.#offers?.[Symbol.dispose]()
    this.#context.credentials.release(this)
  }

  #giveBack(): void {
    this.#user?.[Symbol.dispose]()
    this.#attendance?.[Symbol.dispose]()
    this.#place[Symbol.dispose]()
    this.#context.onClosed(this)
  }

  #bufferedBytes(): number {
    return this.#outbox.pendingBytes + this.#socket.bufferedBytes
  }

  #push(frame: ServerFrame): void {
    this.#outbox.push(encodeFrame(frame))
  }

  #hello(expiresAt: number | null): Hello {
    const { limits, server, supervisor } = this.#context
    const { maxFrameBytes, maxMessageChars, commandsPerSecond, pingIntervalMs } = limits
    return {
      type: 'hello',
      protocol: 1,
      connectionId: this.#connectionId,
      principal: this.#principal,
      server,
      agents: supervisor.agents(),
      limits: { maxFrameBytes, maxMessageChars, commandsPerSecond, pingIntervalMs },
      expiresAt,
    }
  }
}

/** Of two refreshes the later one counts, however long each takes to be verified. */
function laneOf(command: CommandBody): string | undefined {
  if (command.type === 'auth.refresh') return command.type
  return 'threadId' in command ? command.threadId : undefined
}
