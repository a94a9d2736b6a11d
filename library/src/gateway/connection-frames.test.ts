import { describe, expect, it } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import type { RawSocket } from '../testing/raw-socket.ts'
import { startTestServer, type TestServer } from '../testing/server.ts'

function join(server: TestServer, user: string): Promise<RawSocket> {
  return server.socket(server.issue(user))
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

describe('what a connection refuses', () => {
  it('answers every broken frame with its own typed error, and nobody else notices [CONN-06]', async () => {
    await using server = await startTestServer()
    await using ann = await join(server, 'ann')
    await using bob = await join(server, 'bob')

    ann.ws.send('{"id":')
    ann.ws.send('[]')
    ann.ws.send('{"id":"a","type":"thread.opne"}')
    ann.ws.send('{"id":"b","type":"thread.open","threadId":7}')
    ann.ws.send(JSON.stringify({ id: 'c', type: 'thread.create' }).slice(0, 20))
    const pong = await ann.command({ type: 'ping' })

    const errors = ann.frames.filter((frame) => frame.type === 'error')
    expect(errors.map(({ id, error }) => [id, error.code])).toEqual([
      [null, 'FRAME_NOT_JSON'],
      [null, 'FRAME_NOT_JSON'],
      ['a', 'COMMAND_UNKNOWN'],
      ['b', 'COMMAND_INVALID'],
      [null, 'FRAME_NOT_JSON'],
    ])
    expect(pong.type).toBe('ok')
    expect(bob.frames.map(({ type }) => type)).toEqual(['hello'])
    expect(server.gateway.metrics().commands.refused).toEqual({
      FRAME_NOT_JSON: 3,
      COMMAND_UNKNOWN: 1,
      COMMAND_INVALID: 1,
    })
  })

  it('says goodbye to a frame that is not text and closes with 1003, for this socket only [CONN-06]', async () => {
    await using server = await startTestServer()
    await using ann = await join(server, 'ann')
    await using other = await join(server, 'ann')

    ann.ws.send(Buffer.from('{"id":"1","type":"ping"}'))

    expect(await ann.closed).toEqual({ code: 1003, reason: 'FRAME_NOT_TEXT' })
    expect(ann.frames.at(-1)).toMatchObject({ type: 'goodbye', code: 'FRAME_NOT_TEXT', reconnectAfterMs: null })
    expect((await other.command({ type: 'ping' })).type).toBe('ok')
  })

  it('closes with 1009 on a frame over the limit, and keeps its server [CONN-06]', async () => {
    await using server = await startTestServer({ limits: { maxFrameBytes: 2_048 } })
    await using ann = await join(server, 'ann')
    await using bob = await join(server, 'bob')

    ann.ws.send(JSON.stringify({ id: '1', type: 'thread.create', title: 'x'.repeat(3_000) }))

    expect((await ann.closed).code).toBe(1009)
    expect((await bob.command({ type: 'ping' })).type).toBe('ok')
  })

  it('refuses commands over the rate, carries out later ones, and closes a flood with 4429 [CONN-06]', async () => {
    const clock = createManualClock()
    await using server = await startTestServer({ clock, limits: { commandsPerSecond: 10, commandBurst: 4 } })
    await using ann = await join(server, 'ann')
    await using bob = await join(server, 'bob')

    const replies = await Promise.all(Array.from({ length: 6 }, () => ann.command({ type: 'ping' })))
    await clock.advance(1_000)
    const later = await ann.command({ type: 'ping' })
    for (let count = 0; count < 20; count++) ann.ws.send('{"id":"flood","type":"ping"}')

    expect(replies.map((reply) => (reply.type === 'ok' ? 'ok' : reply.error.code))).toEqual([
      'ok',
      'ok',
      'ok',
      'ok',
      'RATE_LIMITED',
      'RATE_LIMITED',
    ])
    expect(later.type).toBe('ok')
    expect(await ann.closed).toEqual({ code: 4429, reason: 'TOO_FAST' })
    expect(ann.frames.at(-1)).toMatchObject({ type: 'goodbye', code: 'TOO_FAST', reconnectAfterMs: 5_000 })
    expect((await bob.command({ type: 'ping' })).type).toBe('ok')
  })

  it('refuses more open threads, pending commands and connections than its limits', async () => {
    await using server = await startTestServer({
      limits: { maxOpenThreads: 1, maxPendingCommands: 2, maxConnectionsPerUser: 2, commandBurst: 100 },
    })
    await using ann = await join(server, 'ann')
    await using second = await join(server, 'ann')
    await ann.openNewThread()
    const other = await second.command({ type: 'thread.create' })

    const tooManyThreads = await ann.command({
      type: 'thread.open',
      threadId: (other as { threadId: string }).threadId,
      after: 0,
    })
    const replies = await Promise.all(Array.from({ length: 3 }, () => second.command({ type: 'thread.list' })))
    const third = await server.socket(server.issue('ann')).catch((error: unknown) => error)

    expect(tooManyThreads).toMatchObject({ type: 'error', error: { code: 'TOO_MANY_OPEN_THREADS' } })
    expect(replies.map((reply) => (reply.type === 'ok' ? 'ok' : reply.error.code)).toSorted()).toEqual([
      'TOO_MANY_PENDING',
      'ok',
      'ok',
    ])
    expect(third).toBeInstanceOf(Error)
    expect(server.gateway.metrics().connections).toMatchObject({ open: 2, refused: { TOO_MANY_CONNECTIONS: 1 } })
  })

  it('refuses a cursor past the end of the log, and says where the end is', async () => {
    await using server = await startTestServer()
    await using ann = await join(server, 'ann')
    const threadId = await ann.openNewThread()

    const answer = await ann.command({ type: 'thread.open', threadId, after: 9 })

    expect(answer).toMatchObject({
      type: 'error',
      error: { code: 'AFTER_AHEAD', message: expect.stringContaining('ends at 0') },
    })
  })

  it('refuses a peer that asks and does not read, and closes it with 1008 when it goes on', async () => {
    const limits = { maxBufferedBytes: 65_536, commandBurst: 100_000, maxPendingCommands: 10_000 }
    await using server = await startTestServer({ limits })
    await using ann = await join(server, 'ann')
    const unread = () => server.gateway.connections()[0]?.bufferedBytes ?? Number.POSITIVE_INFINITY
    const ask = () => ann.ws.send('{"id":"list","type":"thread.list"}')
    await Promise.all(Array.from({ length: 100 }, () => ann.command({ type: 'thread.create', title: 'x'.repeat(200) })))
    ann.ws.pause()

    for (ask(); server.gateway.metrics().commands.refused.NOT_READING === undefined; ask()) await turn()
    const refused = ann.command({ type: 'ping' })
    for (let count = 0; count < 5_000; count++) ask()
    while (unread() <= 8 * limits.maxBufferedBytes) await turn()
    ann.ws.resume()

    expect(await refused).toMatchObject({ type: 'error', error: { code: 'NOT_READING', retry: 'later' } })
    expect((await ann.closed).code).toBe(1008)
    expect(ann.frames.at(-1)).toMatchObject({ type: 'goodbye', code: 'NOT_READING', reconnectAfterMs: 1_000 })
  })
})
