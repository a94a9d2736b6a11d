/**
 * Commands that wait for their reply. The law: each settles once; what was sent and must not happen twice is never sent
 * twice. @module
 */
import type { CommandBody, CommandType, ErrorReply, OkReply, Replies } from '../protocol/frames.ts'
import type { ClientClock } from './client.ts'
import { ClientError, clientError } from './errors.ts'

export interface RequestsOptions {
  readonly clock: ClientClock
  readonly replyTimeoutMs: number
  readonly maxPendingCommands: number
  /** Undefined while there is no connection. */
  readonly wire: () => { readonly maxFrameBytes: number; send(text: string): void } | undefined
}

export interface Requests {
  request<T extends CommandType>(command: Extract<CommandBody, { readonly type: T }>): Promise<Replies[T]>
  /**
   * The same, but told in the turn of the reply, and never sent over another connection. Not counted in the limit.
   */
  ask<T extends CommandType>(
    command: Extract<CommandBody, { readonly type: T }>,
    onReply: (reply: OkReply<T>) => void,
    onError: (error: ClientError) => void,
  ): void
  onReply(reply: OkReply | ErrorReply): void
  onConnected(): void
  onLost(): void
  /** Rejects all, and whatever comes later. */
  close(reason: string): void
}

interface Pending {
  readonly type: CommandType
  readonly text: string
  /** Whether another connection may carry it. */
  readonly lasting: boolean
  readonly timer: Disposable
  readonly onReply: (reply: OkReply) => void
  readonly onError: (error: ClientError) => void
  sent: boolean
}

/** Carried out twice, they do what they do once. `message.send` has its idempotency key. */
const IDEMPOTENT: ReadonlySet<CommandType> = new Set([
  'thread.list',
  'thread.rename',
  'thread.open',
  'thread.read',
  'thread.leave',
  'message.send',
  'run.stop',
  'approval.check',
  'approval.get',
  'approval.list',
  'tools.list',
  'usage.get',
  'auth.refresh',
  'ping',
])

export function createRequests({ clock, replyTimeoutMs, maxPendingCommands, wire }: RequestsOptions): Requests {
  const pending = new Map<string, Pending>()
  const encoder = new TextEncoder()
  let lastId = 0
  let closedBecause: string | undefined

  function add(command: CommandBody, entry: Pick<Pending, 'lasting' | 'onReply' | 'onError'>): void {
    if (closedBecause !== undefined) return entry.onError(clientError('CLIENT_CLOSED', { reason: closedBecause }))
    lastId += 1
    const id = `${lastId}`
    const { type } = command
    const text = JSON.stringify({ id, ...command })
    const onTimeout = (): void =>
      settle(id, (late) => late.onError(clientError('NO_REPLY', { type, timeoutMs: replyTimeoutMs })))
    const timer = clock.setTimeout(onTimeout, replyTimeoutMs)
    pending.set(id, { ...entry, type, text, timer, sent: false })
    send(id)
  }

  function send(id: string): void {
    const entry = pending.get(id)
    const open = wire()
    if (entry === undefined || open === undefined) return
    const { maxFrameBytes } = open
    if (encoder.encode(entry.text).byteLength > maxFrameBytes) {
      return settle(id, ({ onError }) => onError(clientError('FRAME_TOO_LARGE', { maxFrameBytes })))
    }
    entry.sent = true
    open.send(entry.text)
  }

  function settle(id: string, tell: (entry: Pending) => void): void {
    const entry = pending.get(id)
    if (entry === undefined || !pending.delete(id)) return
    entry.timer[Symbol.dispose]()
    tell(entry)
  }

  return {
    request<T extends CommandType>(command: Extract<CommandBody, { readonly type: T }>) {
      return new Promise<Replies[T]>((resolve, reject) => {
        if (pending.size >= maxPendingCommands) return reject(clientError('TOO_MANY_PENDING', { maxPendingCommands }))
        const onReply = (reply: OkReply): void => resolve(withoutEnvelope<T>(reply))
        add(command, { lasting: true, onReply, onError: reject })
      })
    },
    ask<T extends CommandType>(
      command: Extract<CommandBody, { readonly type: T }>,
      onReply: (reply: OkReply<T>) => void,
      onError: (error: ClientError) => void,
    ) {
      add(command, { lasting: false, onReply: onReply as (reply: OkReply) => void, onError })
    },
    onReply(reply) {
      if (reply.id === null) return
      settle(reply.id, ({ onReply, onError }) =>
        reply.type === 'ok' ? onReply(reply) : onError(new ClientError(reply.error)),
      )
    },
    onConnected() {
      for (const [id, { sent }] of pending) if (!sent) send(id)
    },
    onLost() {
      for (const [id, entry] of pending) {
        if (!entry.sent) continue
        if (entry.lasting && IDEMPOTENT.has(entry.type)) entry.sent = false
        else settle(id, ({ type, onError }) => onError(clientError('CONNECTION_LOST', { type })))
      }
    },
    close(reason) {
      closedBecause = reason
      for (const id of pending.keys()) settle(id, ({ onError }) => onError(clientError('CLIENT_CLOSED', { reason })))
    },
  }
}

/** The reply was given to a command of type T: its id says so. */
function withoutEnvelope<T extends CommandType>({ type: _type, id: _id, ...reply }: OkReply): Replies[T] {
  return reply as unknown as Replies[T]
}
