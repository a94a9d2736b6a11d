/** A server of `ws` alone: the floor that the others are compared with. @module */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'

export interface BareServer {
  readonly port: number
  readonly sockets: ReadonlySet<WebSocket>
  /** Under the open sockets. */
  readonly streams: ReadonlySet<Duplex>
}

export async function startBareServer(onText: (socket: WebSocket, text: string) => void): Promise<BareServer> {
  const websockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  const streams = new Set<Duplex>()
  const server = createServer()
  server.on('upgrade', (request, stream, head) => {
    websockets.handleUpgrade(request, stream, head, (socket) => {
      streams.add(stream)
      stream.once('close', () => streams.delete(stream))
      socket.on('error', () => {})
      socket.on('message', (data) => onText(socket, (data as Buffer).toString()))
    })
  })
  server.listen({ port: 0, host: '127.0.0.1', backlog: 2_048 })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  // handleUpgrade adds to `clients` itself.
  return { port, sockets: websockets.clients, streams }
}
