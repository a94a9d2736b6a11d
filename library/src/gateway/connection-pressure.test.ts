import { describe, expect, it } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import type { RawSocket } from '../testing/raw-socket.ts'
import { startTestServer, type TestServer } from '../testing/server.ts'

const limits = { maxBufferedBytes: 65_536, commandBurst: 1_000 }

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function unread(server: TestServer): number {
  return Math.max(0, ...server.gateway.connections().map(({ bufferedBytes }) => bufferedBytes))
}

/** Ann, who has stopped reading in the middle of a history that no kernel buffer holds. */
async function joinStuck(server: TestServer): Promise<RawSocket> {
  const principal = server.principal('ann')
  const { threadId } = await server.supervisor.createThread(principal)
  for (let count = 0; count < 400; count++) {
    await server.supervisor.renameThread(principal, threadId, `${count}`.padEnd(30_000, '.'))
  }
  const ann = await server.socket(server.issue('ann'))
  ann.ws.pause()
  ann.ws.send(JSON.stringify({ id: 'open', type: 'thread.open', threadId, after: 0 }))
  while (unread(server) <= limits.maxBufferedBytes) await turn()
  return ann
}

describe('a connection under pressure', () => {
  it('answers a slow reader while its history is still on the way [CONN-08]', async () => {
    await using server = await startTestServer({ limits })
    await using ann = await joinStuck(server)

    const stopped = ann.command({ type: 'run.stop', runId: 'run_none' })
    while (Object.keys(server.gateway.metrics().commands.refused).length === 0) await turn()
    ann.ws.resume()

    expect(await stopped).toMatchObject({ type: 'error', error: { code: 'NOT_FOUND' } })
  })

  it('holds one hint for a peer that does not read, however much changes meanwhile', async () => {
    await using server = await startTestServer({ limits })
    await using ann = await joinStuck(server)
    const before = unread(server)

    for (let count = 0; count < 100; count++) {
      await server.supervisor.createThread(server.principal('ann'))
      await turn()
    }
    const after = unread(server)
    ann.ws.resume()
    const hint = await ann.next((frame) => frame.type === 'threads_changed')

    expect(after).toBe(before)
    expect(hint).toEqual({ type: 'threads_changed' })
  })

  it('takes a flood of pings or pongs for what it is, and nobody else notices [CONN-06]', async () => {
    const clock = createManualClock()
    await using server = await startTestServer({ clock, limits: { commandBurst: 10 } })
    await using pinging = await server.socket(server.issue('ann'))
    await using ponging = await server.socket(server.issue('ann'))
    await using bob = await server.socket(server.issue('bob'))

    for (let count = 0; count < 30; count++) pinging.ws.ping()
    for (let count = 0; count < 30; count++) ponging.ws.pong()

    expect([(await pinging.closed).code, (await ponging.closed).code]).toEqual([4429, 4429])
    expect((await bob.command({ type: 'ping' })).type).toBe('ok')
  })

  it('cuts a peer that goes on flooding after the goodbye, without waiting for its handshake', async () => {
    const clock = createManualClock()
    await using server = await startTestServer({ clock, limits: { commandBurst: 10 } })
    await using ann = await server.socket(server.issue('ann'))

    for (let count = 0; count < 2_000; count++) ann.ws.send('{}')
    await ann.closed
    while (server.gateway.metrics().connections.open > 0) await turn()

    expect(server.gateway.metrics().connections.closed).toEqual({ 1006: 1 })
  })
})
