import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { checkContract } from '../protocol/contract.ts'
import type { LoggedEvent } from '../protocol/events.ts'
import type { Hello } from '../protocol/frames.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { startTestServer } from '../testing/server.ts'
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

/** Collects a thread's events until its next run has completed. */
function collect(client: Client, threadId: string, after = 0) {
  const events: LoggedEvent[] = []
  const completed = Promise.withResolvers<void>()
  const gone = Promise.withResolvers<void>()
  const opened: number[] = []
  const view = client.openThread(
    threadId,
    {
      onEvent: (logged) => {
        events.push(logged)
        if (logged.event.type === 'agent_completed') completed.resolve()
      },
      onOpen: ({ lastSeq }) => opened.push(lastSeq),
      onGone: gone.resolve,
    },
    after,
  )
  return { events, opened, view, completed: completed.promise, gone: gone.promise }
}

describe('a client of a real server', () => {
  it('creates, lists, renames and deletes threads, and is told of changes', async () => {
    await using server = await startTestServer()
    const client = server.connect('ann')
    let changes = 0
    client.onThreadsChanged(() => {
      changes += 1
    })

    const { threadId } = await client.createThread('Oslo')
    const renamed = await client.renameThread(threadId, 'Bergen')
    const listed = await client.listThreads('berg')
    const { gone } = collect(client, threadId)
    await client.deleteThread(threadId)
    await gone

    expect(renamed.title).toBe('Bergen')
    expect(listed.map((thread) => thread.threadId)).toEqual([threadId])
    expect(await client.listThreads()).toEqual([])
    expect(changes).toBeGreaterThan(0)
  })

  it('rejects with the code, the retry and the paths of the server', async () => {
    await using server = await startTestServer()
    const client = server.connect('ann')

    await expect(client.renameThread('thr_none', 'x')).rejects.toMatchObject({
      name: 'ClientError',
      code: 'NOT_FOUND',
      retry: 'never',
    })
    await expect(client.command({ type: 'thread.open', threadId: 'thr_none', after: -1 })).rejects.toMatchObject({
      code: 'COMMAND_INVALID',
      paths: [{ path: '/after' }],
    })
  })

  it('delivers history and live events in order, to each of several views from where it began', async () => {
    await using server = await startTestServer()
    const client = server.connect('ann')
    const { threadId } = await client.createThread()
    const first = collect(client, threadId)
    await client.send(threadId, 'hello')
    await first.completed

    const second = collect(client, threadId)
    await second.completed
    const third = collect(client, threadId, 2)
    await third.completed

    expect(checkContract(first.events)).toEqual([])
    expect(second.events).toEqual(first.events.slice(0, second.events.length))
    expect(third.events).toEqual(first.events.slice(2, 2 + third.events.length))
    expect(first.events.map(({ seq }) => seq)).toEqual(first.events.map((_, index) => index + 1))
  })

  it('reads on, nothing lost and nothing twice, wherever in a run the network is cut [RUN-05]', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
        async (cuts) => {
          const text = Array.from({ length: 30 }, (_, index) => `word ${index} `)
          const steps = Array.from({ length: 6 }, () => ({ text, calls: [{ tool: 'not_there' }] }))
          await using server = await startTestServer({ model: createScriptedModel([...steps, { text: 'Done.' }]) })
          const client = server.connect('ann', { minBackoffMs: 1, maxBackoffMs: 1 })
          const { threadId } = await client.createThread()
          const seen: LoggedEvent[] = []
          const completed = Promise.withResolvers<void>()
          client.openThread(threadId, {
            onEvent: (logged) => {
              seen.push(logged)
              if (cuts.includes(seen.length)) server.cut()
              if (logged.event.type === 'agent_completed') completed.resolve()
            },
          })

          await client.send(threadId, 'talk')
          await completed.promise

          const log = await server.supervisor.readEvents(server.principal('ann'), threadId, { after: 0 })
          expect(seen).toEqual(log.slice(0, seen.length))
          expect(checkContract(seen)).toEqual([])
        },
      ),
      { numRuns: 15 },
    )
  })

  it('sends a message again that was cut off before its reply, and starts one run for it [RUN-10]', async () => {
    await using server = await startTestServer()
    const client = server.connect('ann', { minBackoffMs: 1, maxBackoffMs: 1 })
    const { threadId } = await client.createThread()
    const { completed } = collect(client, threadId)

    const sending = client.send(threadId, 'hello')
    server.cut()
    const { runId } = await sending
    await completed

    const log = await server.supervisor.readEvents(server.principal('ann'), threadId, { after: 0 })
    expect(
      log.filter(({ event }) => event.type === 'message_added').map(({ event }) => 'runId' in event && event.runId),
    ).toEqual([runId])
  })

  it('stops a run and answers an approval', async () => {
    const gate = Promise.withResolvers<void>()
    await using server = await startTestServer({ model: createScriptedModel([{ text: 'Hm', gate: gate.promise }]) })
    const client = server.connect('ann')
    const { threadId } = await client.createThread()
    const { events, completed } = collect(client, threadId)

    const { runId } = await client.send(threadId, 'hello')
    const stopping = await client.stop(runId)
    await completed

    expect(stopping).toBe(true)
    expect(events.findLast(({ event }) => event.type === 'agent_completed')?.event).toMatchObject({
      outcome: 'stopped',
    })
    expect(await client.stop(runId)).toBe(false)
    await expect(client.answer('apr_none', { decision: 'denied' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('tells a view of another user that its thread is gone, like one that never was [RUN-06]', async () => {
    await using server = await startTestServer()
    const { threadId } = await server.connect('ann').createThread()
    const bob = server.connect('bob')

    await Promise.all([collect(bob, threadId).gone, collect(bob, 'thr_none').gone])

    expect(server.gateway.connections().find(({ principal }) => principal.user === 'bob')?.openThreads).toBe(0)
  })

  it('leaves a thread when its last view is disposed of', async () => {
    await using server = await startTestServer()
    const client = server.connect('ann')
    const { threadId } = await client.createThread()
    const [one, two] = [collect(client, threadId), collect(client, threadId)]
    await client.command({ type: 'ping' })

    one.view[Symbol.dispose]()
    await client.command({ type: 'ping' })
    const withOne = server.gateway.connections()[0]?.openThreads
    two.view[Symbol.dispose]()
    await client.command({ type: 'ping' })

    expect([withOne, server.gateway.connections()[0]?.openThreads]).toEqual([1, 0])
  })

  it('comes back by itself after a drain, as soon as it was asked to', async () => {
    await using first = await startTestServer()
    const clock = createManualClock()
    const client = first.connect('ann', { clock, random: () => 0 })
    const farewells: string[] = []
    client.onGoodbye(({ code }) => farewells.push(code))
    await until(client, 'open')

    await first.gateway.drain()
    const waiting = await until(client, 'waiting')

    expect(farewells).toEqual(['DRAINING'])
    expect(waiting).toMatchObject({
      state: 'waiting',
      retryAt: clock.now() + 125,
      reason: expect.stringContaining('shutting down'),
    })
  })

  it('is closed for good when its credentials run out, and everything that waits is rejected', async () => {
    await using server = await startTestServer()
    const client = server.connect('ann')
    await until(client, 'open')

    server.gateway.revoke(() => true)
    const closed = await until(client, 'closed')

    expect(closed).toMatchObject({ state: 'closed', code: 'CREDENTIALS_REVOKED' })
    await expect(client.listThreads()).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
    expect(() => client.openThread('thr_1', { onEvent: () => {} })).toThrow(
      expect.objectContaining({ code: 'CLIENT_CLOSED' }),
    )
  })
})

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
      received.push(JSON.parse(String(data)))
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
    ...{ client, clock, sockets, received, say },
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

  it('waits twice as long each time, up to the limit, and starts over after a connection', async () => {
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

    expect(waits).toEqual([125, 250, 125])
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
})
