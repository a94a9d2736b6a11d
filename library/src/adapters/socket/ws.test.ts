import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { EncodedFrame, SocketLike } from '../../gateway/ports.ts'
import { createWebSocketUpgrade } from './ws.ts'

function frame(text: string): EncodedFrame {
  return { text, byteLength: Buffer.byteLength(text) }
}

/** A server whose sockets are handed out in the order of their upgrade. */
async function startPair(options: { readonly maxFrameBytes?: number; readonly autoPong?: boolean } = {}) {
  const upgrade = createWebSocketUpgrade(options)
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted: ((socket: SocketLike) => void)[] = []
  server.on('upgrade', (request, stream, head) =>
    upgrade.accept(request, stream, head, (socket) => accepted.shift()?.(socket)),
  )
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  const clients: WebSocket[] = []
  return {
    url,
    async connect() {
      const near = new Promise<SocketLike>((resolve) => accepted.push(resolve))
      const far = new WebSocket(url, ['toolcrib.v1'], { autoPong: options.autoPong ?? true })
      clients.push(far)
      const received: string[] = []
      far.on('message', (data) => received.push((data as Buffer).toString()))
      await once(far, 'open')
      return { near: await near, far, received }
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.terminate()
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Collects what a bound socket is told. */
function bind(socket: SocketLike) {
  const told: string[] = []
  const closed = Promise.withResolvers<{ code: number; reason: string }>()
  const next = Promise.withResolvers<string>()
  socket.bind({
    onMessage: (data) => {
      told.push(`message ${data}`)
      next.resolve(data)
    },
    onBinary: () => {
      told.push('binary')
      next.resolve('binary')
    },
    onPing: () => {
      told.push('ping')
      next.resolve('ping')
    },
    onPong: () => {
      told.push('pong')
      next.resolve('pong')
    },
    onClose: (code, reason) => {
      told.push('close')
      closed.resolve({ code, reason })
    },
  })
  return { told, closed: closed.promise, next: next.promise }
}

describe('a socket of ws', () => {
  it('speaks the version that was offered', async () => {
    await using pair = await startPair()
    const { far } = await pair.connect()

    expect(far.protocol).toBe('toolcrib.v1')
    expect(far.extensions).toBe('')
  })

  it('writes a batch of frames of every header size as whole messages, in order', async () => {
    await using pair = await startPair()
    const { near, far, received } = await pair.connect()
    bind(near)
    const texts = [
      '',
      'é',
      'x'.repeat(125),
      'x'.repeat(126),
      '…'.repeat(30_000),
      'x'.repeat(65_535),
      'x'.repeat(65_536),
      'end',
    ]

    near.send(texts.map(frame))
    near.close(1000, 'done')
    await once(far, 'close')

    expect(received).toEqual(texts)
  })

  it('gives each of many sockets the same batch, and a different one where it differs', async () => {
    await using pair = await startPair()
    const [ann, bob] = [await pair.connect(), await pair.connect()]
    const [first, second] = [frame('first'), frame('second')]
    for (const { near } of [ann, bob]) bind(near)

    ann.near.send([first, second])
    bob.near.send([first, second])
    ann.near.send([second])
    bob.near.send([first])
    for (const { near } of [ann, bob]) near.close(1000, 'done')
    await Promise.all([once(ann.far, 'close'), once(bob.far, 'close')])

    expect([ann.received, bob.received]).toEqual([
      ['first', 'second', 'second'],
      ['first', 'second', 'first'],
    ])
  })

  it('keeps frames whole when ws writes pings and a close between them', async () => {
    await using pair = await startPair()
    const { near, far, received } = await pair.connect()
    const { closed } = bind(near)
    let pings = 0
    far.on('ping', () => {
      pings += 1
    })

    near.send([frame('a'.repeat(200_000))])
    near.ping()
    near.send([frame('b')])
    near.ping()
    near.close(4401, 'CREDENTIALS_EXPIRED')
    near.send([frame('after the close')])
    const [code, reason] = await once(far, 'close')

    expect([received.map((text) => text.length), pings, code, String(reason)]).toEqual([
      [200_000, 1],
      2,
      4401,
      'CREDENTIALS_EXPIRED',
    ])
    expect(await closed).toEqual({ code: 4401, reason: 'CREDENTIALS_EXPIRED' })
  })

  it('tells text, binary, pings and pongs apart', async () => {
    await using pair = await startPair()
    const [one, two] = [await pair.connect(), await pair.connect()]
    const [three, four] = [await pair.connect(), await pair.connect()]
    const told = [one, two, three, four].map(({ near }) => bind(near))

    one.far.send('{"a":"é"}')
    two.far.send(Buffer.from([1, 2, 3]))
    three.near.ping()
    four.far.ping()

    expect(await Promise.all(told.map(({ next }) => next))).toEqual(['{"a":"é"}', 'binary', 'pong', 'ping'])
  })

  it('closes with 1009 on a message over the limit, and tells the close once [CONN-06]', async () => {
    await using pair = await startPair({ maxFrameBytes: 1_024 })
    const { near, far } = await pair.connect()
    const { told, closed } = bind(near)

    far.send('x'.repeat(1_025))
    const [code] = await once(far, 'close')

    // This end never got a whole close frame back: RFC 6455 calls that 1006.
    expect([code, (await closed).code, told]).toEqual([1009, 1006, ['close']])
  })

  it('tells of a peer that is simply gone, once, and is silent afterwards', async () => {
    await using pair = await startPair()
    const { near, far } = await pair.connect()
    const { told, closed } = bind(near)

    far.terminate()
    expect((await closed).code).toBe(1006)
    near.send([frame('nobody reads this')])
    near.ping()
    near.close(1000, 'late')
    near.terminate()

    expect(told).toEqual(['close'])
  })

  it('counts what a reader has not taken in, and tells when all of it is gone', async () => {
    await using pair = await startPair()
    const { near, far, received } = await pair.connect()
    bind(near)
    far.pause()
    const drained = Promise.withResolvers<number>()

    // More than any kernel buffer holds.
    near.send([frame('x'.repeat(32_000_000))])
    near.onDrained(() => drained.resolve(near.bufferedBytes))
    const [before, taken] = [near.bufferedBytes, near.takenBytes]
    // More is written meanwhile: what waits does not shrink, but what was taken grows.
    near.send([frame('y'.repeat(32_000_000))])
    far.resume()

    expect(before).toBeGreaterThan(16_000_000)
    expect(taken).toBeLessThan(16_000_000)
    await drained.promise
    expect(near.takenBytes).toBeGreaterThanOrEqual(32_000_000)
    near.close(1000, 'done')
    await once(far, 'close')
    expect(received.map((text) => text.length)).toEqual([32_000_000, 32_000_000])
  })

  it('tells of being drained also when nothing waits', async () => {
    await using pair = await startPair()
    const { near } = await pair.connect()
    const drained = Promise.withResolvers<number>()

    near.onDrained(() => drained.resolve(near.bufferedBytes))

    expect(await drained.promise).toBe(0)
  })
})
