import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../adapters/store/memory.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { checkContract } from '../protocol/contract.ts'
import { ann, bob, createAgentBench } from '../testing/agent-bench.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { defineTool } from '../tool/define-tool.ts'
import type { Tool } from '../tool/tool.ts'
import { defineAgent } from './agent.ts'
import { StoreError } from './errors.ts'
import type { Store } from './ports.ts'
import type { SupervisorNotice } from './supervisor.ts'

const parts = [{ type: 'text', text: 'hello' }] as const
const never = new Promise<never>(() => {})
const hang = defineTool({
  name: 'hang',
  description: 'Never ends',
  input: { type: 'object' },
  effect: 'read',
  execute: () => never,
})
const quick = defineTool({
  name: 'quick',
  description: 'Ends at once',
  input: { type: 'object' },
  effect: 'read',
  execute: () => 'quick',
})
const large = defineTool({
  name: 'large',
  description: 'Gives a lot',
  input: { type: 'object' },
  effect: 'read',
  execute: () => 'x'.repeat(100_000),
})
const full = (): StoreError => new StoreError('STORE_FULL', { detail: 'no space' })

describe('send', () => {
  it('with one idempotency key twice starts one run [RUN-10]', async () => {
    await using bench = createAgentBench({ script: [{ text: 'one' }, { text: 'two' }] })
    const { threadId } = await bench.supervisor.createThread(ann)
    const message = { threadId, parts, idempotencyKey: 'k' }

    const [first, second] = await Promise.all([
      bench.supervisor.send(ann, message),
      bench.supervisor.send(ann, message),
    ])
    const { events } = await bench.finish({ ...first, threadId, principal: ann })
    const third = await bench.supervisor.send(ann, message)

    expect(first.duplicate).toBe(false)
    expect([second, third]).toEqual([1, 2].map(() => ({ ...first, duplicate: true })))
    expect(events.filter(({ event }) => event.type === 'agent_started')).toHaveLength(1)
    expect(bench.model.requests).toHaveLength(1)
  })

  it('refuses what it cannot start, with the code of the reason', async () => {
    await using bench = createAgentBench({ script: () => ({ gate: never }), supervisor: { maxRunsPerUser: 2 } })
    const { supervisor } = bench
    const first = await bench.ask()
    await bench.ask()
    const { threadId } = await supervisor.createThread(ann)
    const send = (more: object) =>
      supervisor.send(ann, { threadId, parts, idempotencyKey: 'k', ...more }).catch((error: unknown) => error)

    expect([
      await send({ threadId: first.threadId }),
      await send({}),
      await send({ parts: [{ type: 'text', text: ' \n' }] }),
      await send({ agent: 'nobody' }),
      await send({ threadId: 'thr_unknown' }),
      await supervisor.send(bob, { threadId, parts, idempotencyKey: 'k' }).catch((error: unknown) => error),
    ]).toMatchObject([
      { code: 'THREAD_BUSY', retry: 'later' },
      { code: 'RUNS_LIMIT', details: { running: 2, max: 2 } },
      { code: 'MESSAGE_EMPTY' },
      { code: 'AGENT_UNKNOWN', details: { known: ['assistant'] } },
      { code: 'NOT_FOUND' },
      { code: 'NOT_FOUND' },
    ])
  })

  it('names a thread without a title after its first message, and no other', async () => {
    await using bench = createAgentBench({ script: [{ text: 'a' }, { text: 'b' }] })
    const named = await bench.supervisor.createThread(ann, { title: 'Mine' })
    const { runId } = await bench.supervisor.send(ann, { threadId: named.threadId, parts, idempotencyKey: 'k' })
    await bench.finish({ runId, threadId: named.threadId, principal: ann })

    await bench.run('What   is the\nweather like on the other side of the moon, and what is it like at night?')

    expect((await bench.supervisor.listThreads(ann)).map(({ title }) => title).toSorted()).toEqual([
      'Mine',
      'What is the weather like on the other side of the moon, and…',
    ])
  })

  it('is refused while draining; a run that does not end in time is handed over as it is [RUN-14]', async () => {
    const store = createMemoryStore()
    const clock = createManualClock()
    const leaving = createAgentBench({ store, clock, script: () => ({ text: 'Half', gate: never }) })
    const asked = await leaving.ask()
    await leaving.until('agent_message')

    const drained = leaving.supervisor.drain(3_000)
    const refused = await leaving.supervisor
      .send(ann, { ...asked, parts, idempotencyKey: 'x' })
      .catch((error: unknown) => error)
    await clock.advance(2_999)
    const atWork = leaving.supervisor.active().length
    await clock.advance(1)
    await drained
    const handedOver = await leaving.events(asked.threadId)
    await using next = createAgentBench({ store, clock, script: [{ text: 'Whole' }] })
    await next.supervisor.recover()
    const { events, end } = await next.finish(asked)

    expect(refused).toMatchObject({ code: 'DRAINING', retry: 'later' })
    expect(atWork).toBe(1)
    expect(handedOver.at(-1)?.event).toMatchObject({ type: 'agent_message', delta: 'Half' })
    expect(events.slice(handedOver.length).map(({ event }) => event.type)).toEqual([
      'agent_started',
      'agent_rewound',
      'agent_thinking',
      'agent_message',
      'step_completed',
      'agent_completed',
    ])
    expect(end).toMatchObject({ outcome: 'completed', message: { parts: [{ text: 'Whole' }] } })
    expect(checkContract(events)).toEqual([])
  })

  it('is answered while draining when the step at hand is the answer; otherwise the run is handed over after it [RUN-14]', async () => {
    const store = createMemoryStore()
    const clock = createManualClock()
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const
    const leaving = createAgentBench({
      store,
      clock,
      tools: [quick],
      script: [
        { text: 'An answer', gate: gates[0].promise },
        { calls: [{ tool: 'quick' }], gate: gates[1].promise },
      ],
    })
    const answered = await leaving.ask()
    await leaving.until('agent_message')
    const goesOn = await leaving.ask()
    await leaving.until('agent_thinking', ({ runId }) => runId === goesOn.runId)

    const drained = leaving.supervisor.drain(3_000)
    for (const { resolve } of gates) resolve()
    await drained
    const { end } = await leaving.finish(answered)
    await using next = createAgentBench({ store, clock, tools: [quick], script: [{ text: 'After it' }] })
    await next.supervisor.recover()
    const { events } = await next.finish(goesOn)

    expect(end.outcome).toBe('completed')
    const types = events.map(({ event }) => event.type).filter((type) => type !== 'thread_renamed')
    expect(types).toEqual([
      'message_added',
      'agent_started',
      'agent_thinking',
      'step_completed',
      'tool_executing',
      'tool_completed',
      'agent_started',
      'agent_thinking',
      'agent_message',
      'step_completed',
      'agent_completed',
    ])
    expect(checkContract(events)).toEqual([])
  })
})

describe('stop', () => {
  it('ends a run once while the model speaks, keeps what it said, and frees the thread at once [RUN-09] [RUN-03]', async () => {
    await using bench = createAgentBench({ script: [{ text: 'Half', gate: never }, { text: 'Next' }] })
    const asked = await bench.ask()
    await bench.until('agent_message')

    const acknowledged = await bench.supervisor.stop(ann, asked.runId)
    const { end, events, threadId } = await bench.finish(asked)
    const { runId } = await bench.supervisor.send(ann, { threadId, parts, idempotencyKey: 'next' })
    const next = await bench.finish({ runId, threadId, principal: ann })

    expect(acknowledged).toEqual({ stopping: true })
    expect(end).toMatchObject({ outcome: 'stopped', message: { parts: [{ text: 'Half' }] } })
    expect(checkContract(events)).toEqual([])
    expect(next.end.outcome).toBe('completed')
    expect(bench.model.requests[1]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
  })

  it('waits one grace for the tools at work, and abandons those that do not end [RUN-09] [CALL-05]', async () => {
    await using bench = createAgentBench({
      tools: [hang],
      script: [{ calls: [{ tool: 'hang' }] }],
      limits: { stopGraceMs: 700 },
    })
    const asked = await bench.ask()
    await bench.until('tool_executing')

    await bench.supervisor.stop(ann, asked.runId)
    await bench.clock.advance(699)
    const before = (await bench.events(asked.threadId)).at(-1)?.event.type
    await bench.clock.advance(1)
    const { end, calls, events } = await bench.finish(asked)

    expect(before).toBe('tool_executing')
    expect(calls).toMatchObject([{ outcome: 'abandoned' }])
    expect(end).toMatchObject({ outcome: 'stopped', message: null })
    expect(checkContract(events)).toEqual([])
  })

  it('that comes when the answer is said and not yet written says that it came too late [RUN-09]', async () => {
    const memory = createMemoryStore()
    const written = Promise.withResolvers<void>()
    const held = Promise.withResolvers<void>()
    const append: Store['events']['append'] = async (owner, threadId, entry) => {
      if (entry.events.some(({ type }) => type === 'agent_completed')) {
        held.resolve()
        await written.promise
      }
      return memory.events.append(owner, threadId, entry)
    }
    await using bench = createAgentBench({
      store: { ...memory, events: { ...memory.events, append } },
      script: [{ text: 'The answer' }],
    })
    const asked = await bench.ask()
    await held.promise

    const stopping = bench.supervisor.stop(ann, asked.runId)
    await bench.clock.advance(0)
    written.resolve()
    const { end } = await bench.finish(asked)

    expect(await stopping).toEqual({ stopping: false })
    expect(end.outcome).toBe('completed')
  })

  it('twice, or after the end, changes nothing', async () => {
    await using bench = createAgentBench({ script: [{ gate: never }] })
    const asked = await bench.ask()

    const answers = [
      await bench.supervisor.stop(ann, asked.runId),
      await bench.supervisor.stop(ann, asked.runId),
      await bench.finish(asked).then(() => bench.supervisor.stop(ann, asked.runId)),
    ]

    expect(answers).toEqual([{ stopping: true }, { stopping: true }, { stopping: false }])
    const ends = (await bench.events(asked.threadId)).filter(({ event }) => event.type === 'agent_completed')
    expect(ends).toHaveLength(1)
  })

  it('of somebody else answers as if there were no such run', async () => {
    await using bench = createAgentBench({ script: [{ gate: never }] })
    const { runId } = await bench.ask()

    await expect(bench.supervisor.stop(bob, runId)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(bench.supervisor.active()).toHaveLength(1)
  })
})

describe('threads', () => {
  it('that are deleted have their run stopped first, and are gone for everybody', async () => {
    await using bench = createAgentBench({ script: [{ gate: never }] })
    const notices: SupervisorNotice[] = []
    bench.supervisor.subscribe((notice) => notices.push(notice))
    const { threadId } = await bench.ask()

    await bench.supervisor.deleteThread(ann, threadId)

    expect(bench.supervisor.active()).toEqual([])
    await expect(bench.supervisor.openThread(ann, threadId)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(bench.supervisor.readEvents(ann, threadId, { after: 0 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(notices.slice(-2)).toMatchObject([{ type: 'thread_gone', threadId }, { type: 'threads_changed' }])
  })

  it('of somebody else answer as if they did not exist', async () => {
    await using bench = createAgentBench()
    const { threadId } = await bench.supervisor.createThread(ann)
    const { supervisor } = bench

    const answers = await Promise.allSettled([
      supervisor.openThread(bob, threadId),
      supervisor.renameThread(bob, threadId, 'Mine'),
      supervisor.deleteThread(bob, threadId),
      supervisor.readEvents(bob, threadId, { after: 0 }),
    ])

    expect(answers.map((answer) => answer.status === 'rejected' && answer.reason.code)).toEqual(
      Array(4).fill('NOT_FOUND'),
    )
    expect(await supervisor.listThreads(bob)).toEqual([])
  })
})

describe('notices', () => {
  it('tell of events in the order of the log, each once, after they were committed', async () => {
    await using bench = createAgentBench({ script: [{ text: ['a', 'b'] }] })
    const told: number[] = []
    bench.supervisor.subscribe((notice) => {
      if (notice.type === 'events') told.push(...notice.events.map(({ seq }) => seq))
    })
    bench.supervisor.subscribe(() => {
      throw new Error('a bad listener')
    })

    const { events } = await bench.run()

    expect(told).toEqual(events.map(({ seq }) => seq))
  })
})

describe('the scope of a user', () => {
  it('is shared by its holders and its runs, and closed with the last', async () => {
    await using bench = createAgentBench({ script: [{ text: 'x' }] })
    const first = bench.supervisor.acquireUserScope(ann)
    const second = bench.supervisor.acquireUserScope({ ...ann, name: 'Ann' })
    const other = bench.supervisor.acquireUserScope({ ...ann, tenant: 'umbrella' })

    await bench.run()
    await bench.supervisor.drain(0)
    first[Symbol.dispose]()
    first[Symbol.dispose]()
    const before = second.scope.closed
    second[Symbol.dispose]()
    other[Symbol.dispose]()

    expect(first.scope).toBe(second.scope)
    expect(first.scope.path).toBe('app/tenant:acme/user:ann')
    expect(other.scope.path).toBe('app/tenant:umbrella/user:ann')
    expect([before, second.scope.closed, other.scope.closed]).toEqual([false, true, true])
    expect([...bench.registry.children()]).toEqual([])
  })
})

describe('a store that fails', () => {
  it('in the middle of a run is tried again, and the run ends once with nothing missing [RUN-03]', async () => {
    const store = failing(createMemoryStore(), [1, 3, 4, 6])
    const script = [{ calls: [{ tool: 'quick' }] }, { text: 'Fine' }]
    await using bench = createAgentBench({ store, tools: [quick], script })
    const asked = await bench.ask()

    await bench.clock.advance(1_500)
    const { end, events } = await bench.finish(asked)

    expect(end.outcome).toBe('completed')
    expect(checkContract(events)).toEqual([])
  })

  it('after it has committed is not told the same twice, wherever it fails [RUN-03]', async () => {
    const outcomes: unknown[] = []
    for (const failsAt of [1, 2, 3]) {
      const store = failingAfterwards(createMemoryStore(), failsAt)
      await using bench = createAgentBench({
        store,
        tools: [quick],
        script: [{ calls: [{ tool: 'quick' }] }, { text: 'Fine' }],
      })
      const asked = await bench.ask()
      await bench.clock.advance(200)

      const { end, events } = await bench.finish(asked)

      const retries = bench.logged.filter(({ level }) => level === 'warn').length
      outcomes.push([end.outcome, checkContract(events), retries])
    }

    expect(outcomes).toEqual(Array.from({ length: 3 }, () => ['completed', [], 1]))
  })

  it('to answer a heartbeat has runs given up when their lease has run out [RUN-03]', async () => {
    const store = createMemoryStore()
    const silent = { ...store, leases: { ...store.leases, heartbeat: () => never } }
    let times = 0
    const second = defineTool({
      ...bare,
      name: 'second',
      effect: 'read',
      execute: () => (++times === 1 ? never : 'at last'),
    })
    const script = [{ calls: [{ tool: 'second' }] }, { text: 'Done' }]
    await using bench = createAgentBench({ store: silent, tools: [second], script })
    const asked = await bench.ask()
    await bench.until('tool_executing')

    await bench.clock.advance(5_000)
    const atWork = bench.supervisor.active()
    const recovered = await bench.supervisor.recover()
    const { end, events } = await bench.finish(asked)

    expect([atWork, recovered]).toEqual([[], 1])
    expect(end.outcome).toBe('completed')
    expect(checkContract(events)).toEqual([])
  })

  it('for good does not keep the server from shutting down [RUN-14]', async () => {
    const store = failing(
      createMemoryStore(),
      Array.from({ length: 1_000 }, (_, n) => n + 2),
    )
    await using bench = createAgentBench({ store, tools: [hang], script: [{ calls: [{ tool: 'hang' }] }] })
    await bench.ask()
    await bench.clock.advance(100)

    const drained = bench.supervisor.drain(1_000)
    await bench.clock.advance(6_000)

    await expect(drained).resolves.toBeUndefined()
    expect(bench.supervisor.active()).toEqual([])
  })

  it('to keep a large output does not keep its run from being stopped [RUN-09]', async () => {
    const store = createMemoryStore()
    const stuck = { ...store, records: { ...store.records, put: () => never } }
    await using bench = createAgentBench({ store: stuck, tools: [large], script: [{ calls: [{ tool: 'large' }] }] })
    const asked = await bench.ask()
    await bench.until('tool_executing')
    await bench.clock.advance(0)

    await bench.supervisor.stop(ann, asked.runId)
    const { end, calls } = await bench.finish(asked)

    expect(calls).toMatchObject([{ outcome: 'cancelled' }])
    expect(end.outcome).toBe('stopped')
  })

  it('for longer than the lease loses the run, and the next takeover goes on with it [RUN-03]', async () => {
    const store = failing(
      createMemoryStore(),
      Array.from({ length: 100 }, (_, n) => n + 1),
    )
    const held = { ...store, leases: { ...store.leases, heartbeat: () => Promise.reject(full()) } }
    await using bench = createAgentBench({ store: held, script: () => ({ text: 'Fine' }) })
    const asked = await bench.ask()
    await bench.clock.advance(5_000)
    const atWork = bench.supervisor.active()
    store.heal()

    const recovered = await bench.supervisor.recover()
    const { end, events } = await bench.finish(asked)

    expect([atWork, recovered]).toEqual([[], 1])
    expect(end.outcome).toBe('completed')
    expect(checkContract(events)).toEqual([])
  })
})

describe('a fault of the server', () => {
  it('in the middle of a step ends the run once as failed, and its open calls as what is known of them [RUN-03]', async () => {
    const wipe = defineTool({ ...bare, name: 'wipe', effect: 'destructive', execute: () => null })
    const obedient = defineTool({
      ...bare,
      name: 'obedient',
      effect: 'read',
      execute: (_, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(null))),
    })
    const real = definePolicy({ allow: [{ tools: ['*'] }] })
    let broken = false
    const permission: typeof real.permission = (who, tool) => {
      if (broken) throw new TypeError('a secret of the server')
      return real.permission(who, tool)
    }
    await using bench = createAgentBench({
      tools: [wipe, obedient],
      policy: { ...real, permission },
      script: [{ calls: [{ tool: 'obedient' }, { tool: 'wipe' }] }],
    })
    const asked = await bench.ask()
    const { approvalId } = await bench.until('approval_requested')

    broken = true
    await bench.supervisor.answer(ann, approvalId, { decision: 'approved' })
    const { end, threadId } = await bench.finish(asked)
    await bench.clock.advance(5_000)
    const events = await bench.events(threadId)

    expect(end).toMatchObject({ outcome: 'failed', error: { code: 'INTERNAL' } })
    expect(events.flatMap(({ event }) => (event.type === 'tool_completed' ? [event.outcome] : []))).toEqual([
      'unknown',
      'cancelled',
    ])
    expect(checkContract(events)).toEqual([])
    expect(JSON.stringify(events)).not.toContain('secret')
    // Calls that settle after the end have nothing to say: nothing is sent to a store that would refuse it.
    expect(bench.logged.filter(({ level }) => level === 'warn')).toEqual([])
  })
})

describe('a run that cannot even begin', () => {
  it('ends once as failed, and the thread stays usable [RUN-03] [RUN-04]', async () => {
    const bench = createAgentBench({ script: [{ text: 'x' }] })
    await bench.registry.close()

    const { end, threadId, events } = await bench.run()
    const { thread } = await bench.supervisor.openThread(ann, threadId)

    expect(end).toMatchObject({ outcome: 'failed', error: { code: 'INTERNAL' }, steps: 0 })
    expect(checkContract(events)).toEqual([])
    expect(thread.activeRunId).toBeNull()
    expect(bench.clock.pending).toBe(0)
    await bench.supervisor[Symbol.asyncDispose]()
  })
})

describe('recover', () => {
  it('leaves alone what this node is alive to finish, when the wall clock was set forward [RUN-03]', async () => {
    const gate = Promise.withResolvers<void>()
    await using bench = createAgentBench({ script: [{ text: 'Done.', gate: gate.promise }] })
    const asked = await bench.ask()
    await bench.until('agent_thinking')

    bench.clock.jump(60_000)
    const recovered = await bench.supervisor.recover()
    gate.resolve()
    const { end } = await bench.finish(asked)

    expect([recovered, end.outcome]).toEqual([0, 'completed'])
  })

  it('goes on with a dead node’s run: what cannot be repeated is unknown, and a question stays open [RUN-03] [RUN-08]', async () => {
    const store = createMemoryStore()
    const clock = createManualClock()
    const wipe = defineTool({ ...bare, name: 'wipe', effect: 'destructive', execute: () => 'wiped' })
    const write = defineTool({ ...bare, name: 'write', effect: 'write', execute: () => never })
    const dead = createAgentBench({
      store,
      clock,
      tools: [write, wipe],
      script: [{ calls: [{ tool: 'write' }, { tool: 'wipe' }] }],
      supervisor: { node: 'dead' },
    })
    const asked = await dead.ask()
    await Promise.all([dead.until('tool_executing'), dead.until('approval_requested')])
    // The dead node never comes back: its timers stand still with a clock of their own.
    const later = createManualClock(clock.now() + 10_000)
    const script = [{ text: 'I do not know whether it was written.' }]
    const tools = [write, wipe]
    await using bench = createAgentBench({ store, clock: later, tools, script, supervisor: { node: 'next' } })

    const recovered = [await bench.supervisor.recover(), await bench.supervisor.recover()]
    const { approvals } = await bench.supervisor.openThread(ann, asked.threadId)
    await bench.supervisor.answer(ann, approvals[0]?.approvalId ?? '', { decision: 'approved' })
    const { events, calls, end } = await bench.finish(asked)

    expect(recovered).toEqual([1, 0])
    expect(approvals).toHaveLength(1)
    expect(calls).toMatchObject([
      { tool: 'write', outcome: 'unknown', error: { code: 'CALL_UNKNOWN' } },
      { tool: 'wipe', outcome: 'ok' },
    ])
    expect(bench.model.requests[0]?.messages.at(-1)).toMatchObject({
      results: [{ outcome: 'unknown' }, { outcome: 'ok' }],
    })
    expect(end.outcome).toBe('completed')
    expect(checkContract(events)).toEqual([])
  })

  it('ends a run once, with the reason, when its agent is gone [RUN-03]', async () => {
    const { store, later, asked } = await interrupted([quick])
    const others = { agents: [defineAgent({ name: 'other', description: 'Another', model: createScriptedModel([]) })] }
    await using bench = createAgentBench({ store, clock: later, tools: [quick], supervisor: others })

    await bench.supervisor.recover()
    const { end, events } = await bench.finish(asked)

    expect(end).toMatchObject({ outcome: 'failed', error: { code: 'RUN_NOT_CONTINUED', retry: 'later' } })
    expect(end.error?.message).toContain('its agent "assistant" is gone')
    expect(checkContract(events)).toEqual([])
  })

  it('ends a run once, with the reason, when a tool of an open call is gone or is another [RUN-03]', async () => {
    const changed = defineTool({ ...bare, name: 'hang', description: 'Changed', effect: 'read', execute: () => null })
    const gone = await interrupted([hang])
    const replaced = await interrupted([hang])
    await using without = createAgentBench({ store: gone.store, clock: gone.later })
    await using other = createAgentBench({ store: replaced.store, clock: replaced.later, tools: [changed] })

    await without.supervisor.recover()
    await other.supervisor.recover()
    const ends = [await without.finish(gone.asked), await other.finish(replaced.asked)]

    expect(ends.map(({ end }) => end.error?.code)).toEqual(['RUN_NOT_CONTINUED', 'RUN_NOT_CONTINUED'])
    expect(ends.map(({ end }) => end.error?.message)).toEqual([
      expect.stringContaining('"hang" is gone'),
      expect.stringContaining('"hang" was changed'),
    ])
    expect(ends.flatMap(({ calls }) => calls.map(({ outcome }) => outcome))).toEqual(['unknown', 'unknown'])
    expect(ends.map(({ events }) => checkContract(events))).toEqual([[], []])
  })

  it('goes on without a tool that a client had offered: nobody knows what became of its call [RUN-03] [CONN-12]', async () => {
    const offered = defineTool({ ...bare, name: 'hang', effect: 'read', tags: ['source:client'], execute: () => never })
    const { store, later, asked } = await interrupted([offered], true)
    await using bench = createAgentBench({ store, clock: later, script: [{ text: 'Your page is gone.' }] })

    await bench.supervisor.recover()
    const { end, calls, events } = await bench.finish(asked)

    expect(end.outcome).toBe('completed')
    expect(calls).toMatchObject([{ outcome: 'unknown' }])
    expect(checkContract(events)).toEqual([])
  })

  it('tries no more often than maxAttempts, and says so [RUN-03]', async () => {
    const { store, later, asked } = await interrupted([quick])
    await using bench = createAgentBench({ store, clock: later, tools: [quick], limits: { maxAttempts: 1 } })

    await bench.supervisor.recover()
    const { end, events } = await bench.finish(asked)

    expect(end).toMatchObject({ outcome: 'failed', error: { code: 'RUN_INTERRUPTED' } })
    expect(checkContract(events)).toEqual([])
  })

  it('ends as stopped what was stopped before its node died [RUN-09]', async () => {
    const { store, later, asked } = await interrupted([hang])
    await store.runs.requestStop(ann, asked.runId)
    await using bench = createAgentBench({ store, clock: later, tools: [hang] })

    await bench.supervisor.recover()
    const { end, calls, events } = await bench.finish(asked)

    expect(end.outcome).toBe('stopped')
    expect(calls).toMatchObject([{ outcome: 'unknown' }])
    expect(checkContract(events)).toEqual([])
  })

  it('stops a run that was taken up while its stop was being written down, without waiting for a beat [RUN-09]', async () => {
    const { store, later, asked } = await interrupted([quick])
    const written = Promise.withResolvers<void>()
    const requestStop: Store['runs']['requestStop'] = async (...run) => {
      await written.promise
      return store.runs.requestStop(...run)
    }
    const slow = { ...store, runs: { ...store.runs, requestStop } }
    await using bench = createAgentBench({ store: slow, clock: later, tools: [quick], script: [{ gate: never }] })

    const stopping = bench.supervisor.stop(ann, asked.runId)
    await bench.supervisor.recover()
    await bench.until('agent_rewound')
    written.resolve()
    const acknowledged = await stopping
    const { end } = await bench.finish(asked)

    expect(acknowledged).toEqual({ stopping: true })
    expect(end.outcome).toBe('stopped')
  })

  it('silences the node that had held the run: it stops at once and writes nothing more', async () => {
    const store = createMemoryStore()
    const clock = createManualClock()
    const first = createAgentBench({
      store,
      clock,
      tools: [hang],
      script: [{ calls: [{ tool: 'hang' }] }],
      limits: { stopGraceMs: 50 },
    })
    const asked = await first.ask()
    await first.until('tool_executing')
    const later = createManualClock(clock.now() + 10_000)
    const second = createAgentBench({ store, clock: later })
    await second.supervisor.recover()
    const { events: ended } = await second.finish(asked)

    await first.clock.advance(1_000)

    expect(first.supervisor.active()).toEqual([])
    expect(await second.events(asked.threadId)).toEqual(ended)
    expect(ended.filter(({ event }) => event.type === 'agent_completed')).toHaveLength(1)
    await first.supervisor[Symbol.asyncDispose]()
    await second[Symbol.asyncDispose]()
  })

  it('leaves alone the runs whose node prolongs its lease', async () => {
    await using bench = createAgentBench({ script: [{ gate: never }] })
    await bench.ask()
    await bench.clock.advance(10_000)

    expect(await bench.supervisor.recover()).toBe(0)
    expect(bench.supervisor.active()).toHaveLength(1)
  })
})

describe('the options of a supervisor', () => {
  it('are checked, and a wrong one is named', () => {
    const wrong = (supervisor: object, limits = {}) => {
      try {
        createAgentBench({ supervisor, limits })
      } catch (error) {
        return (error as Error).message
      }
    }

    expect([
      wrong({ agents: [] }),
      wrong({ defaultAgent: 'nobody' }),
      wrong({ maxRunsPerUser: 0 }),
      wrong({ maxOpenRunsPerUser: 0.5 }),
      wrong({}, { maxSteps: 0 }),
      wrong({}, { maxStep: 4 }),
    ]).toEqual([
      'Expected `agents` to be at least one agent, got none',
      'Expected `defaultAgent` to be one of assistant, got "nobody"',
      'Expected `maxRunsPerUser` to be a whole number, at least 1, got 0',
      'Expected `maxOpenRunsPerUser` to be a whole number, at least 1, got 0.5',
      'Expected `limits.maxSteps` to be a whole number, at least 1, or Infinity, got 0',
      expect.stringContaining('Expected `limits.maxStep` to be absent; the limits are maxSteps, '),
    ])
  })
})

const bare = { description: 'For a test', input: { type: 'object' } } as const

/** A run whose node died in its first call; `later` is past its lease. */
async function interrupted(tools: readonly Tool[], isCalled = tools[0] === hang) {
  const store = createMemoryStore()
  const clock = createManualClock()
  const script = [{ calls: tools.map(({ name }) => ({ tool: name })), gate: isCalled ? Promise.resolve() : never }]
  const dead = createAgentBench({ store, clock, tools, script, supervisor: { node: 'dead' } })
  const asked = await dead.ask()
  if (isCalled) await dead.until('tool_executing')
  else await dead.until('agent_thinking')
  return { store, later: createManualClock(clock.now() + 10_000), asked }
}

/** A store whose append of that number commits and fails all the same. */
function failingAfterwards(store: Store, at: number): Store {
  let appends = 0
  const append: Store['events']['append'] = async (owner, threadId, entry) => {
    const logged = await store.events.append(owner, threadId, entry)
    appends++
    if (appends === at) throw new StoreError('STORE_UNAVAILABLE', { detail: 'the answer was lost' })
    return logged
  }
  return { ...store, events: { ...store.events, append } }
}

/** A store whose appends of these numbers, counted from 1, fail until it is healed. */
function failing(store: Store, numbers: readonly number[]): Store & { heal(): void } {
  let count = 0
  let healed = false
  return {
    ...store,
    heal() {
      healed = true
    },
    events: {
      ...store.events,
      append: (owner, threadId, entry) =>
        !healed && numbers.includes(++count) ? Promise.reject(full()) : store.events.append(owner, threadId, entry),
    },
  }
}
