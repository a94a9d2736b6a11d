/**
 * The one connection to the server, made again and again. The law: at most one socket is listened to at a time, and a
 * server that said not to come back is not asked again. @module
 */
import {
  CLOSE,
  type Goodbye,
  type Hello,
  type ServerFrame,
  SUBPROTOCOL,
  TICKET_SUBPROTOCOL_PREFIX,
} from '../protocol/frames.ts'
import type { Backoff } from './backoff.ts'
import type { ClientClock, ClientStatus, WebSocketLike } from './client.ts'

export interface LinkOptions {
  readonly url: string
  readonly ticket: (() => Promise<string>) | undefined
  readonly connect: (url: string, protocols: readonly string[]) => WebSocketLike
  readonly backoff: Backoff
  readonly clock: ClientClock
  /** For the hello, and for any sign of life after a silence. */
  readonly timeoutMs: number
  readonly onStatus: (status: ClientStatus) => void
  readonly onGoodbye: (goodbye: Goodbye) => void
  /** Everything but hello and goodbye. */
  readonly onFrame: (frame: Exclude<ServerFrame, Hello | Goodbye>) => void
}

export interface Link {
  readonly status: ClientStatus
  /** Contract: only while `open`. */
  send(text: string): void
  /** Does not wait any longer for the next attempt, if it does. */
  connectNow(): void
  close(reason: string): void
}

/** Close codes after which an attempt without any change would end the same way. */
const FINAL: ReadonlyMap<number, string> = new Map([
  [CLOSE.done, 'DONE'],
  [CLOSE.unsupportedData, 'FRAME_NOT_TEXT'],
  [CLOSE.policy, 'POLICY'],
  [CLOSE.tooBig, 'FRAME_TOO_LARGE'],
  [CLOSE.credentialsExpired, 'CREDENTIALS_EXPIRED'],
  [CLOSE.replaced, 'REPLACED'],
])

export function createLink(options: LinkOptions): Link {
  const { clock, backoff, timeoutMs } = options
  let status: ClientStatus = { state: 'connecting', attempt: 1 }
  let socket: WebSocketLike | undefined
  let timer: Disposable | undefined
  let goodbye: Goodbye | undefined
  let heard = false
  let attempt = 0
  let waitedMs = 0
  let openedAt: number | undefined
  /** Of the socket that is listened to; whatever an older one says is nobody's business. */
  let generation = 0

  function become(next: ClientStatus): void {
    status = next
    options.onStatus(next)
  }

  async function start(): Promise<void> {
    attempt += 1
    generation += 1
    const mine = generation
    goodbye = undefined
    become({ state: 'connecting', attempt })
    // A listener may have closed it.
    if (mine !== generation) return
    timer = clock.setTimeout(() => lose('the server did not answer'), timeoutMs)
    try {
      const ticket = await options.ticket?.()
      if (mine !== generation) return
      const protocols = ticket === undefined ? [SUBPROTOCOL] : [SUBPROTOCOL, TICKET_SUBPROTOCOL_PREFIX + ticket]
      listen(options.connect(options.url, protocols), mine)
    } catch (error) {
      if (mine !== generation) return
      if (isFinal(error)) finish(error.message, error.code)
      else lose(error instanceof Error ? error.message : 'no ticket')
    }
  }

  function listen(made: WebSocketLike, mine: number): void {
    socket = made
    made.addEventListener('message', ({ data }) => {
      if (mine !== generation || typeof data !== 'string') return
      const frame = parseFrame(data)
      if (frame === undefined) lose('the server sent what is no frame')
      else receive(frame)
    })
    // A close event always follows, and says more.
    made.addEventListener('error', () => {})
    made.addEventListener('close', ({ code, reason }) => {
      if (mine === generation) onClose(code, reason)
    })
  }

  function receive(frame: ServerFrame): void {
    heard = true
    switch (frame.type) {
      case 'hello':
        attempt = 0
        openedAt = clock.now()
        watch(frame.limits.pingIntervalMs)
        return become({ state: 'open', hello: frame })
      case 'goodbye':
        goodbye = frame
        return options.onGoodbye(frame)
      default:
        return options.onFrame(frame)
    }
  }

  /** A browser cannot see pings, and a network that went away says nothing. */
  function watch(intervalMs: number): void {
    heard = false
    timer?.[Symbol.dispose]()
    timer = clock.setTimeout(() => {
      if (heard) return watch(intervalMs)
      socket?.send(JSON.stringify({ id: 'heartbeat', type: 'ping' }))
      timer = clock.setTimeout(() => (heard ? watch(intervalMs) : end('the server fell silent')), timeoutMs)
    }, intervalMs)
  }

  function onClose(code: number, reason: string): void {
    const final = FINAL.get(code)
    if (goodbye === undefined && final !== undefined) return finish(reason || `closed with ${code}`, final)
    end(reason || 'the connection was lost')
  }

  /** What a goodbye said holds, however the connection ends after it. */
  function end(reason: string): void {
    if (goodbye?.reconnectAfterMs === null) return finish(goodbye.reason, goodbye.code)
    lose(goodbye?.reason ?? reason, goodbye?.reconnectAfterMs ?? 0)
  }

  function lose(reason: string, minWaitMs = 0): void {
    drop()
    // A server that greets and breaks off again and again is no better than one that does not greet.
    if (openedAt !== undefined && clock.now() - openedAt >= waitedMs) backoff.reset()
    openedAt = undefined
    const waitMs = minWaitMs + backoff.nextMs()
    waitedMs = waitMs
    timer = clock.setTimeout(() => void start(), waitMs)
    become({ state: 'waiting', attempt, retryAt: clock.now() + waitMs, reason })
  }

  function finish(reason: string, code: string): void {
    drop()
    become({ state: 'closed', reason, code })
  }

  function drop(): void {
    generation += 1
    timer?.[Symbol.dispose]()
    timer = undefined
    const dropped = socket
    socket = undefined
    // Throws in no state; what it leads to is not listened to any more.
    dropped?.close()
  }

  void start()

  return {
    get status() {
      return status
    },
    send(text) {
      socket?.send(text)
    },
    connectNow() {
      if (status.state !== 'waiting') return
      timer?.[Symbol.dispose]()
      void start()
    },
    close(reason) {
      if (status.state === 'closed') return
      drop()
      become({ state: 'closed', reason })
    },
  }
}

function parseFrame(text: string): ServerFrame | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as ServerFrame) : undefined
  } catch {
    return undefined
  }
}

/** A ticket that was refused for good, such as for want of a session. */
function isFinal(error: unknown): error is { readonly message: string; readonly code: string } {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    'retry' in error &&
    error.retry === 'never'
  )
}
