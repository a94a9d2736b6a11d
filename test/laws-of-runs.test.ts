import fc from 'fast-check'
import { defineTool, type Tool } from 'toolcrib'
import type { Store } from 'toolcrib/agent'
import { type CallOutcome, checkContract, type RunOutcome, type ToolCompleted } from 'toolcrib/protocol'
import { createMemoryStore } from 'toolcrib/store/memory'
import { createManualClock, createScriptedModel, endToEnd, startTestServer } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { signIn, startFixture } from '../apps/server/src/server.fixture.ts'
import { ann, createAgentBench } from '../library/src/testing/agent-bench.ts'
import { cutOffAfter } from './laws/dying-store.ts'
import { bare, echo, never } from './laws/echo.ts'
import { nextEvent, openSocket } from './laws/listening.ts'
import { readPages, readStream, sitAtSocket } from './laws/seats.ts'
import { createSlowStore } from './laws/slow-store.ts'
import {
  createTroubledStore,
  ends,
  type Trouble,
  troubledScript,
  troubledTools,
  troubles,
} from './laws/troubled-runs.ts'
import { turns } from './limits/limited-server.ts'

describe('L5', () => {
  it('L5: One run, one end: whatever goes wrong, each run has exactly one agent_completed, its last, and true', async () => {
    const many = fc.uniqueArray(fc.constantFrom(...troubles), { minLength: 1, maxLength: troubles.length })
    await fc.assert(
      fc.asyncProperty(many, fc.integer({ min: 20, max: 200 }), async (chosen, beatMs) => {
        await using bench = createAgentBench({
          store: createTroubledStore(),
          script: troubledScript,
          tools: troubledTools,
          limits: { maxRunMs: 5_000, stopGraceMs: 100, maxSteps: 4, maxStepRetries: 1 },
        })
        const asked = await Promise.all(
          chosen.map((trouble) => bench.ask(trouble, { ...ann, user: trouble.replaceAll(' ', '-') })),
        )

        await bench.clock.advance(beatMs)
        for (const [index, { principal, runId }] of asked.entries()) {
          if (chosen[index]?.startsWith('a stop')) await bench.supervisor.stop(principal, runId)
        }
        for (let beat = 1; bench.supervisor.active().length > 0 && beat <= 500; beat++)
          await bench.clock.advance(beatMs)

        for (const [index, { threadId, principal }] of asked.entries()) {
          const events = await bench.events(threadId, principal)
          const completed = events.flatMap(({ event }) => (event.type === 'agent_completed' ? [event.outcome] : []))
          const trouble = chosen[index] as Trouble
          const end: RunOutcome = ends[trouble]
          expect({ trouble, completed, last: events.findLast(isOfRun)?.event.type }).toEqual({
            trouble,
            completed: [end],
            last: 'agent_completed',
          })
          expect(checkContract(events)).toEqual([])
        }
      }),
      { numRuns: 25 },
    )
  })

  it('L5: One run, one end: also when its node dies, at whatever point, and comes back from the dead', async () => {
    const deaths = [0, 1, 2, 3, 4, 5, 6].map(async (appends) => {
      const store = createMemoryStore()
      const script = [{ text: 'Now', calls: [{ tool: 'echo' }] }, { text: 'Done.' }]
      const dying = cutOffAfter(appends, store)
      const first = createAgentBench({ store: dying, tools: [echo], script, supervisor: { node: 'first' } })
      const asked = await first.ask()
      const over = first.until('agent_completed').then(() => 'ended by itself')
      const died = await Promise.race([over, dying.dead.then(() => 'died')])
      const fromTheDead: string[] = []
      const leases: Store['leases'] = {
        ...store.leases,
        async takeOver(node, options) {
          const taken = await store.leases.takeOver(node, options)
          // What the dead node had on its way comes now, before the run has its end.
          fromTheDead.push(...(await dying.release()))
          return taken
        },
      }
      const later = createManualClock(first.clock.now() + 10_000)
      await using second = createAgentBench({ store: { ...store, leases }, clock: later })

      const recovered = await second.supervisor.recover()
      while (second.supervisor.active().length > 0) await later.advance(0)
      const events = await second.events(asked.threadId)
      fromTheDead.push(...(await dying.release()))

      return {
        died,
        ends: events.filter(({ event }) => event.type === 'agent_completed').length,
        isWhole: checkContract(events).length === 0 && recovered === (died === 'died' ? 1 : 0),
        fromTheDead: fromTheDead.filter((word) => word !== 'FENCED'),
        isUnchanged: JSON.stringify(await second.events(asked.threadId)) === JSON.stringify(events),
      }
    })

    const outcomes = await Promise.all(deaths)

    // What a step asks for, what its call gave, and the end: each is committed by itself.
    expect(outcomes.filter(({ died }) => died === 'died').length).toBeGreaterThanOrEqual(3)
    expect(outcomes).toEqual(
      outcomes.map(({ died }) => ({ died, ends: 1, isWhole: true, fromTheDead: [], isUnchanged: true })),
    )
  })
})

describe('L6', () => {
  it(
    'L6: What is sent is what is logged: the same bytes in the same order from every seat, none before it is committed',
    endToEnd(async () => {
      const store = createSlowStore()
      const halfWay = Promise.withResolvers<void>()
      const model = createScriptedModel([
        { thinking: 'Hm', text: ['Let ', 'me ', 'see. ü🙂'], calls: [{ tool: 'echo', input: { said: 'it' } }] },
        { text: ['It ', 'is ', 'so.'], before: halfWay.promise },
      ])
      await using fixture = await startFixture({
        config: { starterTools: false, tools: [echo] },
        parts: { store, model },
      })
      const { url } = fixture
      const { token } = await signIn(url, 'Ann')
      await using tab = await openSocket(url, token)
      await using otherTab = await openSocket(url, token)
      const threadId = await tab.openNewThread()
      await otherTab.command({ type: 'thread.open', threadId, after: 0 })
      const address = { url, token, threadId }
      const seats = [tab, otherTab].map((socket) => sitAtSocket(socket, (id) => store.committed(id)))
      const streamed = readStream(address, 0)

      await tab.say(threadId, 'Is it so?')
      await nextEvent(tab, 'tool_completed')
      await using visitor = await openSocket(url, token)
      seats.push(sitAtSocket(visitor, (id) => store.committed(id)))
      await visitor.command({ type: 'thread.open', threadId, after: 0 })
      halfWay.resolve()
      await Promise.all([tab, otherTab, visitor].map((socket) => socket.completed()))
      await using late = await openSocket(url, token)
      seats.push(sitAtSocket(late, (id) => store.committed(id)))
      await late.command({ type: 'thread.open', threadId, after: 0 })
      const end = await late.completed()

      const frames = seats.map(({ texts }) => texts.filter((text) => JSON.parse(text).seq <= end.seq))
      const events = (frames[0] ?? []).map((text) => {
        const { seq, at, event } = JSON.parse(text) as { seq: number; at: number; event: object }
        return JSON.stringify({ seq, at, event })
      })
      expect(frames[0]?.length).toBeGreaterThan(8)
      expect(frames.slice(1)).toEqual([frames[0], frames[0], frames[0]])
      expect(seats.map(({ early }) => early)).toEqual([[], [], [], []])
      expect(events.map((text) => JSON.parse(text).seq)).toEqual(events.map((_, index) => index + 1))
      expect((await streamed).slice(0, events.length)).toEqual(events)
      expect((await readStream(address, 3)).slice(0, events.length - 3)).toEqual(events.slice(3))
      expect((await readPages(address)).slice(0, events.length)).toEqual(events)
      expect(checkContract(tab.events)).toEqual([])
    }),
  )
})

describe('L7', () => {
  it(
    'L7: Leaving is not stopping: the network is cut in the middle, and the run goes on to its answer',
    endToEnd(async () => {
      const gate = Promise.withResolvers<void>()
      const model = createScriptedModel([
        { text: 'Well', calls: [{ tool: 'slow' }] },
        { text: 'The answer.' },
        { text: 'Again.' },
      ])
      const slow = defineTool({ ...bare, name: 'slow', execute: () => gate.promise.then(() => 'slow') })
      await using server = await startTestServer({ tools: [slow], model })
      const first = await server.socket(server.issue('ann'))
      const threadId = await first.openNewThread()
      await first.say(threadId, 'A long question')
      await nextEvent(first, 'tool_executing')

      server.cut()
      await first.closed
      for (let turn = 1; server.gateway.connections().length > 0 && turn <= 20_000; turn++) await turns(1)
      const whileAway = [server.gateway.connections().length, server.supervisor.active().length]
      gate.resolve()
      await using second = await server.socket(server.issue('ann'))
      await second.command({ type: 'thread.open', threadId, after: 0 })
      const end = await second.completed()

      expect(whileAway).toEqual([0, 1])
      expect(end.event).toMatchObject({ outcome: 'completed', message: { parts: [{ text: 'The answer.' }] } })
      expect(second.events.map(({ event }) => event)).toContainEqual(
        expect.objectContaining({ type: 'tool_completed', outcome: 'ok', output: 'slow' }),
      )
      expect(await second.say(threadId, 'And now?')).toMatchObject({ type: 'ok' })
    }),
  )

  it('L7: Leaving is not stopping: to stop is a command, which is acknowledged, and frees the thread', async () => {
    const model = createScriptedModel([{ text: 'For ever', gate: never }, { text: 'Again.' }])
    await using server = await startTestServer({ model })
    await using socket = await server.socket(server.issue('ann'))
    const threadId = await socket.openNewThread()
    await socket.say(threadId, 'Go.')
    const { runId } = await nextEvent(socket, 'agent_message')

    const stopped = await socket.command({ type: 'run.stop', runId })
    const end = await socket.completed()
    const next = await socket.say(threadId, 'And now?')
    const tooLate = await socket.command({ type: 'run.stop', runId })

    expect(stopped).toMatchObject({ type: 'ok', stopping: true })
    expect(end.event).toMatchObject({ runId, outcome: 'stopped' })
    expect(next).toMatchObject({ type: 'ok', duplicate: false })
    expect(tooLate).toMatchObject({ type: 'ok', stopping: false })
  })
})

describe('L8', () => {
  it('L8: An outcome tells the truth: each of them comes once, and is what happened', async () => {
    const happened: string[] = []
    const make = (name: string, execute: (signal: AbortSignal) => unknown): Tool =>
      defineTool({
        ...bare,
        name,
        input: { type: 'object', properties: { count: { type: 'integer' } } },
        timeoutMs: 1_000,
        execute(_, { signal }) {
          happened.push(`${name} started`)
          return execute(signal)
        },
      })
    const aborted = (signal: AbortSignal): Promise<string> =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve('obeyed')))
    const tools = [
      make('ok', () => 'right'),
      make('failed', () => Promise.reject(new Error('It is broken'))),
      make('invalid', () => 'wrong'),
      make('timed_out', aborted),
      make('abandoned', () => never),
      make('cancelled', aborted),
    ]
    const store = createMemoryStore()
    const names = ['ok', 'failed', 'refused', 'timed_out', 'abandoned']
    await using bench = createAgentBench({
      store,
      tools,
      limits: { stopGraceMs: 100 },
      script: [
        { calls: [...names.map((tool) => ({ tool })), { tool: 'invalid', input: { count: 'many' } }] },
        { calls: [{ tool: 'cancelled' }] },
      ],
    })
    const asked = await bench.ask()

    await bench.until('tool_executing', ({ tool }) => tool === 'abandoned')
    await bench.clock.advance(1_100)
    await bench.until('tool_executing', ({ tool }) => tool === 'cancelled')
    await bench.supervisor.stop(ann, asked.runId)
    const { calls, end } = await bench.finish(asked)
    const told = bench.model.requests.at(-1)?.messages.at(-1)

    const outcomes = Object.fromEntries(calls.map(({ tool, outcome }) => [tool, outcome]))
    expect(outcomes).toEqual(Object.fromEntries(calls.map(({ tool }) => [tool, tool])))
    expect(calls).toHaveLength(7)
    expect(happened.toSorted()).toEqual([
      'abandoned started',
      'cancelled started',
      'failed started',
      'ok started',
      'timed_out started',
    ])
    expect(calls.filter(({ output }) => output !== undefined).map(({ tool }) => tool)).toEqual(['ok'])
    expect(calls.filter(({ error }) => error === undefined).map(({ tool }) => tool)).toEqual(['ok'])
    expect(end.outcome).toBe('stopped')
    expect(told).toMatchObject({
      role: 'tool',
      results: [...names, 'invalid'].map((tool) => ({ tool, outcome: tool })),
    })
  })

  it('L8: An outcome tells the truth: what was at work when its node died is unknown', async () => {
    const store = createMemoryStore()
    const hang = defineTool({ ...bare, name: 'hang', effect: 'write', execute: () => never })
    const dead = createAgentBench({ store, tools: [hang], script: [{ calls: [{ tool: 'hang' }] }] })
    const asked = await dead.ask()
    await dead.until('tool_executing')
    await using next = createAgentBench({ store, clock: createManualClock(dead.clock.now() + 10_000) })

    await next.supervisor.recover()
    const { calls } = await next.finish(asked)

    expect(calls).toMatchObject([{ tool: 'hang', outcome: 'unknown', error: { code: 'CALL_UNKNOWN' } }])
  })

  it('L8: An outcome tells the truth: a late result is recorded, and delivered to nobody', async () => {
    const gate = Promise.withResolvers<string>()
    const answering = Promise.withResolvers<void>()
    const late = defineTool({ ...bare, name: 'late', timeoutMs: 1_000, execute: () => gate.promise })
    await using bench = createAgentBench({
      tools: [late],
      limits: { stopGraceMs: 100 },
      script: [{ calls: [{ tool: 'late' }] }, { text: 'Well', gate: answering.promise }, { text: 'Hello.' }],
    })
    const asked = await bench.ask()
    await bench.until('tool_executing')
    await bench.clock.advance(1_100)
    await bench.until('agent_message')

    gate.resolve('THE LATE RESULT')
    await bench.until('tool_late')
    answering.resolve()
    const { calls, end, events } = await bench.finish(asked)
    const again = {
      threadId: asked.threadId,
      parts: [{ type: 'text', text: 'Go on.' }],
      idempotencyKey: 'again',
    } as const
    const { runId } = await bench.supervisor.send(ann, again)
    await bench.finish({ ...asked, runId })

    const outcomes: readonly CallOutcome[] = calls.map(({ outcome }: ToolCompleted) => outcome)
    expect([outcomes, end.outcome]).toEqual([['abandoned'], 'completed'])
    expect(bench.late).toMatchObject([{ tool: 'late', settled: 'resolved' }])
    expect(events.filter(({ event }) => event.type === 'tool_late')).toHaveLength(1)
    expect(bench.model.requests).toHaveLength(3)
    expect(JSON.stringify([await bench.events(asked.threadId), bench.model.requests])).not.toContain('THE LATE RESULT')
  })
})

function isOfRun({ event }: { readonly event: { readonly type: string } }): boolean {
  return event.type !== 'thread_renamed'
}
