import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkContract } from '../protocol/contract.ts'
import type { LoggedEvent } from '../protocol/events.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { startTestServer } from '../testing/server.ts'
import type { Client, ClientStatus } from './client.ts'

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

    server.revoke('ann')
    const closed = await until(client, 'closed')

    expect(closed).toMatchObject({ state: 'closed', code: 'CREDENTIALS_REVOKED' })
    await expect(client.listThreads()).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
    expect(() => client.openThread('thr_1', { onEvent: () => {} })).toThrow(
      expect.objectContaining({ code: 'CLIENT_CLOSED' }),
    )
  })
})
