/**
 * Answers a stream that is no request of the framework's: an upgrade that is refused, or what is not HTTP at all. The law:
 * the stream is closed afterwards, also when its peer does not hang up.
 *
 * @module
 */
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Failure } from 'toolcrib/protocol'
import { failureHeaders, statusOf } from './status.ts'

/** How long a peer has to read its answer: cut at once, it would be lost with what the peer is still sending. */
const lingerMs = 1_000

export function answerRaw(stream: Duplex, failure: Failure): void {
  if (stream.destroyed || !stream.writable) return
  const body = JSON.stringify({ error: failure })
  const status = statusOf(failure.code)
  const headers = {
    connection: 'close',
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    ...failureHeaders(failure),
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const cut = setTimeout(() => stream.destroy(), lingerMs)
  stream.once('close', () => clearTimeout(cut))
  stream.resume()
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
}
