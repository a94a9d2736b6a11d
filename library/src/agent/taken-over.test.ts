import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../adapters/store/memory.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { checkContract } from '../protocol/contract.ts'
import type { LoggedEvent } from '../protocol/events.ts'
import type { JsonValue } from '../protocol/vocabulary.ts'
import { type AgentBench, type Asked, ann, createAgentBench } from '../testing/agent-bench.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import { cutOff, type MortalStore } from '../testing/mortal-store.ts'
import type { Script } from '../testing/scripted-model.ts'
import { defineTool } from '../tool/define-tool.ts'
import type { Tool } from '../tool/tool.ts'
import { StoreError } from './errors.ts'
import type { LeaseStore, RunStore, Store } from './ports.ts'

describe('an approval that outlives a deploy', () => {
  it('is kept when the policy would not ask any more: a denied call does not start [RUN-08]', async () => {
    const { store, clock } = surroundings()
    const executed: unknown[] = []
    const tools = [wipe(executed)]
    const before = createAgentBench({ store, clock, tools, script: callOnce('wipe') })
    const asked = await parked(before)
    await before.supervisor.drain(0)
    const policy = definePolicy({ allow: [{ tools: ['*'] }], approve: [] })
    await using after = createAgentBench({ store, clock, tools, policy, script: [{ text: 'done' }] })

    await after.supervisor.answer(ann, asked.approvalId, { decision: 'denied' })
    const { events, calls } = await after.finish(asked)

    expect(calls).toMatchObject([{ outcome: 'refused', error: { code: 'APPROVAL_DENIED' } }])
    expect(executed).toEqual([])
    expect(checkContract(events)).toEqual([])
  })

  it('starts again with the arguments that were approved, and says so [RUN-08] [RUN-03]', async () => {
    const { store, clock } = surroundings()
    const executed: unknown[] = []
    const hung = Promise.withResolvers<string>()
    const first = createAgentBench({
      store,
      clock,
      tools: [wipe(executed, () => hung.promise)],
      script: callOnce('wipe', { path: '/old', api_key: 'old-secret-key' }),
    })
    const asked = await parked(first)
    await first.supervisor.answer(ann, asked.approvalId, {
      decision: 'approved',
      input: { path: '/new-path-of-ann', api_key: 'new-secret-key' },
    })
    await first.until('tool_executing')
    await clock.advance(0)
    // The first node is silent from here on.
    const second = createAgentBench({
      store,
      clock,
      tools: [wipe(executed, () => 'wiped /new-path-of-ann')],
      script: [{ text: 'done' }],
    })
    clock.jump(10_000)
    await second.supervisor.recover()
    const { events, calls } = await second.finish(asked)

    const started = events.flatMap(({ event }) => (event.type === 'tool_executing' ? [event.input] : []))
    expect(executed).toEqual([
      { path: '/new-path-of-ann', api_key: 'new-secret-key' },
      { path: '/new-path-of-ann', api_key: 'new-secret-key' },
    ])
    expect(started).toEqual([
      { path: '/new-path-of-ann', api_key: '[redacted]' },
      { path: '/new-path-of-ann', api_key: '[redacted]' },
    ])
    expect(calls).toMatchObject([{ outcome: 'ok', output: 'wiped /new-path-of-ann' }])
    hung.resolve('')
  })
})

describe('an answer that the node of the call never heard of', () => {
  it('is found when the approval would expire, with the arguments as they were edited [RUN-08]', async () => {
    const { store, clock } = surroundings()
    const executed: unknown[] = []
    const hung = Promise.withResolvers<void>()
    const slow = defineTool({
      name: 'slow',
      description: 'For a test',
      input: { type: 'object' },
      effect: 'read',
      timeoutMs: 10_000_000,
      execute: () => hung.promise.then(() => 'slow'),
    })
    const calls = [{ tool: 'slow' }, { tool: 'wipe', input: { path: '/a', api_key: 'old-secret-key' } }]
    const script: Script = ({ messages }) => (messages.length > 1 ? { text: 'done' } : { calls })
    const policy = definePolicy({ allow: [{ tools: ['*'] }], approvalTimeoutMs: 60_000 })
    await using bench = createAgentBench({ store, clock, tools: [wipe(executed), slow], policy, script })
    const asked = await bench.ask()
    const { approvalId } = await bench.until('approval_requested')

    const input = { path: '/b', api_key: '[redacted]' }
    const keptInput = { path: '/b', api_key: 'new-secret-key' }
    await store.approvals.resolve(ann, approvalId, { decision: 'approved', input, keptInput, at: clock.now() })
    await clock.advance(60_000)
    await bench.until('tool_completed')
    hung.resolve()
    const { events } = await bench.finish(asked)

    expect(executed).toEqual([keptInput])
    expect(checkContract(events)).toEqual([])
  })
})

describe('an answer that comes while a run is being taken over', () => {
  it('is heard although another call of the step is at work [RUN-08]', async () => {
    const { store, clock } = surroundings()
    const executed: unknown[] = []
    const hung = Promise.withResolvers<void>()
    const slow = defineTool({
      name: 'slow',
      description: 'For a test',
      input: { type: 'object' },
      effect: 'read',
      execute: () => hung.promise.then(() => 'slow'),
    })
    const script: Script = ({ messages }) =>
      messages.length > 1 ? { text: 'done' } : { calls: [{ tool: 'slow' }, { tool: 'wipe' }] }
    const dead = cutOff(store, Number.POSITIVE_INFINITY)
    const first = createAgentBench({ store: dead, clock, tools: [wipe(executed), slow], script })
    const asked = await first.ask()
    const { approvalId } = await first.until('approval_requested')
    dead.die()
    const events: Store['events'] = {
      ...store.events,
      async read(owner, threadId, range) {
        const page = await store.events.read(owner, threadId, range)
        await store.approvals.resolve(ann, approvalId, { decision: 'approved', at: clock.now() })
        return page
      },
    }
    await using second = createAgentBench({ store: { ...store, events }, clock, tools: [wipe(executed), slow], script })

    await clock.advance(2_500)
    await second.supervisor.recover()
    const wiped = await second.until('tool_completed')
    hung.resolve()
    const { end } = await second.finish(asked)

    expect(wiped).toMatchObject({ tool: 'wipe', outcome: 'ok' })
    expect([executed, end.outcome]).toEqual([[{}], 'completed'])
  })
})

describe('an approval that expires while the store fails and its run is lost and taken up again', () => {
  it('is closed by the newer claim; the older one takes nothing from it [RUN-08]', async () => {
    const { store, clock } = surroundings()
    let isFailing = false
    const failing = <A extends unknown[], R>(ask: (...args: A) => Promise<R>) => {
      return async (...args: A): Promise<R> => {
        if (isFailing) throw new StoreError('STORE_UNAVAILABLE', { detail: 'for a test' })
        return ask(...args)
      }
    }
    const { approvals, leases } = store
    const resolve = failing((...asked: Parameters<typeof approvals.resolve>) => approvals.resolve(...asked))
    const heartbeat = failing((...asked: Parameters<typeof leases.heartbeat>) => leases.heartbeat(...asked))
    const troubled = { ...store, approvals: { ...approvals, resolve }, leases: { ...leases, heartbeat } }
    const slow = defineTool({
      name: 'slow',
      description: 'For a test',
      input: { type: 'object' },
      effect: 'read',
      timeoutMs: 60_000,
      execute: (_: unknown, { signal }) => new Promise<string>((done) => onAbort(signal, () => done('slow'))),
    })
    const script: Script = ({ messages }) =>
      messages.length > 1 ? { text: 'done' } : { calls: [{ tool: 'slow' }, { tool: 'wipe' }] }
    const policy = definePolicy({ allow: [{ tools: ['*'] }], approvalTimeoutMs: 10_100 })
    await using bench = createAgentBench({ store: troubled, clock, tools: [wipe([]), slow], policy, script })
    const asked = await bench.ask()
    await bench.until('approval_requested')
    await clock.advance(9_900)
    isFailing = true

    for (let beat = 0; beat < 60; beat++) {
      await clock.advance(50)
      await bench.supervisor.recover()
    }
    isFailing = false
    await clock.advance(5_000)
    const resolved = await bench.until('approval_resolved')
    await clock.advance(60_000)
    const { events } = await bench.finish(asked)

    expect(resolved).toMatchObject({ decision: 'expired' })
    expect(attempts(events).length).toBeGreaterThan(1)
    expect(checkContract(events)).toEqual([])
  })
})

describe('a run that was asked for more calls than it may make', () => {
  it('ends for the same limit after it was taken over [CALL-07]', async () => {
    const { store, clock } = surroundings()
    const script: Script = () => ({ calls: [{ tool: 'note' }, { tool: 'note' }] })
    const note = defineTool({
      name: 'note',
      description: 'For a test',
      input: { type: 'object' },
      effect: 'read',
      execute: () => 'noted',
    })
    const parts = { clock, tools: [note], limits: { maxCalls: 1 } }
    const mortal = cutOff(store, 2)
    const first = createAgentBench({ ...parts, store: mortal, script })
    const asked = await first.ask()
    while (!mortal.isDead) await turn()
    await using second = createAgentBench({ ...parts, store, script })
    await clock.advance(3_000)
    await second.supervisor.recover()
    const { end, events } = await second.finish(asked)

    expect(attempts(events)).toEqual([1, 2])
    expect(second.model.requests).toEqual([])
    expect(end).toMatchObject({ outcome: 'limit_reached', limit: { name: 'maxCalls' } })
  })
})

describe('a run that kills its nodes before they have said anything', () => {
  it('is ended after so many attempts [RUN-03]', async () => {
    const { store, clock } = surroundings()
    let deaths = 0
    let node: MortalStore | undefined
    const stream = (): never => {
      deaths++
      node?.die()
      throw new Error('the process is gone')
    }
    let threadId = ''
    for (let life = 0; life < 6; life++) {
      node = cutOff(store, Number.POSITIVE_INFINITY)
      const bench = createAgentBench({ store: node, clock, limits: { maxAttempts: 3 }, model: { name: 'm', stream } })
      if (threadId === '') threadId = (await bench.ask()).threadId
      else await bench.supervisor.recover()
      await clock.advance(5_000)
    }

    const log = await store.events.read(ann, threadId, { after: 0 })
    expect(log?.at(-1)?.event).toMatchObject({ type: 'agent_completed', error: { code: 'RUN_INTERRUPTED' } })
    expect(deaths).toBe(4)
  })
})

describe('a claim whose answer comes late', () => {
  it('takes nothing from a later claim of the same node', async () => {
    const { store, clock } = surroundings()
    const late = Promise.withResolvers<void>()
    const slow = {
      ...store,
      runs: {
        ...store.runs,
        accept: slowed((...asked: Parameters<RunStore['accept']>) => store.runs.accept(...asked), late.promise),
      },
    }
    const gate = Promise.withResolvers<void>()
    await using bench = createAgentBench({
      store: slow,
      clock,
      tools: [],
      script: [{ text: 'done', gate: gate.promise }],
    })
    const asking = bench.ask()
    await clock.advance(2_500)
    await bench.supervisor.recover()
    while (bench.model.requests.length === 0) await turn()
    late.resolve()
    const asked = await asking
    await turn()
    gate.resolve()
    const { events } = await bench.finish(asked)

    expect(attempts(events)).toEqual([1])
    expect(bench.model.requests).toHaveLength(1)
  })
})

describe('a clock that jumps', () => {
  it('takes no run from a node that is alive, also when somebody answers just then', async () => {
    const { store, clock } = surroundings()
    const gate = Promise.withResolvers<void>()
    const script = [{ calls: [{ tool: 'wipe' }] }, { text: 'long', gate: gate.promise }, { text: 'done' }]
    await using bench = createAgentBench({ store, clock, tools: [wipe([])], script })
    const asked = await parked(bench)
    const other = await bench.ask()
    await bench.until('agent_message', ({ runId }) => runId === other.runId)

    clock.jump(60_000)
    await bench.supervisor.answer(ann, asked.approvalId, { decision: 'denied' })
    await bench.finish(asked)
    gate.resolve()
    const { events } = await bench.finish(other)

    expect(attempts(events)).toEqual([1])
  })

  it('keeps no run of a dead node from going on when it is set back', async () => {
    const { store, clock } = surroundings()
    const dead = cutOff(store, 0)
    const first = createAgentBench({ store: dead, clock, script: [{ text: 'never seen' }] })
    const asked = await first.ask()
    while (!dead.isDead) await turn()
    await using second = createAgentBench({ store, clock, script: [{ text: 'done' }] })

    clock.jump(-86_400_000)
    await clock.advance(2_500)
    const taken = await second.supervisor.recover()
    const { end } = await second.finish(asked)

    expect([taken, end.outcome]).toEqual([1, 'completed'])
  })
})

describe('a drain', () => {
  it('is not kept by a store that is silent, and what that answers later starts nothing [RUN-14]', async () => {
    const { store, clock } = surroundings()
    const late = Promise.withResolvers<void>()
    const accept = slowed((...asked: Parameters<RunStore['accept']>) => store.runs.accept(...asked), late.promise)
    const silent = { ...store, runs: { ...store.runs, accept } }
    const bench = createAgentBench({ store: silent, clock, script: [{ text: 'done' }] })
    const asking = bench.ask()
    await clock.advance(0)

    const drained = bench.supervisor.drain(0)
    await clock.advance(1_000)
    await drained
    late.resolve()
    const asked = await asking
    await turn()

    expect(bench.supervisor.active()).toEqual([])
    expect(bench.model.requests).toEqual([])
    expect(bench.registry.metrics().scopes.open).toBe(1)
    expect(await store.runs.get(ann, asked.runId)).toMatchObject({ outcome: null })
  })

  it('waits for a look for due runs that is under way, and starts nothing after it', async () => {
    const { store, clock } = surroundings()
    const first = createAgentBench({ store, clock, tools: [wipe([])], script: callOnce('wipe') })
    const asked = await parked(first)
    await first.supervisor.drain(0)
    await store.approvals.resolve(ann, asked.approvalId, { decision: 'denied', at: clock.now() })
    const late = Promise.withResolvers<void>()
    const slow = {
      ...store,
      leases: {
        ...store.leases,
        takeOver: slowed(
          (...asked: Parameters<LeaseStore['takeOver']>) => store.leases.takeOver(...asked),
          late.promise,
        ),
      },
    }
    const bench = createAgentBench({ store: slow, clock, tools: [wipe([])], script: [{ text: 'done' }] })
    const looking = bench.supervisor.recover()
    await clock.advance(0)
    let isDrained = false
    const drained = bench.supervisor.drain(0).then(() => {
      isDrained = true
    })
    for (let turns = 0; turns < 5; turns++) await turn()
    const early = isDrained
    late.resolve()
    await drained
    const left = [bench.supervisor.active().length, bench.registry.metrics().scopes.open, clock.pending]
    await looking

    expect(early).toBe(false)
    expect(left).toEqual([0, 1, 0])
    expect(await store.leases.takeOver('node_next', { now: clock.now(), until: 0, limit: 9 })).toHaveLength(1)
  })
})

function surroundings(): { readonly store: Store; readonly clock: ManualClock } {
  return { store: createMemoryStore(), clock: createManualClock() }
}

function onAbort(signal: AbortSignal, listener: () => void): void {
  signal.addEventListener('abort', listener, { once: true })
}

function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}

/** As if it took so long to be answered. */
function slowed<A extends unknown[], R>(ask: (...args: A) => Promise<R>, answered: Promise<void>) {
  return async (...args: A): Promise<R> => {
    const answer = await ask(...args)
    await answered
    return answer
  }
}

function callOnce(tool: string, input: JsonValue = {}): Script {
  return ({ messages }) =>
    messages.some(({ role }) => role === 'tool') ? { text: 'done' } : { calls: [{ tool, input }] }
}

function wipe(executed: unknown[], work: () => JsonValue | Promise<JsonValue> = () => 'wiped'): Tool {
  return defineTool({
    name: 'wipe',
    description: 'For a test',
    input: { type: 'object', properties: { path: { type: 'string' }, api_key: { type: 'string' } } },
    effect: 'destructive',
    idempotent: true,
    execute(input: unknown) {
      executed.push(input)
      return work()
    },
  })
}

async function parked(bench: AgentBench): Promise<Asked & { readonly approvalId: string }> {
  const asked = await bench.ask()
  const { approvalId } = await bench.until('approval_requested', ({ runId }) => runId === asked.runId)
  while ((await bench.store.runs.get(ann, asked.runId))?.parked !== true) await turn()
  return { ...asked, approvalId }
}

function attempts(events: readonly LoggedEvent[]): readonly number[] {
  return events.flatMap(({ event }) => (event.type === 'agent_started' ? [event.attempt] : []))
}
