/**
 * Sockets of the `ws` package. The law: what many sockets are sent is framed once and concatenated once, and each socket
 * gets it in one write. @module
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import type { EncodedFrame, SocketHandlers, SocketLike } from '../../gateway/ports.ts'
import { SUBPROTOCOL } from '../../protocol/frames.ts'

export interface WebSocketUpgradeOptions {
  /** A larger message closes its socket with 1009. Default 65,536. */
  readonly maxFrameBytes?: number
}

export interface WebSocketUpgrade {
  /**
   * Accepts the upgrade of a `node:http` server's `upgrade` event, whose sender the caller has authenticated. `onSocket`
   * is called in the same turn. A request that is no valid WebSocket handshake is answered with 400 and cut; `onSocket` is not called.
   */
  accept(request: IncomingMessage, stream: Duplex, head: Buffer, onSocket: (socket: SocketLike) => void): void
}

export function createWebSocketUpgrade(options: WebSocketUpgradeOptions = {}): WebSocketUpgrade {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: options.maxFrameBytes ?? 65_536,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  })
  const toBytes = createFramer()
  return {
    accept(request, stream, head, onSocket) {
      server.handleUpgrade(request, stream, head, (socket) => onSocket(new WsSocket(socket, stream, toBytes)))
    },
  }
}

type Framer = (frames: readonly EncodedFrame[]) => Buffer

/** A hot object, hence a class: every connection has one, and all of them are written to in one turn. */
class WsSocket implements SocketLike {
  readonly #socket: WebSocket
  /** Under `#socket`: complete frames may be written to it between those that `ws` writes. */
  readonly #stream: Duplex
  readonly #toBytes: Framer
  #sentBytes = 0

  constructor(socket: WebSocket, stream: Duplex, toBytes: Framer) {
    this.#socket = socket
    this.#stream = stream
    this.#toBytes = toBytes
  }

  bind(handlers: SocketHandlers): void {
    const socket = this.#socket
    socket.on('message', (data, isBinary) => (isBinary ? handlers.onBinary() : handlers.onMessage(textOf(data))))
    socket.on('ping', () => handlers.onPing())
    socket.on('pong', () => handlers.onPong())
    socket.on('error', ignore)
    socket.on('close', (code, reason) => {
      socket.removeAllListeners('message')
      socket.removeAllListeners('ping')
      socket.removeAllListeners('pong')
      handlers.onClose(code, reason.toString())
    })
  }

  send(frames: readonly EncodedFrame[]): void {
    if (this.#socket.readyState !== WebSocket.OPEN || frames.length === 0) return
    const bytes = this.#toBytes(frames)
    this.#sentBytes += bytes.length
    this.#stream.write(bytes)
  }

  get bufferedBytes(): number {
    return this.#stream.writableLength
  }

  get takenBytes(): number {
    return this.#sentBytes - this.#stream.writableLength
  }

  onDrained(listener: () => void): void {
    // After its end a write would be an error, and cut what still waits.
    if (!this.#stream.writable) return
    if (this.#stream.writableLength === 0) setImmediate(listener)
    // Its callback comes after those of all that was written before.
    else this.#stream.write(NOTHING, (error) => (error ? undefined : listener()))
  }

  ping(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping()
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason)
  }

  terminate(): void {
    this.#socket.terminate()
  }
}

/** Every error is followed by a close, which is what counts. */
function ignore(): void {}

const NOTHING: Buffer = Buffer.alloc(0)

/** Remembers each frame's bytes, and the last batch: many sockets get the same one in the same turn. */
function createFramer(): Framer {
  const framed = new WeakMap<EncodedFrame, Buffer>()
  let lastFrames: readonly EncodedFrame[] = []
  let lastBytes: Buffer = NOTHING

  function bytesOf(frame: EncodedFrame): Buffer {
    const known = framed.get(frame)
    if (known !== undefined) return known
    const bytes = frameText(frame)
    framed.set(frame, bytes)
    return bytes
  }

  return (frames) => {
    if (isSameBatch(frames, lastFrames)) return lastBytes
    const [only] = frames
    lastBytes = frames.length === 1 && only !== undefined ? bytesOf(only) : Buffer.concat(frames.map(bytesOf))
    lastFrames = frames
    return lastBytes
  }
}

function isSameBatch(one: readonly EncodedFrame[], other: readonly EncodedFrame[]): boolean {
  return one === other || (one.length === other.length && one.every((frame, index) => frame === other[index]))
}

/** A whole text message in one unmasked frame: RFC 6455, section 5.2. */
function frameText({ text, byteLength }: EncodedFrame): Buffer {
  const headerBytes = byteLength < 126 ? 2 : byteLength < 65_536 ? 4 : 10
  const bytes = Buffer.allocUnsafeSlow(headerBytes + byteLength)
  bytes[0] = 0x81
  if (headerBytes === 2) bytes[1] = byteLength
  if (headerBytes === 4) {
    bytes[1] = 126
    bytes.writeUInt16BE(byteLength, 2)
  }
  if (headerBytes === 10) {
    bytes[1] = 127
    bytes.writeBigUInt64BE(BigInt(byteLength), 2)
  }
  bytes.write(text, headerBytes)
  return bytes
}

function textOf(data: RawData): string {
  return Array.isArray(data) ? Buffer.concat(data).toString() : (data as Buffer).toString()
}
