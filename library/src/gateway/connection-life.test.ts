import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { checkContract } from '../protocol/contract.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { expectNoLeaks } from '../testing/no-leaks.ts'
import type { RawSocket } from '../testing/raw-socket.ts'
import { startTestServer, type TestServer } from '../testing/server.ts'

function join(server: TestServer, user: string): Promise<RawSocket> {
  return server.socket(server.issue(user))
}

/** Each user chats over a connection of their own, all at once, and leaves. */
async function chatAtOnce(server: TestServer, users: number): Promise<void> {
  const chats = await Promise.all(
    Array.from({ length: users }, async (_, index) => {
      const socket = await join(server, `user-${index}`)
      const threadId = await socket.openNewThread()
      await socket.say(threadId, `I am ${index}`)
      await socket.completed()
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

describe('the life of a connection', () => {
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
    const token = server.issue('ann')
    const ann = await server.socket(token)
    await using tab = await join(server, 'ann')
    await using bob = await join(server, 'bob')

    server.revoke(token)

    expect(await ann.closed).toEqual({ code: 4401, reason: 'CREDENTIALS_REVOKED' })
    expect(ann.frames.at(-1)).toMatchObject({ type: 'goodbye', code: 'CREDENTIALS_REVOKED', reconnectAfterMs: null })
    expect([await tab.command({ type: 'ping' }), await bob.command({ type: 'ping' })]).toMatchObject([
      { type: 'ok' },
      { type: 'ok' },
    ])
  })

  it('gives a reconnecting user a scope in which nothing of the old one is found [CONN-10]', async () => {
    await using server = await startTestServer()
    const first = await join(server, 'ann')
    const threadId = await first.openNewThread()
    const firstId = server.gateway.connections()[0]?.connectionId
    // Another tab keeps the user's scope open meanwhile.
    await using _tab = await join(server, 'ann')
    await first[Symbol.asyncDispose]()

    await using second = await join(server, 'ann')
    await second.say(threadId, 'hello')
    const opened = await second.command({ type: 'thread.open', threadId, after: 0 })
    await second.completed()

    const hellos = [...first.frames, ...second.frames].filter((frame) => frame.type === 'hello')
    expect(hellos[0]?.connectionId).toBe(firstId)
    expect(hellos[1]?.connectionId).not.toBe(firstId)
    // Not opened here before the command: its events came after the reply and not before.
    expect(second.frames.findIndex(({ type }) => type === 'event')).toBeGreaterThan(
      second.frames.findIndex((frame) => 'id' in frame && frame.id === opened.id),
    )
    expect(server.registry.metrics().scopes.byKind.connection).toMatchObject({ open: 2, opened: 3, closed: 1 })
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
