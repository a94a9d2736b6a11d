/**
 * Makes a gateway. The law: connections register nothing outside their own scope, and one of them can neither see, stop
 * nor slow down another. @module
 */
import { createSystemClock } from '../agent/clock.ts'
import type { Clock, Logger } from '../agent/ports.ts'
import type { Supervisor, SupervisorNotice } from '../agent/supervisor.ts'
import type { LoggedEvent } from '../protocol/events.ts'
import { CLOSE, type CommandBody, type CommandType, type Hello, type Replies } from '../protocol/frames.ts'
import type { Owner, Principal } from '../protocol/vocabulary.ts'
import { carryOut } from './carry-out.ts'
import { type Connection, type ConnectionContext, createConnection } from './connection.ts'
import { createHeldCredentials } from './credentials.ts'
import { createEventEncoder } from './encoder.ts'
import { GatewayError, isFault, replyFailure } from './errors.ts'
import { follow } from './follow.ts'
import type { ConnectionInfo, Gateway, GatewayLimits } from './gateway.ts'
import { createHeartbeats } from './heartbeat.ts'
import { parseCommand } from './intake.ts'
import { parseGatewayLimits } from './limits.ts'
import { createGatewayCounts, metricsOf } from './metrics.ts'
import { createOutboxes } from './outbox.ts'
import { createPlaces } from './places.ts'
import type { Authenticator, Bus, BusHint, Identity, Revocations, SocketLike } from './ports.ts'
import { createPresence, createRunPresence, silentAttendant } from './presence.ts'
import { createQuotas } from './quotas.ts'
import { createThreadRouter } from './router.ts'

export interface GatewayOptions {
  readonly supervisor: Supervisor
  /** Verifies the token of `auth.refresh`. */
  readonly authenticator: Authenticator
  /** Default: no credentials are ever revoked. */
  readonly revocations?: Revocations
  /** Not closed by the gateway. */
  readonly bus: Bus
  readonly logger: Logger
  /** Told in every hello. */
  readonly server: { readonly version: string; readonly model: string }
  /** What is left out has its default. */
  readonly limits?: Partial<GatewayLimits>
  /** Default: the system's. */
  readonly clock?: Clock
}

/** @throws Error when a limit is not what it has to be. */
export function createGateway(options: GatewayOptions): Gateway {
  const { supervisor, authenticator, bus, logger, clock = createSystemClock(), revocations } = options
  const limits = parseGatewayLimits(options.limits)
  const server: Hello['server'] = { name: 'toolcrib', ...options.server }
  const counts = createGatewayCounts()
  const encoder = createEventEncoder()
  const router = createThreadRouter(encoder)
  const places = createPlaces(limits)
  const quotas = createQuotas(limits, clock)
  const presence = createPresence(bus, onHint)
  const connections = new Set<Connection>()
  const draining = new AbortController()
  const emptied = Promise.withResolvers<void>()
  const credentials = createHeldCredentials({ clock, ...(revocations === undefined ? {} : { revocations }) })
  const shared = { supervisor, limits, clock, logger, counts, onStopping }
  const context: ConnectionContext = {
    ...shared,
    authenticator,
    encoder,
    router,
    presence,
    credentials,
    server,
    outboxes: createOutboxes(),
    heartbeats: createHeartbeats({ clock, intervalMs: limits.pingIntervalMs, timeoutMs: limits.pongTimeoutMs }),
    onClosed,
  }
  const here = createRunPresence(presence)
  const subscription = supervisor.subscribe(onNotice)
  const now = (): number => clock.now()
  let drained: Promise<void> | undefined

  function onNotice(notice: SupervisorNotice): void {
    const { owner } = notice
    switch (notice.type) {
      case 'events': {
        const { threadId, events } = notice
        router.offer(owner, threadId, events)
        here.see(owner, events)
        const lastSeq = events.at(-1)?.seq
        if (lastSeq !== undefined) bus.publish(owner, { type: 'thread_grew', threadId, lastSeq })
        return
      }
      case 'threads_changed':
        presence.threadsChanged(owner)
        return bus.publish(owner, { type: 'threads_changed' })
      case 'approvals_changed': {
        presence.approvalsChanged(notice)
        const { approvers } = notice
        return bus.publish(approvers === undefined ? owner : { tenant: owner.tenant }, notice)
      }
      case 'thread_gone':
        router.gone(owner, notice.threadId)
        return bus.publish(owner, { type: 'thread_gone', threadId: notice.threadId })
      default:
        notice satisfies never
    }
  }

  /** What this node said itself comes back here as well, and changes nothing a second time. */
  function onHint(owner: Owner, hint: BusHint): void {
    switch (hint.type) {
      case 'thread_grew':
        return router.hint(owner, hint.threadId, hint.lastSeq)
      case 'thread_gone':
        return router.gone(owner, hint.threadId)
      case 'threads_changed':
        return presence.threadsChanged(owner)
      case 'approvals_changed':
        return presence.approvalsChanged(hint)
      case 'stop_run':
        return stopHere(owner, hint.runId)
      default:
        hint satisfies never
    }
  }

  function isHere(runId: string): boolean {
    return supervisor.active().some((run) => run.runId === runId)
  }

  function onStopping(owner: Owner, runId: string): void {
    if (!isHere(runId)) bus.publish(owner, { type: 'stop_run', runId })
  }

  /** The hint is of the owner whose hints these are, so it can stop no run of anybody else. */
  function stopHere({ tenant, user }: Owner, runId: string): void {
    if (!isHere(runId)) return
    supervisor
      .stop({ tenant, user, roles: [], scopes: [] }, runId)
      .catch((err: unknown) => logger.warn({ err, runId }, 'a run could not be stopped for another node'))
  }

  function refuseConnection(error: GatewayError): GatewayError {
    counts.refused[error.code] = (counts.refused[error.code] ?? 0) + 1
    return error
  }

  function reserve(
    principal: Principal,
    { for: use = 'socket' }: { readonly for?: 'socket' | 'stream' } = {},
  ): ReturnType<Gateway['reserve']> {
    try {
      if (draining.signal.aborted) throw new GatewayError('DRAINING', {})
      const place = use === 'stream' ? places.hold(principal) : places.reserve(principal)
      return { ok: true, [Symbol.dispose]: () => place[Symbol.dispose]() }
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      const { code, message } = refuseConnection(error)
      return { ok: false, code: code === 'DRAINING' ? code : 'TOO_MANY_CONNECTIONS', message }
    }
  }

  function accept(socket: SocketLike, identity: Identity): ConnectionInfo {
    const { principal } = identity
    let place: Disposable | undefined
    try {
      if (draining.signal.aborted) throw refuseConnection(new GatewayError('DRAINING', {}))
      place = takePlace(principal)
      const connection = createConnection({ socket, identity, place }, context)
      connections.add(connection)
      counts.accepted += 1
      return connection.info
    } catch (error) {
      place?.[Symbol.dispose]()
      turnAway(socket, error)
      throw error
    }
  }

  function onClosed(connection: Connection): void {
    connections.delete(connection)
    if (draining.signal.aborted && connections.size === 0) emptied.resolve()
  }

  function takePlace(owner: Owner): Disposable {
    try {
      return places.take(owner)
    } catch (error) {
      throw error instanceof GatewayError ? refuseConnection(error) : error
    }
  }

  function turnAway(socket: SocketLike, error: unknown): void {
    socket.bind({ onMessage: () => {}, onBinary: () => {}, onPing: () => {}, onPong: () => {}, onClose: () => {} })
    const { code, retry } = replyFailure(error)
    socket.close(code === 'INTERNAL' || retry === 'never' ? CLOSE.internal : CLOSE.tryLater, code)
  }

  function admit(identity: Identity): Disposable {
    if (draining.signal.aborted) throw new GatewayError('DRAINING', {})
    credentials.check(identity)
    return quotas.take(identity.principal)
  }

  function countRefused(error: unknown): void {
    const { code } = replyFailure(error)
    counts.commands.refused[code] = (counts.commands.refused[code] ?? 0) + 1
  }

  /** For what is no command: nobody else counts it. */
  function admitOther(identity: Identity): Disposable {
    try {
      return admit(identity)
    } catch (error) {
      countRefused(error)
      throw error
    }
  }

  async function execute<T extends CommandType>(
    identity: Identity,
    command: Extract<CommandBody, { readonly type: T }>,
  ): Promise<Replies[T]> {
    const { principal } = identity
    try {
      const place = admit(identity)
      try {
        const reply = await carryOut(parseCommand({ ...command }, limits), {
          supervisor,
          principal,
          now,
          maxPageBytes: limits.maxBufferedBytes,
          onStopping,
        })
        counts.commands.ok += 1
        // carryOut answers with the reply of the command's own type.
        return reply as Replies[T]
      } finally {
        place[Symbol.dispose]()
      }
    } catch (error) {
      countRefused(error)
      if (isFault(error)) logger.error({ err: error, command: command.type }, 'a command failed')
      throw error
    }
  }

  async function* followThread(
    identity: Identity,
    threadId: string,
    { after, signal }: { readonly after: number; readonly signal: AbortSignal },
  ): AsyncGenerator<LoggedEvent, void, undefined> {
    const { principal } = identity
    const ended = new AbortController()
    const holder = { onCredentialsEnded: () => ended.abort() }
    credentials.hold(holder, identity)
    // Keeps the bus listened to for this owner.
    const listening = presence.join(silentAttendant(principal))
    try {
      yield* follow({
        owner: principal,
        threadId,
        after,
        router,
        signal: AbortSignal.any([signal, draining.signal, ended.signal]),
        read: (range) => supervisor.readEvents(principal, threadId, range),
      })
    } finally {
      credentials.release(holder)
      listening[Symbol.dispose]()
    }
  }

  function drain(): Promise<void> {
    drained ??= (async () => {
      draining.abort()
      const leaving = [...connections]
      // Spread over two seconds, so that they do not all knock at the next server at once.
      leaving.forEach((connection, index) => {
        const reconnectAfterMs = Math.round((2_000 * index) / leaving.length)
        connection.leave(CLOSE.goingAway, new GatewayError('DRAINING', {}), reconnectAfterMs)
      })
      if (connections.size > 0) await emptied.promise
      subscription[Symbol.dispose]()
      here[Symbol.dispose]()
      credentials[Symbol.dispose]()
    })()
    return drained
  }

  return {
    reserve,
    accept,
    execute,
    admit: admitOther,
    follow: followThread,
    connections: () => [...connections].map(({ info }) => info),
    metrics: () => metricsOf(counts, { open: connections.size, places: places.taken }),
    drain,
    [Symbol.asyncDispose]: drain,
  }
}
