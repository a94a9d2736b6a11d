/**
 * The WebSocket's door. The law: who it is, where it comes from and whether there is room is settled before the upgrade,
 * and a refusal is an HTTP answer with a code.
 *
 * @module
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { GatewayError, type Identity, replyFailure, type SocketLike } from 'toolcrib/gateway'
import { CLOSE, type Failure, SUBPROTOCOL } from 'toolcrib/protocol'
import { createWebSocketUpgrade } from 'toolcrib/socket/ws'
import { serverFailure } from '../errors.ts'
import type { HttpContext } from './context.ts'
import { answerRaw } from './raw-answer.ts'
import { Refusal } from './refusal.ts'

const socketPath = '/v1/socket'
const webSocketVersion = '13'
/** 16 bytes in base64: RFC 6455, section 4.1. */
const webSocketKey = /^[A-Za-z0-9+/]{22}==$/

export interface Upgrades {
  /** Cuts every stream that is still open, also of those who are still being verified. */
  destroy(): void
}

/** Whether it is for this door. Any other offer to upgrade, such as HTTP/2 in clear text, is passed over and answered. */
export function isSocketRequest({ method, url, headers }: IncomingMessage): boolean {
  return method === 'GET' && url?.split('?')[0] === socketPath && headers.upgrade?.toLowerCase() === 'websocket'
}

/**
 * A browser is not told why its socket was refused: here its page can ask. What is answered may be otherwise a moment later.
 *
 * @throws {@link GatewayError} `DRAINING`, and {@link Refusal} with `TOO_MANY_CONNECTIONS`.
 */
export async function askForPlace({ headers }: FastifyRequest, context: HttpContext): Promise<void> {
  if (context.phase() !== 'serving') throw new GatewayError('DRAINING', {})
  const checked = await context.credentials.ofRequest(headers, { changes: false })
  // Whoever is nobody learns what anybody may: how to knock.
  if (!checked.ok) return
  const place = context.gateway.reserve(checked.identity.principal)
  if (!place.ok) throw new Refusal({ code: place.code, message: place.message, retry: 'later' })
  place[Symbol.dispose]()
}

export function acceptUpgrades(server: Server, context: HttpContext): Upgrades {
  const { config, gateway, log, metrics } = context
  const upgrade = createWebSocketUpgrade({ maxFrameBytes: config.limits.maxFrameBytes })

  const streams = new Set<Duplex>()

  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // Until it is a socket, a stream that breaks is nobody's fault and nobody's business.
    const onError = (): void => void stream.destroy()
    stream.on('error', onError)
    streams.add(stream)
    stream.once('close', () => streams.delete(stream))
    admit(request)
      .then((admitted) => {
        if ('failure' in admitted) return refuse(stream, admitted.failure)
        using _place = admitted.place
        if (stream.destroyed) return
        stream.off('error', onError)
        upgrade.accept(request, stream, head, (socket) => open(socket, admitted.identity))
      })
      .catch((error: unknown) => {
        log.error({ err: error }, 'an upgrade failed')
        refuse(stream, replyFailure(error))
      })
  })

  return {
    destroy: () => {
      for (const stream of streams) stream.destroy()
    },
  }

  async function admit(
    request: IncomingMessage,
  ): Promise<{ readonly identity: Identity; readonly place: Disposable } | { readonly failure: Failure }> {
    const { host } = request.headers
    if (!context.addresses.isKnownHost(host))
      return { failure: serverFailure('HOST_REFUSED', { host: printable(host ?? '') }) }
    if (context.phase() !== 'serving') return { failure: replyFailure(new GatewayError('DRAINING', {})) }
    if (!offersProtocol(request)) return { failure: serverFailure('SUBPROTOCOL_MISSING', { expected: SUBPROTOCOL }) }
    if (!isHandshake(request)) return { failure: serverFailure('REQUEST_REFUSED', { reason: notHandshake }) }
    const checked = await context.credentials.ofUpgrade(request.headers)
    if (!checked.ok) return { failure: checked.failure }
    const place = gateway.reserve(checked.identity.principal)
    if (!place.ok) return { failure: { code: place.code, message: place.message, retry: 'later' } }
    return { identity: checked.identity, place }
  }

  function open(socket: SocketLike, identity: Identity): void {
    try {
      gateway.accept(socket, identity)
    } catch (error) {
      // The gateway has closed the socket and counted it; what is left is to say why, here.
      log.warn({ err: error }, 'a socket was turned away after its upgrade')
      socket.close(CLOSE.tryLater, replyFailure(error).code)
    }
  }

  function refuse(stream: Duplex, failure: Failure): void {
    metrics.connectionRefused(failure.code)
    log.debug({ code: failure.code }, 'a socket was refused')
    answerRaw(stream, failure)
  }
}

const notHandshake = `it lacks Sec-WebSocket-Version ${webSocketVersion} or a Sec-WebSocket-Key of 16 bytes`

function isHandshake({ headers }: IncomingMessage): boolean {
  const key = headers['sec-websocket-key']
  return headers['sec-websocket-version'] === webSocketVersion && key !== undefined && webSocketKey.test(key)
}

function offersProtocol({ headers }: IncomingMessage): boolean {
  const offered = headers['sec-websocket-protocol']?.split(',') ?? []
  return offered.some((name) => name.trim() === SUBPROTOCOL)
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200)
}
