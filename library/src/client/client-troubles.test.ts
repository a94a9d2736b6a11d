import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import type { LoggedEvent } from '../protocol/events.ts'
import type { Hello } from '../protocol/frames.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import type { Client, ClientStatus } from './client.ts'
import { createClient } from './create-client.ts'

function until(client: Client, state: ClientStatus['state']): Promise<ClientStatus> {
  if (client.status.state === state) return Promise.resolve(client.status)
  return new Promise((resolve) => {
    const watch = client.onStatus((status) => {
      if (status.state !== state) return
      watch[Symbol.dispose]()
      resolve(status)
    })
  })
}

/** Collects a thread's events. */
function collect(client: Client, threadId: string, after = 0) {
  const events: LoggedEvent[] = []
  const view = client.openThread(threadId, { onEvent: (logged) => events.push(logged) }, after)
  return { events, view }
}

const hello: Hello = {
  type: 'hello',
  protocol: 1,
  connectionId: 'con_1',
  principal: { tenant: 'acme', user: 'ann', roles: [], scopes: [] },
  server: { name: 'toolcrib', version: '0', model: 'none' },
  agents: [],
  limits: { maxFrameBytes: 1_000, maxMessageChars: 100, commandsPerSecond: 20, pingIntervalMs: 20_000 },
  expiresAt: null,
}

/** The far end of a socket, that says what the test tells it to, and a client with a manual clock. */
async function startPeer(options: { readonly ticket?: () => Promise<string> } = {}) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const sockets: WebSocket[] = []
  const received: { id: string; type: string }[] = []
  const waiting: (() => void)[] = []
  server.on('connection', (socket) => {
    sockets.push(socket)
    socket.on('message', (data) => {
      received.push(JSON.parse((data as Buffer).toString()))
      for (const wake of waiting.splice(0)) wake()
    })
    for (const wake of waiting.splice(0)) wake()
  })
  const clock = createManualClock()
  const { port } = server.address() as AddressInfo
  const client = createClient({ url: `ws://127.0.0.1:${port}/v1/socket`, clock, random: () => 0, ...options })
  const seen = async (count: () => number, wanted: number): Promise<void> => {
    while (count() < wanted) await new Promise<void>((resolve) => waiting.push(resolve))
  }
  const say = (frame: object): void => sockets.at(-1)?.send(JSON.stringify(frame))
  return {
    client,
    clock,
    sockets,
    received,
    say,
    connected: (count: number) => seen(() => sockets.length, count),
    heard: (count: number) => seen(() => received.length, count),
    async greet(count = 1) {
      await seen(() => sockets.length, count)
      const open = until(client, 'open')
      say(hello)
      await open
    },
    async [Symbol.asyncDispose]() {
      client.close()
      for (const socket of sockets) socket.terminate()
      server.close()
    },
  }
}

describe('a client of a troubled server', () => {
  it('rejects what may not happen twice when the connection is lost, and sends the rest again', async () => {
    await using peer = await startPeer()
    await peer.greet()
    const created = peer.client.createThread('once').catch((error: unknown) => error)
    const sent = peer.client.send('thr_1', 'hello', { idempotencyKey: 'key' })
    await peer.heard(2)

    peer.sockets[0]?.terminate()
    const lost = await created
    await peer.clock.advance(250)
    await peer.greet(2)
    await peer.heard(3)
    peer.say({ type: 'ok', id: peer.received[2]?.id, messageId: 'msg_1', runId: 'run_1', duplicate: true })

    expect(lost).toMatchObject({ code: 'CONNECTION_LOST' })
    expect(peer.received.map(({ type }) => type)).toEqual(['thread.create', 'message.send', 'message.send'])
    expect(peer.received[2]).toEqual(peer.received[1])
    expect(await sent).toEqual({ messageId: 'msg_1', runId: 'run_1' })
  })

  it('rejects a command without a reply after its time, and ignores a reply that comes later', async () => {
    await using peer = await startPeer()
    await peer.greet()
    const listed = peer.client.listThreads().catch((error: unknown) => error)
    await peer.heard(1)

    await peer.clock.advance(15_000)
    peer.say({ type: 'ok', id: peer.received[0]?.id, threads: [] })

    expect(await listed).toMatchObject({ code: 'NO_REPLY', retry: 'later' })
  })

  it('refuses a command that the server would close the connection for', async () => {
    await using peer = await startPeer()
    await peer.greet()

    await expect(peer.client.send('thr_1', 'é'.repeat(600))).rejects.toMatchObject({ code: 'FRAME_TOO_LARGE' })
    expect(peer.received).toEqual([])
  })

  it('keeps no more commands waiting than its bound', async () => {
    await using peer = await startPeer()
    const waiting = Array.from({ length: 257 }, () => peer.client.listThreads())

    const outcome = Promise.allSettled(waiting)
    await expect(waiting[256]).rejects.toMatchObject({ code: 'TOO_MANY_PENDING' })
    peer.client.close()

    expect((await outcome).map((settled) => settled.status)).toEqual(waiting.map(() => 'rejected'))
  })

  it('waits twice as long each time, and starts over after a connection that lasted longer than the wait', async () => {
    await using peer = await startPeer()
    const waits: number[] = []
    peer.client.onStatus((status) => {
      if (status.state === 'waiting') waits.push(status.retryAt - peer.clock.now())
    })

    await peer.connected(1)
    peer.sockets[0]?.terminate()
    await until(peer.client, 'waiting')
    await peer.clock.advance(125)
    await peer.connected(2)
    peer.sockets[1]?.terminate()
    await until(peer.client, 'waiting')
    await peer.clock.advance(250)
    await peer.greet(3)
    peer.sockets[2]?.terminate()
    await until(peer.client, 'waiting')
    await peer.clock.advance(500)
    await peer.greet(4)
    await peer.clock.advance(500)
    peer.sockets[3]?.terminate()
    await until(peer.client, 'waiting')

    expect(waits).toEqual([125, 250, 500, 125])
  })

  it('asks for threads page by page, each from where the last one ended', async () => {
    await using peer = await startPeer()
    await peer.greet()

    const listed = peer.client.listThreads('oslo', { limit: 1, before: 5 })
    await peer.heard(1)
    peer.say({ type: 'ok', id: peer.received[0]?.id, threads: [] })

    expect(await listed).toEqual([])
    expect(peer.received).toMatchObject([{ type: 'thread.list', query: 'oslo', limit: 1, before: 5 }])
  })

  it('does not wait any longer when it is told to connect now, and makes one attempt of it', async () => {
    await using peer = await startPeer()
    await peer.greet()
    peer.sockets[0]?.terminate()
    await until(peer.client, 'waiting')

    peer.client.connectNow()
    peer.client.connectNow()
    await peer.greet(2)
    peer.client.connectNow()
    await peer.clock.advance(1_000)

    expect(peer.client.status.state).toBe('open')
    expect(peer.sockets).toHaveLength(2)
  })

  it('gives up a server that says no hello', async () => {
    await using peer = await startPeer()
    await peer.connected(1)

    await peer.clock.advance(15_000)

    expect(peer.client.status).toMatchObject({ state: 'waiting', reason: 'the server did not answer' })
  })

  it('asks a silent server whether it is there, and connects again when it is not', async () => {
    await using peer = await startPeer()
    await peer.greet()

    await peer.clock.advance(20_000)
    await peer.heard(1)
    await peer.clock.advance(15_000)

    expect(peer.received[0]).toMatchObject({ type: 'ping' })
    expect(peer.client.status).toMatchObject({ state: 'waiting', reason: 'the server fell silent' })
  })

  it('opens a thread again from where it was when events are missing, and delivers none out of order', async () => {
    await using peer = await startPeer()
    await peer.greet()
    const event = (seq: number) => ({
      type: 'event',
      threadId: 'thr_1',
      seq,
      at: 0,
      event: { type: 'thread_renamed', title: 't' },
    })
    const { events } = collect(peer.client, 'thr_1')
    await peer.heard(1)
    peer.say({ type: 'ok', id: peer.received[0]?.id, thread: {}, lastSeq: 2, approvals: [] })
    peer.say(event(1))
    peer.say(event(2))
    peer.say(event(2))
    peer.say(event(4))
    await peer.heard(2)
    peer.say({ type: 'ok', id: peer.received[1]?.id, thread: {}, lastSeq: 4, approvals: [] })
    peer.say(event(3))
    peer.say(event(4))
    const listed = peer.client.listThreads()
    await peer.heard(3)
    peer.say({ type: 'ok', id: peer.received[2]?.id, threads: [] })
    await listed

    expect(peer.received[1]).toMatchObject({ type: 'thread.open', threadId: 'thr_1', after: 2 })
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
  })

  it('opens its threads again after a reconnect, from the last event delivered', async () => {
    await using peer = await startPeer()
    await peer.greet()
    const { view } = collect(peer.client, 'thr_1', 7)
    await peer.heard(1)

    peer.sockets[0]?.terminate()
    await until(peer.client, 'waiting')
    await peer.clock.advance(250)
    await peer.greet(2)
    await peer.heard(2)

    expect(peer.received.map((command) => ({ ...command, id: '' }))).toEqual([
      { id: '', type: 'thread.open', threadId: 'thr_1', after: 7 },
      { id: '', type: 'thread.open', threadId: 'thr_1', after: 7 },
    ])
    expect(view.seq).toBe(7)
  })

  it('does not come back when the server says so, or closes for a reason that stays', async () => {
    await using told = await startPeer()
    await using refused = await startPeer()
    await Promise.all([told.greet(), refused.greet()])

    told.say({ type: 'goodbye', code: 'CREDENTIALS_EXPIRED', reason: 'sign in again', reconnectAfterMs: null })
    told.sockets[0]?.close(1001)
    refused.sockets[0]?.close(4409, 'elsewhere')

    expect(await until(told.client, 'closed')).toEqual({
      state: 'closed',
      reason: 'sign in again',
      code: 'CREDENTIALS_EXPIRED',
    })
    expect(await until(refused.client, 'closed')).toEqual({ state: 'closed', reason: 'elsewhere', code: 'REPLACED' })
  })

  it('waits at least as long as a goodbye asks for', async () => {
    await using peer = await startPeer()
    await peer.greet()

    peer.say({ type: 'goodbye', code: 'TOO_FAST', reason: 'slow down', reconnectAfterMs: 5_000 })
    peer.sockets[0]?.close(4429)
    const status = await until(peer.client, 'waiting')

    expect(status).toMatchObject({ retryAt: peer.clock.now() + 5_125, reason: 'slow down' })
  })

  it('takes a new ticket for every connection, tries again when none is given, and stops when none ever will be', async () => {
    const answers = [
      () => Promise.reject(new Error('busy')),
      () => Promise.resolve('t-2'),
      () => Promise.reject(Object.assign(new Error('no session'), { code: 'UNAUTHENTICATED', retry: 'never' })),
    ]
    await using peer = await startPeer({
      ticket: () => answers.shift()?.() ?? Promise.reject(new Error('asked too often')),
    })
    await until(peer.client, 'waiting')
    await peer.clock.advance(125)
    await peer.connected(1)
    const protocol = peer.sockets[0]?.protocol
    peer.sockets[0]?.terminate()
    await until(peer.client, 'waiting')
    await peer.clock.advance(250)

    expect(protocol).toBe('toolcrib.v1')
    expect(await until(peer.client, 'closed')).toEqual({
      state: 'closed',
      reason: 'no session',
      code: 'UNAUTHENTICATED',
    })
  })
  it('stays closed when it is closed by a listener, whatever that was told, and leaves no timer behind', async () => {
    await using peer = await startPeer()
    await peer.greet()
    peer.client.onStatus(({ state }) => {
      if (state === 'connecting') peer.client.close()
    })

    peer.sockets[0]?.terminate()
    await until(peer.client, 'waiting')
    await peer.clock.advance(60_000)

    expect(peer.client.status).toEqual({ state: 'closed', reason: 'it was closed here' })
    expect([peer.sockets.length, peer.clock.pending]).toEqual([1, 0])
  })

  it('tells every listener the same statuses in the same order, also when one closes it', async () => {
    await using peer = await startPeer()
    const told: string[] = []
    peer.client.onStatus(({ state }) => {
      if (state === 'open') peer.client.close()
    })
    peer.client.onStatus(({ state }) => told.push(state))

    await peer.connected(1)
    const closed = until(peer.client, 'closed')
    peer.say(hello)
    await closed

    expect(told).toEqual(['open', 'closed'])
  })

  it('takes what is no frame for a broken connection, and makes another', async () => {
    await using garbage = await startPeer()
    await using nothing = await startPeer()
    await Promise.all([garbage.greet(), nothing.greet()])

    garbage.sockets[0]?.send('<html>')
    nothing.sockets[0]?.send('null')

    expect(await until(garbage.client, 'waiting')).toMatchObject({ reason: 'the server sent what is no frame' })
    expect(await until(nothing.client, 'waiting')).toMatchObject({ reason: 'the server sent what is no frame' })
  })

  it('does not come back after a goodbye that says so, though the connection was never closed', async () => {
    await using peer = await startPeer()
    await peer.greet()

    peer.say({ type: 'goodbye', code: 'CREDENTIALS_REVOKED', reason: 'revoked', reconnectAfterMs: null })
    const goodbye = await new Promise((resolve) => peer.client.onGoodbye(resolve))
    await peer.clock.advance(20_000)
    await peer.clock.advance(20_000)
    await peer.clock.advance(15_000)

    expect(goodbye).toMatchObject({ code: 'CREDENTIALS_REVOKED' })
    expect(peer.client.status).toEqual({ state: 'closed', reason: 'revoked', code: 'CREDENTIALS_REVOKED' })
  })

  it('leaves no timer behind: not of a command that cannot be written, not of a thread that is asked for again', async () => {
    await using peer = await startPeer()
    await peer.greet()
    const circular: { self?: unknown } = {}
    circular.self = circular
    const command = { type: 'approval.answer', approvalId: 'apr_1', decision: 'approved', input: circular } as const

    await expect(peer.client.command<'approval.answer'>(command as never)).rejects.toThrow(TypeError)
    collect(peer.client, 'thr_1')
    await peer.heard(1)
    const opening = peer.received[0]?.id
    peer.say({ type: 'error', id: opening, error: { code: 'RATE_LIMITED', message: 'later', retry: 'later' } })
    const listed = peer.client.listThreads()
    await peer.heard(2)
    peer.say({ type: 'ok', id: peer.received[1]?.id, threads: [] })
    await listed
    peer.client.close()

    expect(peer.clock.pending).toBe(0)
  })
})
