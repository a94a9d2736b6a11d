import { describe, expect, it } from 'vitest'
import { checkContract } from '../protocol/contract.ts'
import type { LoggedEvent } from '../protocol/events.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { startTestServer, type TestServer } from '../testing/server.ts'

async function newThread(server: TestServer, user: string): Promise<string> {
  return (await server.supervisor.createThread(server.principal(user))).threadId
}

function ask(threadId: string) {
  return { threadId, parts: [{ type: 'text' as const, text: 'hello' }], idempotencyKey: crypto.randomUUID() }
}

describe('following a thread without a socket', () => {
  it('gives the log and then what is committed, and ends with the signal', async () => {
    const gate = Promise.withResolvers<void>()
    const model = createScriptedModel([{ text: 'First.' }, { text: 'Second.', before: gate.promise }])
    await using server = await startTestServer({ model })
    const ann = server.principal('ann')
    const threadId = await newThread(server, 'ann')
    await server.supervisor.send(ann, ask(threadId))
    const stop = new AbortController()
    const events: LoggedEvent[] = []
    let runs = 0

    const following = server.gateway.follow({ principal: ann, expiresAt: null }, threadId, {
      after: 0,
      signal: stop.signal,
    })
    for await (const logged of following) {
      events.push(logged)
      if (logged.event.type !== 'agent_completed') continue
      runs += 1
      if (runs === 1) {
        await server.supervisor.send(ann, ask(threadId))
        gate.resolve()
      } else stop.abort()
    }

    expect(checkContract(events)).toEqual([])
    expect(events).toEqual((await server.supervisor.readEvents(ann, threadId, { after: 0 })).slice(0, events.length))
  })

  it('begins after its cursor', async () => {
    await using server = await startTestServer()
    const ann = server.principal('ann')
    const threadId = await newThread(server, 'ann')
    await server.supervisor.renameThread(ann, threadId, 'one')
    await server.supervisor.renameThread(ann, threadId, 'two')

    const following = server.gateway.follow({ principal: ann, expiresAt: null }, threadId, {
      after: 1,
      signal: new AbortController().signal,
    })
    const { value } = await following[Symbol.asyncIterator]().next()

    expect(value).toMatchObject({ seq: 2, event: { type: 'thread_renamed', title: 'two' } })
  })

  it('rejects for a thread that is not there or not theirs, with the same answer', async () => {
    await using server = await startTestServer()
    const threadId = await newThread(server, 'ann')
    const bob = { principal: server.principal('bob'), expiresAt: null }
    const follow = (id: string) =>
      server.gateway.follow(bob, id, { after: 0, signal: new AbortController().signal })[Symbol.asyncIterator]().next()

    await expect(follow(threadId)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(follow('thr_none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('ends when the thread is deleted, when credentials run out, and when the server drains', async () => {
    const clock = createManualClock()
    await using server = await startTestServer({ clock })
    const ann = server.principal('ann')
    const [deleted, expiring, drained] = await Promise.all([
      newThread(server, 'ann'),
      newThread(server, 'ann'),
      newThread(server, 'ann'),
    ])
    const { signal } = new AbortController()
    const drain = async (threadId: string, expiresAt: number | null): Promise<number> => {
      let count = 0
      for await (const _ of server.gateway.follow({ principal: ann, expiresAt }, threadId, { after: 0, signal }))
        count += 1
      return count
    }
    const ends = [drain(deleted, null), drain(expiring, clock.now() + 1_000), drain(drained, null)]
    await clock.advance(0)

    await server.supervisor.deleteThread(ann, deleted)
    await ends[0]
    await clock.advance(1_000)
    await ends[1]
    await server.gateway.drain()

    expect(await Promise.all(ends)).toEqual([0, 0, 0])
    expect(clock.pending).toBe(0)
  })
})

describe('commands without a socket', () => {
  it('are parsed, carried out and refused like those of a socket', async () => {
    await using server = await startTestServer({ limits: { maxMessageChars: 10 } })
    const ann = { principal: server.principal('ann'), expiresAt: null }
    const bob = { principal: server.principal('bob'), expiresAt: null }
    const { gateway } = server

    const { threadId } = await gateway.execute(ann, { type: 'thread.create', title: 'Oslo' })
    const sent = await gateway.execute(ann, { type: 'message.send', ...ask(threadId) })
    const opened = await gateway.execute(ann, { type: 'thread.open', threadId, after: 0 })

    expect(sent).toMatchObject({ duplicate: false, runId: expect.stringMatching(/^run_/) })
    expect(opened).toMatchObject({ thread: { title: 'Oslo' }, approvals: [] })
    await expect(gateway.execute(bob, { type: 'thread.open', threadId, after: 0 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    await expect(gateway.execute(ann, { type: 'thread.open', threadId: '', after: 0 })).rejects.toMatchObject({
      code: 'COMMAND_INVALID',
    })
    await expect(gateway.execute(ann, { type: 'thread.leave', threadId })).rejects.toMatchObject({
      code: 'COMMAND_NEEDS_SOCKET',
    })
    const long = { ...ask(threadId), parts: [{ type: 'text' as const, text: 'far too long' }] }
    await expect(gateway.execute(ann, { type: 'message.send', ...long })).rejects.toMatchObject({
      code: 'MESSAGE_TOO_LONG',
    })
  })

  it('share one rate for each user, which fills again', async () => {
    const clock = createManualClock()
    await using server = await startTestServer({ clock, limits: { commandsPerSecond: 1, commandBurst: 2 } })
    const ping = (user: string) =>
      server.gateway.execute({ principal: server.principal(user), expiresAt: null }, { type: 'ping' })

    await ping('ann')
    await ping('ann')
    await expect(ping('ann')).rejects.toMatchObject({ code: 'RATE_LIMITED', retry: 'later' })
    await ping('bob')
    await clock.advance(2_000)

    expect(await ping('ann')).toEqual({ at: clock.now() })
  })
})
