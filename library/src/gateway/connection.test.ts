import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { checkContract } from '../protocol/contract.ts'
import type { EventFrame, ServerFrame } from '../protocol/frames.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { expectNoLeaks } from '../testing/no-leaks.ts'
import type { RawSocket } from '../testing/raw-socket.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { startTestServer, type TestServer } from '../testing/server.ts'

const isCompleted = (frame: ServerFrame): frame is EventFrame =>
  frame.type === 'event' && frame.event.type === 'agent_completed'
const isStarted = (frame: ServerFrame): frame is EventFrame =>
  frame.type === 'event' && frame.event.type === 'agent_started'

/** A thread of this socket's user, open on it. */
async function openNewThread(socket: RawSocket): Promise<string> {
  const created = await socket.command({ type: 'thread.create' })
  if (created.type !== 'ok' || !('threadId' in created)) throw new Error(`not created: ${JSON.stringify(created)}`)
  const { threadId } = created
  await socket.command({ type: 'thread.open', threadId, after: 0 })
  return threadId
}

function say(threadId: string, text: string, idempotencyKey: string = crypto.randomUUID()) {
  return { type: 'message.send', threadId, parts: [{ type: 'text', text }], idempotencyKey } as const
}

async function join(server: TestServer, user: string): Promise<RawSocket> {
  return server.socket(server.issue(user))
}

describe('a connection', () => {
  it('begins with its hello, answers each command once, and sends a run that keeps the contract [RUN-02]', async () => {
    await using server = await startTestServer()
    await using ann = await join(server, 'ann')

    const threadId = await openNewThread(ann)
    const sent = await ann.command(say(threadId, 'hello'))
    await ann.next(isCompleted)

    const hello = ann.frames[0]
    expect(hello).toMatchObject({
      type: 'hello',
      protocol: 1,
      principal: { tenant: 'acme', user: 'ann' },
      server: { name: 'toolcrib', version: '0.0.0-test', model: 'scripted' },
      agents: [{ name: 'assistant' }],
      limits: { maxFrameBytes: 65_536, commandsPerSecond: 20 },
      expiresAt: null,
    })
    expect(sent).toMatchObject({ type: 'ok', messageId: expect.stringMatching(/^msg_/), duplicate: false })
    expect(ann.frames.filter((frame) => frame.type === 'ok').map(({ id }) => id)).toEqual(['raw-1', 'raw-2', 'raw-3'])
    expect(checkContract(ann.events)).toEqual([])
    expect(ann.events.map(({ event }) => event.type)).toEqual(
      expect.arrayContaining(['message_added', 'agent_started', 'agent_thinking', 'agent_message', 'agent_completed']),
    )
  })

  it('answers every broken frame with its own typed error, and nobody else notices [CONN-06]', async () => {
    await using server = await startTestServer()
    await using ann = await join(server, 'ann')
    await using bob = await join(server, 'bob')

    ann.ws.send('{"id":')
    ann.ws.send('[]')
    ann.ws.send('{"id":"a","type":"thread.opne"}')
    ann.ws.send('{"id":"b","type":"thread.open","threadId":7}')
    ann.ws.send(JSON.stringify({ id: 'c', ...say('thr_1', 'x'.repeat(100_001)) }).slice(0, 60_000))
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
      ...['ok', 'ok', 'ok', 'ok'],
      ...['RATE_LIMITED', 'RATE_LIMITED'],
    ])
    expect(later.type).toBe('ok')
    expect(await ann.closed).toEqual({ code: 4429, reason: 'TOO_FAST' })
    expect(ann.frames.at(-1)).toMatchObject({ type: 'goodbye', code: 'TOO_FAST', reconnectAfterMs: 5_000 })
    expect((await bob.command({ type: 'ping' })).type).toBe('ok')
  })

  it('answers pings, other commands and a stop while a run is at work [CONN-07, RUN-09]', async () => {
    const gate = Promise.withResolvers<void>()
    const model = createScriptedModel((_, step) =>
      step === 1 ? { text: 'Thinking', gate: gate.promise } : { text: 'Hi.' },
    )
    await using server = await startTestServer({ model })
    await using ann = await join(server, 'ann')
    const threadId = await openNewThread(ann)
    const sent = await ann.command(say(threadId, 'take your time'))
    const { event } = await ann.next(isStarted)

    const meanwhile = await Promise.all([
      ann.command({ type: 'ping' }),
      ann.command({ type: 'thread.list' }),
      ann.command({ type: 'tools.list' }),
      ann.command(say(threadId, 'are you there?')),
    ])
    const stopped = await ann.command({ type: 'run.stop', runId: 'runId' in event ? event.runId : '' })
    const completed = await ann.next(isCompleted)
    const again = await ann.command(say(threadId, 'once more'))

    expect(meanwhile.map((reply) => (reply.type === 'ok' ? 'ok' : reply.error.code))).toEqual([
      'ok',
      'ok',
      'ok',
      'THREAD_BUSY',
    ])
    expect(stopped).toMatchObject({ type: 'ok', stopping: true })
    expect(completed.event).toMatchObject({ outcome: 'stopped', runId: (sent as { runId?: string }).runId })
    expect(again).toMatchObject({ type: 'ok' })
    expect(ann.events.filter(isCompleted).filter((frame) => frame.seq <= completed.seq)).toHaveLength(1)
  })

  it('starts one run for a message that is sent twice with one key, also at the same time [RUN-10]', async () => {
    await using server = await startTestServer()
    await using ann = await join(server, 'ann')
    const threadId = await openNewThread(ann)

    const replies = await Promise.all([
      ann.command(say(threadId, 'hello', 'the same key')),
      ann.command(say(threadId, 'hello', 'the same key')),
    ])
    await ann.next(isCompleted)
    const late = await ann.command(say(threadId, 'hello', 'the same key'))

    const runIds = [...replies, late].map((reply) => (reply as { runId?: string }).runId)
    expect(new Set(runIds).size).toBe(1)
    expect([...replies, late].map((reply) => (reply as { duplicate?: boolean }).duplicate)).toEqual([false, true, true])
    const log = await server.supervisor.readEvents(server.principal('ann'), threadId, { after: 0 })
    expect(log.filter(({ event }) => event.type === 'message_added')).toHaveLength(1)
  })

  it('keeps the order of what concerns one thread: opened before its events, left after', async () => {
    await using server = await startTestServer()
    await using ann = await join(server, 'ann')
    const threadId = await openNewThread(ann)

    const [left, opened, sent] = await Promise.all([
      ann.command({ type: 'thread.leave', threadId }),
      ann.command({ type: 'thread.open', threadId, after: 0 }),
      ann.command(say(threadId, 'hello')),
    ])
    await ann.next(isCompleted)

    const order = ann.frames.map((frame) => ('id' in frame ? frame.id : frame.type))
    expect([left.type, opened.type, sent.type]).toEqual(['ok', 'ok', 'ok'])
    expect(order.indexOf('event')).toBeGreaterThan(order.indexOf(opened.id))
    expect(ann.events.map(({ seq }) => seq)).toEqual(ann.events.map((_, index) => index + 1))
  })

  it('refuses more open threads, pending commands and connections than its limits [CALL-07]', async () => {
    await using server = await startTestServer({
      limits: { maxOpenThreads: 1, maxPendingCommands: 2, maxConnectionsPerUser: 2, commandBurst: 100 },
    })
    await using ann = await join(server, 'ann')
    await using second = await join(server, 'ann')
    await openNewThread(ann)
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
    const threadId = await openNewThread(ann)

    const answer = await ann.command({ type: 'thread.open', threadId, after: 9 })

    expect(answer).toMatchObject({
      type: 'error',
      error: { code: 'AFTER_AHEAD', message: expect.stringContaining('ends at 0') },
    })
  })

  it('notices a dead peer by its silence, cuts it and closes its scope [CONN-08]', async () => {
    const clock = createManualClock()
    await using server = await startTestServer({ clock })
    const dead = await server.socket(server.issue('ann'), { autoPong: false })
    await using alive = await join(server, 'bob')

    const pinged = once(alive.ws, 'ping')
    await clock.advance(25_000)
    await pinged
    // Its pong has come before the reply to this.
    await alive.command({ type: 'ping' })
    await clock.advance(10_000)

    expect((await dead.closed).code).toBe(1006)
    expect((await alive.command({ type: 'ping' })).type).toBe('ok')
    await clock.advance(1)
    expect(server.gateway.connections().map(({ principal }) => principal.user)).toEqual(['bob'])
    expect(server.registry.metrics().scopes.byKind.connection).toMatchObject({ open: 1, closed: 1, leaked: 0 })
    expect(server.gateway.metrics().connections.deadPeers).toBe(1)
  })

  it('closes with 4401 when its credentials run out, after a goodbye [CONN-05]', async () => {
    const clock = createManualClock()
    await using server = await startTestServer({ clock, limits: { pingIntervalMs: 3_600_000 } })
    await using ann = await server.socket(server.issue('ann', { expiresAt: clock.now() + 60_000 }))

    await clock.advance(59_999)
    const still = await ann.command({ type: 'ping' })
    await clock.advance(1)

    expect(still.type).toBe('ok')
    expect(await ann.closed).toEqual({ code: 4401, reason: 'CREDENTIALS_EXPIRED' })
    expect(ann.frames.at(-1)).toMatchObject({ type: 'goodbye', code: 'CREDENTIALS_EXPIRED', reconnectAfterMs: null })
  })

  it('stays open with refreshed credentials of the same user, and of nobody else [CONN-05]', async () => {
    const clock = createManualClock()
    await using server = await startTestServer({ clock, limits: { pingIntervalMs: 3_600_000 } })
    const expiresAt = clock.now() + 60_000
    await using ann = await server.socket(server.issue('ann', { expiresAt }))

    const refused = await Promise.all([
      ann.command({ type: 'auth.refresh', token: server.issue('bob') }),
      ann.command({ type: 'auth.refresh', token: 'made up' }),
    ])
    const refreshed = await ann.command({
      type: 'auth.refresh',
      token: server.issue('ann', { expiresAt: expiresAt + 60_000 }),
    })
    await clock.advance(60_000)
    const still = await ann.command({ type: 'ping' })
    await clock.advance(60_000)

    expect(refused.map((reply) => (reply.type === 'error' ? reply.error.code : 'ok'))).toEqual([
      'OTHER_PRINCIPAL',
      'TOKEN_UNKNOWN',
    ])
    expect(refreshed).toMatchObject({ type: 'ok', expiresAt: expiresAt + 60_000 })
    expect(still.type).toBe('ok')
    expect((await ann.closed).code).toBe(4401)
  })

  it('is closed with 4401 when its credentials are revoked, and only it [CONN-05]', async () => {
    await using server = await startTestServer()
    await using ann = await join(server, 'ann')
    await using bob = await join(server, 'bob')

    const revoked = server.gateway.revoke(({ principal }) => principal.user === 'ann')

    expect(revoked).toBe(1)
    expect(await ann.closed).toEqual({ code: 4401, reason: 'CREDENTIALS_REVOKED' })
    expect((await bob.command({ type: 'ping' })).type).toBe('ok')
  })

  it('gives a reconnecting user a scope in which nothing of the old one is found [CONN-10]', async () => {
    await using server = await startTestServer()
    const first = await join(server, 'ann')
    const threadId = await openNewThread(first)
    const firstId = server.gateway.connections()[0]?.connectionId
    await first[Symbol.asyncDispose]()

    await using second = await join(server, 'ann')
    await second.command(say(threadId, 'hello'))
    const opened = await second.command({ type: 'thread.open', threadId, after: 0 })
    await second.next(isCompleted)

    const hellos = [...first.frames, ...second.frames].filter((frame) => frame.type === 'hello')
    expect(hellos[0]?.connectionId).toBe(firstId)
    expect(hellos[1]?.connectionId).not.toBe(firstId)
    // Not opened here before the command: its events came after the reply and not before.
    expect(second.frames.findIndex(({ type }) => type === 'event')).toBeGreaterThan(
      second.frames.findIndex((frame) => 'id' in frame && frame.id === opened.id),
    )
    expect(server.registry.metrics().scopes.byKind.connection).toMatchObject({ open: 1, opened: 2, closed: 1 })
  })

  it('shows a thread to both tabs of its owner alike, and to another user not at all [RUN-06]', async () => {
    await using server = await startTestServer()
    await using ann = await join(server, 'ann')
    await using tab = await join(server, 'ann')
    await using bob = await join(server, 'bob')
    await using namesake = await server.socket(
      server.issue({ tenant: 'other', user: 'ann', roles: ['user'], scopes: [] }),
    )
    const threadId = await openNewThread(ann)
    await tab.command({ type: 'thread.open', threadId, after: 0 })

    await ann.command(say(threadId, 'hello'))
    await Promise.all([ann.next(isCompleted), tab.next(isCompleted)])
    const foreign = await Promise.all(
      [bob, namesake].flatMap((stranger) => [
        stranger.command({ type: 'thread.open', threadId, after: 0 }),
        stranger.command({ type: 'thread.rename', threadId, title: 'mine' }),
        stranger.command(say(threadId, 'let me in')),
        stranger.command({ type: 'thread.delete', threadId }),
      ]),
    )
    const absent = await bob.command({ type: 'thread.open', threadId: 'thr_that_never_was', after: 0 })

    expect(tab.events).toEqual(ann.events)
    expect(foreign.map((reply) => (reply.type === 'error' ? reply.error.code : 'ok'))).toEqual(
      foreign.map(() => 'NOT_FOUND'),
    )
    expect(absent).toMatchObject({
      error: { code: 'NOT_FOUND', message: expect.stringContaining('thr_that_never_was') },
    })
    expect(
      [...bob.frames, ...namesake.frames].filter(({ type }) => type === 'event' || type === 'threads_changed'),
    ).toEqual([])
  })

  it('tells all connections of a user that the list of threads changed, and of a thread that is gone', async () => {
    await using server = await startTestServer()
    await using ann = await join(server, 'ann')
    await using tab = await join(server, 'ann')
    const threadId = await openNewThread(ann)
    await tab.command({ type: 'thread.open', threadId, after: 0 })
    await tab.next(({ type }) => type === 'threads_changed')

    await ann.command({ type: 'thread.delete', threadId })

    await Promise.all([ann, tab].map((socket) => socket.next(({ type }) => type === 'thread_gone')))
    expect(server.gateway.connections().map(({ openThreads }) => openThreads)).toEqual([0, 0])
  })

  it('leaves its run at work when it is lost; the owner finds the answer on the next visit [RUN-11]', async () => {
    const gate = Promise.withResolvers<void>()
    await using server = await startTestServer({
      model: createScriptedModel([{ text: 'The answer.', gate: gate.promise }]),
    })
    const first = await join(server, 'ann')
    const threadId = await openNewThread(first)
    await first.command(say(threadId, 'a long question'))
    await first.next(isStarted)
    first.ws.terminate()
    await first.closed
    const whileAway = server.supervisor.active().length

    gate.resolve()
    await using second = await join(server, 'ann')
    await second.command({ type: 'thread.open', threadId, after: 0 })
    const completed = await second.next(isCompleted)

    expect(whileAway).toBe(1)
    expect(completed.event).toMatchObject({
      outcome: 'completed',
      message: { parts: [{ type: 'text', text: 'The answer.' }] },
    })
    expect(checkContract(second.events)).toEqual([])
  })

  it('serves 20 users at once and gives everything back [CONN-09]', async () => {
    await using server = await startTestServer()

    await chatAtOnce(server, 20)

    expect(server.registry.metrics().scopes.byKind.connection).toMatchObject({ open: 0, opened: 20, leaked: 0 })
    expectNoLeaks(server.registry)
    expect(server.gateway.connections()).toEqual([])
  })

  it('serves 200 users at once and gives everything back [CONN-09]', async () => {
    await using server = await startTestServer()

    await chatAtOnce(server, 200)

    expect(server.registry.metrics().scopes.byKind.connection).toMatchObject({ open: 0, opened: 200, leaked: 0 })
    expectNoLeaks(server.registry)
    expect(server.gateway.connections()).toEqual([])
  })

  it('lets the same user connect many times at once without a collision [CONN-11]', async () => {
    await using server = await startTestServer({ limits: { maxConnectionsPerUser: 50 } })

    const sockets = await Promise.all(Array.from({ length: 50 }, () => join(server, 'ann')))
    const ids = new Set(server.gateway.connections().map(({ connectionId }) => connectionId))
    const byKind = server.registry.metrics().scopes.byKind
    await Promise.all(sockets.map((socket) => socket[Symbol.asyncDispose]()))
    await allGone(server)

    expect(ids.size).toBe(50)
    expect([byKind.connection?.open, byKind.user?.open]).toEqual([50, 1])
    expect(server.registry.metrics().refusals).toEqual({})
    expectNoLeaks(server.registry)
  })

  it('says goodbye to all when draining, with a time to come back, and takes no more', async () => {
    await using server = await startTestServer()
    await using ann = await join(server, 'ann')
    await using bob = await join(server, 'bob')

    await server.gateway.drain()
    const late = server.gateway.reserve(server.principal('late'))

    expect(await Promise.all([ann.closed, bob.closed])).toEqual([
      { code: 1001, reason: 'DRAINING' },
      { code: 1001, reason: 'DRAINING' },
    ])
    expect([ann, bob].map(({ frames }) => frames.at(-1))).toEqual([
      expect.objectContaining({ type: 'goodbye', code: 'DRAINING', reconnectAfterMs: 0 }),
      expect.objectContaining({ type: 'goodbye', code: 'DRAINING', reconnectAfterMs: 1_000 }),
    ])
    expect(late).toMatchObject({ ok: false, code: 'DRAINING' })
    expectNoLeaks(server.registry)
  })
})

/** Each user chats over a connection of their own, all at once, and leaves. */
async function chatAtOnce(server: TestServer, users: number): Promise<void> {
  const chats = await Promise.all(
    Array.from({ length: users }, async (_, index) => {
      const socket = await join(server, `user-${index}`)
      const threadId = await openNewThread(socket)
      await socket.command(say(threadId, `I am ${index}`))
      await socket.next(isCompleted)
      return socket
    }),
  )
  expect(chats.flatMap(({ events }) => checkContract(events))).toEqual([])
  await Promise.all(chats.map((socket) => socket[Symbol.asyncDispose]()))
  await allGone(server)
}

/** The near end of a socket hears of its close a little after the far one. */
async function allGone(server: TestServer): Promise<void> {
  while (server.gateway.connections().length > 0) await new Promise((resolve) => setImmediate(resolve))
}
