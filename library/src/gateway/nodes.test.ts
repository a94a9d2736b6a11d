import { describe, expect, it } from 'vitest'
import { createLocalBus } from '../adapters/bus/local.ts'
import { createMemoryStore } from '../adapters/store/memory.ts'
import { checkContract } from '../protocol/contract.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { startTestServer } from '../testing/server.ts'

describe('two nodes that share a store and a bus', () => {
  it('show a run of the one to a reader at the other, as it goes', async () => {
    await using bus = createLocalBus()
    const store = createMemoryStore()
    const gate = Promise.withResolvers<void>()
    const model = createScriptedModel([{ text: 'The answer.', gate: gate.promise }])
    await using here = await startTestServer({ store, bus, model })
    await using there = await startTestServer({ store, bus })
    await using ann = await here.socket(here.issue('ann'))
    await using tab = await there.socket(there.issue('ann'))
    await using bob = await there.socket(there.issue('bob'))
    const threadId = await ann.openNewThread()
    await tab.next(({ type }) => type === 'threads_changed')
    await tab.command({ type: 'thread.open', threadId, after: 0 })

    await ann.say(threadId, 'hello')
    await tab.next((frame) => frame.type === 'event' && frame.event.type === 'agent_started')
    gate.resolve()
    await Promise.all([ann.completed(), tab.completed()])

    const upTo = Math.min(ann.events.length, tab.events.length)
    expect(tab.events.slice(0, upTo)).toEqual(ann.events.slice(0, upTo))
    expect(checkContract(tab.events)).toEqual([])
    expect(bob.frames.map(({ type }) => type)).toEqual(['hello'])
  })

  it('stop a run of the one for a person at the other, also when nobody is connected where it runs', async () => {
    await using bus = createLocalBus()
    const store = createMemoryStore()
    const never = new Promise<void>(() => {})
    await using here = await startTestServer({ store, bus, model: createScriptedModel([{ text: 'Hm', gate: never }]) })
    await using there = await startTestServer({ store, bus })
    const ann = await here.socket(here.issue('ann'))
    const threadId = await ann.openNewThread()
    const sent = await ann.say(threadId, 'hello')
    await ann.next((frame) => frame.type === 'event' && frame.event.type === 'agent_started')
    await ann[Symbol.asyncDispose]()
    await using tab = await there.socket(there.issue('ann'))
    await tab.command({ type: 'thread.open', threadId, after: 0 })

    const stopping = await tab.command({ type: 'run.stop', runId: (sent as { runId: string }).runId })
    const completed = await tab.completed()

    expect(stopping).toMatchObject({ type: 'ok', stopping: true })
    expect(completed.event).toMatchObject({ outcome: 'stopped' })
    expect(here.supervisor.active()).toEqual([])
  })

  it('tell a reader at the other of a thread that is deleted', async () => {
    await using bus = createLocalBus()
    const store = createMemoryStore()
    await using here = await startTestServer({ store, bus })
    await using there = await startTestServer({ store, bus })
    await using ann = await here.socket(here.issue('ann'))
    await using tab = await there.socket(there.issue('ann'))
    const threadId = await ann.openNewThread()
    await tab.command({ type: 'thread.open', threadId, after: 0 })

    await ann.command({ type: 'thread.delete', threadId })

    expect(await tab.next(({ type }) => type === 'thread_gone')).toEqual({ type: 'thread_gone', threadId })
    expect(there.gateway.connections()[0]?.openThreads).toBe(0)
  })
})
