/**
 * A WebSocket client that does the least: one upgrade by hand, frames out with a mask of zeros, bytes in. The law: it
 * costs the machine as little as it can, so that the server is what is measured.
 *
 * @module
 */
import { createConnection, type Socket } from 'node:net'

export interface RawClient {
  sendText(text: string): void
  /** Reads no more: the kernel takes what it can, and then the server has to wait. */
  pause(): void
  destroy(): void
}

export interface RawClientOptions {
  readonly port: number
  readonly user: string
  /** What comes after the server's answer to the upgrade. The bytes are the client's own only until it returns. */
  readonly onBytes: (bytes: Buffer) => void
}

/** All clients of a process read into one buffer, one after the other. */
const shared = Buffer.allocUnsafe(262_144)
const END_OF_HEAD = '\r\n\r\n'

export function connectRaw({ port, user, onBytes }: RawClientOptions): Promise<RawClient> {
  return new Promise((resolve, reject) => {
    let head: string | undefined = ''
    const onread = {
      buffer: shared,
      callback(size: number, buffer: Uint8Array): boolean {
        const bytes = Buffer.from(buffer.buffer, buffer.byteOffset, size)
        if (head === undefined) onBytes(bytes)
        else readHead(bytes)
        return true
      },
    }
    const socket: Socket = createConnection({ port, host: '127.0.0.1', noDelay: true, onread })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error(`The server closed the connection of ${user}`)))
    socket.write(
      `GET /v1/socket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16, user).toString('base64')}\r\n` +
        `Sec-WebSocket-Protocol: toolcrib.v1\r\nAuthorization: Bearer ${user}\r\n\r\n`,
    )

    function readHead(bytes: Buffer): void {
      head += bytes.toString('latin1')
      const end = head?.indexOf(END_OF_HEAD) ?? -1
      if (head === undefined || end < 0) return
      if (!head.startsWith('HTTP/1.1 101')) return reject(new Error(`Expected 101, got ${head.slice(0, 120)}`))
      const rest = head.slice(end + END_OF_HEAD.length)
      head = undefined
      if (rest !== '') onBytes(Buffer.from(rest, 'latin1'))
      resolve({
        sendText: (text) => void socket.write(frame(text)),
        pause: () => void socket.pause(),
        destroy: () => void socket.destroy(),
      })
    }
  })
}

/** Opens them a hundred at a time, so that no backlog runs over. */
export async function connectMany(
  count: number,
  connect: (index: number) => Promise<RawClient>,
): Promise<readonly RawClient[]> {
  const clients: RawClient[] = []
  while (clients.length < count) {
    const first = clients.length
    const size = Math.min(100, count - first)
    clients.push(...(await Promise.all(Array.from({ length: size }, (_, index) => connect(first + index)))))
  }
  return clients
}

/** Splits a stream of bytes into the texts of its unfragmented, unmasked frames. */
export function createFrameReader(onText: (text: string) => void): (bytes: Buffer) => void {
  let kept: Buffer = Buffer.alloc(0)
  return (bytes) => {
    let rest = kept.length === 0 ? bytes : Buffer.concat([kept, bytes])
    for (;;) {
      const end = endOfFrame(rest)
      if (end === undefined || end.at > rest.length) break
      if ((rest[0] ?? 0) === 0x81) onText(rest.toString('utf8', end.headerBytes, end.at))
      rest = rest.subarray(end.at)
    }
    // The bytes are on loan.
    kept = Buffer.from(rest)
  }
}

function endOfFrame(bytes: Buffer): { readonly headerBytes: number; readonly at: number } | undefined {
  if (bytes.length < 2) return undefined
  const short = (bytes[1] ?? 0) & 0x7f
  if (short < 126) return { headerBytes: 2, at: 2 + short }
  if (short === 126) return bytes.length < 4 ? undefined : { headerBytes: 4, at: 4 + bytes.readUInt16BE(2) }
  return bytes.length < 10 ? undefined : { headerBytes: 10, at: 10 + Number(bytes.readBigUInt64BE(2)) }
}

/** RFC 6455, section 5.2; a client has to mask, and with zeros the text stays as it is. */
function frame(text: string): Buffer {
  const body = Buffer.from(text)
  const isShort = body.length < 126
  const head = Buffer.alloc(isShort ? 6 : 8)
  head[0] = 0x81
  head[1] = 0x80 | (isShort ? body.length : 126)
  if (!isShort) head.writeUInt16BE(body.length, 2)
  return Buffer.concat([head, body])
}
