import { describe, expect, it } from 'vitest'
import { checkContract } from '../protocol/contract.ts'
import type { EventFrame, ServerFrame } from '../protocol/frames.ts'
import type { RawSocket } from '../testing/raw-socket.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { startTestServer, type TestServer } from '../testing/server.ts'

function join(server: TestServer, user: string): Promise<RawSocket> {
  return server.socket(server.issue(user))
}

const isStarted = (frame: ServerFrame): frame is EventFrame =>
  frame.type === 'event' && frame.event.type === 'agent_started'

const isCompleted = (frame: ServerFrame): boolean => frame.type === 'event' && frame.event.type === 'agent_completed'

describe('a connection', () => {
  it('begins with its hello, answers each command once, and sends a run that keeps the contract [RUN-02]', async () => {
    await using server = await startTestServer()
    await using ann = await join(server, 'ann')

    const threadId = await ann.openNewThread()
    const sent = await ann.say(threadId, 'hello')
    await ann.completed()

    const hello = ann.frames[0]
    expect(hello).toMatchObject({
      type: 'hello',
      protocol: 1,
      principal: { tenant: 'acme', user: 'ann' },
      server: { name: 'toolcrib', version: '0.0.0-test', model: 'scripted' },
      agents: [{ name: 'assistant' }],
      limits: { maxFrameBytes: 524_288, commandsPerSecond: 20 },
      expiresAt: null,
    })
    expect(sent).toMatchObject({ type: 'ok', messageId: expect.stringMatching(/^msg_/), duplicate: false })
    expect(ann.frames.filter((frame) => frame.type === 'ok').map(({ id }) => id)).toEqual(['raw-1', 'raw-2', 'raw-3'])
    expect(checkContract(ann.events)).toEqual([])
    expect(ann.events.map(({ event }) => event.type)).toEqual(
      expect.arrayContaining(['message_added', 'agent_started', 'agent_thinking', 'agent_message', 'agent_completed']),
    )
  })

  it('answers pings, other commands and a stop while a run is at work [CONN-07, RUN-09]', async () => {
    const gate = Promise.withResolvers<void>()
    const model = createScriptedModel((_, step) =>
      step === 1 ? { text: 'Thinking', gate: gate.promise } : { text: 'Hi.' },
    )
    await using server = await startTestServer({ model })
    await using ann = await join(server, 'ann')
    const threadId = await ann.openNewThread()
    const sent = await ann.say(threadId, 'take your time')
    const { event } = await ann.next(isStarted)

    const meanwhile = await Promise.all([
      ann.command({ type: 'ping' }),
      ann.command({ type: 'thread.list' }),
      ann.command({ type: 'tools.list' }),
      ann.say(threadId, 'are you there?'),
    ])
    const stopped = await ann.command({ type: 'run.stop', runId: 'runId' in event ? event.runId : '' })
    const completed = await ann.completed()
    const again = await ann.say(threadId, 'once more')

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
    const threadId = await ann.openNewThread()

    const replies = await Promise.all([
      ann.say(threadId, 'hello', 'the same key'),
      ann.say(threadId, 'hello', 'the same key'),
    ])
    await ann.completed()
    const late = await ann.say(threadId, 'hello', 'the same key')

    const runIds = [...replies, late].map((reply) => (reply as { runId?: string }).runId)
    expect(new Set(runIds).size).toBe(1)
    expect([...replies, late].map((reply) => (reply as { duplicate?: boolean }).duplicate)).toEqual([false, true, true])
    const log = await server.supervisor.readEvents(server.principal('ann'), threadId, { after: 0 })
    expect(log.filter(({ event }) => event.type === 'message_added')).toHaveLength(1)
  })

  it('keeps the order of what concerns one thread: opened before its events, left after', async () => {
    await using server = await startTestServer()
    await using ann = await join(server, 'ann')
    const threadId = await ann.openNewThread()

    const [left, opened, sent] = await Promise.all([
      ann.command({ type: 'thread.leave', threadId }),
      ann.command({ type: 'thread.open', threadId, after: 0 }),
      ann.say(threadId, 'hello'),
    ])
    await ann.completed()

    const order = ann.frames.map((frame) => ('id' in frame ? frame.id : frame.type))
    expect([left.type, opened.type, sent.type]).toEqual(['ok', 'ok', 'ok'])
    expect(order.indexOf('event')).toBeGreaterThan(order.indexOf(opened.id))
    expect(ann.events.map(({ seq }) => seq)).toEqual(ann.events.map((_, index) => index + 1))

    await Promise.all([
      ann.command({ type: 'thread.open', threadId, after: 0 }),
      ann.command({ type: 'thread.leave', threadId }),
    ])
    expect(server.gateway.connections()[0]?.openThreads).toBe(0)
  })

  it('begins an open thread again at the new cursor, and then sends each event once', async () => {
    await using server = await startTestServer()
    await using ann = await join(server, 'ann')
    const threadId = await ann.openNewThread()
    await ann.command({ type: 'thread.rename', threadId, title: 'one' })
    await ann.command({ type: 'thread.rename', threadId, title: 'two' })

    await ann.command({ type: 'thread.open', threadId, after: 1 })
    await ann.command({ type: 'thread.rename', threadId, title: 'three' })
    await ann.command({ type: 'ping' })

    expect(ann.events.map(({ seq }) => seq)).toEqual([1, 2, 2, 3])
  })

  it('shows a thread to both tabs of its owner alike, and to another user not at all [RUN-06]', async () => {
    await using server = await startTestServer()
    await using ann = await join(server, 'ann')
    await using tab = await join(server, 'ann')
    await using bob = await join(server, 'bob')
    await using namesake = await server.socket(
      server.issue({ tenant: 'other', user: 'ann', roles: ['user'], scopes: [] }),
    )
    const threadId = await ann.openNewThread()
    await tab.command({ type: 'thread.open', threadId, after: 0 })

    await ann.say(threadId, 'hello')
    await Promise.all([ann.completed(), tab.completed()])
    const foreign = await Promise.all(
      [bob, namesake].flatMap((stranger) => [
        stranger.command({ type: 'thread.open', threadId, after: 0 }),
        stranger.command({ type: 'thread.rename', threadId, title: 'mine' }),
        stranger.say(threadId, 'let me in'),
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
    const threadId = await ann.openNewThread()
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
    const threadId = await first.openNewThread()
    await first.say(threadId, 'a long question')
    await first.next(isStarted)
    first.ws.terminate()
    await first.closed
    const whileAway = server.supervisor.active().length

    gate.resolve()
    await using second = await join(server, 'ann')
    await second.command({ type: 'thread.open', threadId, after: 0 })
    const completed = await second.completed()

    expect(whileAway).toBe(1)
    expect(completed.event).toMatchObject({
      outcome: 'completed',
      message: { parts: [{ type: 'text', text: 'The answer.' }] },
    })
    expect(checkContract(second.events)).toEqual([])
  })

  it('feeds a reader that stands still from the log when it goes on, and holds a bounded part meanwhile [CONN-08]', async () => {
    const limits = { maxBufferedBytes: 65_536 }
    const model = createScriptedModel(() => ({ text: 'x'.repeat(60_000) }), { record: false })
    await using server = await startTestServer({ model, limits })
    await using slow = await join(server, 'ann')
    await using quick = await join(server, 'ann')
    const threadId = await slow.openNewThread()
    await quick.command({ type: 'thread.open', threadId, after: 0 })
    slow.ws.pause()

    // More than the kernel holds for a socket.
    let mostBuffered = 0
    for (let run = 1; run <= 100; run++) {
      await server.supervisor.send(server.principal('ann'), {
        threadId,
        parts: [{ type: 'text', text: 'go on' }],
        idempotencyKey: `${run}`,
      })
      await quick.next((frame) => isCompleted(frame) && quick.events.filter(isCompleted).length === run)
      mostBuffered = Math.max(mostBuffered, ...server.gateway.connections().map(({ bufferedBytes }) => bufferedBytes))
    }
    const { seq: lastSeq } = quick.events.at(-1) ?? { seq: 0 }
    const behind = server.gateway.metrics().feedsBehind
    slow.ws.resume()
    await slow.next((frame) => frame.type === 'event' && frame.seq === lastSeq)

    expect(behind).toBeGreaterThan(0)
    // At most the limit and the batch that passed it.
    expect(mostBuffered).toBeLessThan(limits.maxBufferedBytes + 200_000)
    expect(slow.events).toEqual(quick.events)
  })
})
