import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../adapters/store/memory.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { checkContract } from '../protocol/contract.ts'
import type { LoggedEvent } from '../protocol/events.ts'
import { type AgentBench, ann, createAgentBench, innerCalls } from '../testing/agent-bench.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { defineTool } from '../tool/define-tool.ts'
import type { Tool } from '../tool/tool.ts'
import { type Agent, defineAgent } from './agent.ts'
import { agentTool } from './agent-tool.ts'
import { StoreError } from './errors.ts'
import type { Store } from './ports.ts'
import { innermost } from './thread-events.ts'

const kinds = ['look', 'write', 'wipe', 'slow', 'helper'] as const
type Kind = (typeof kinds)[number]

/** `lost`: it was done, and its answer did not come. */
type Fault = 'refused' | 'lost'

type Action =
  | { readonly type: 'settle'; readonly turns: number }
  | { readonly type: 'advance'; readonly ms: number }
  | { readonly type: 'jump'; readonly ms: number }
  | { readonly type: 'recover' | 'stop' | 'drain' | 'kill'; readonly node: number }
  | { readonly type: 'answer'; readonly node: number; readonly decision: 'approved' | 'denied' }
  | { readonly type: 'fault'; readonly node: number; readonly calls: readonly (Fault | 'none')[] }

const node = fc.nat(1)
const act = <T extends string>(...types: readonly T[]) => fc.constantFrom(...types)
const faults = fc.array(fc.constantFrom<Fault | 'none'>('refused', 'lost', 'none'), { minLength: 1, maxLength: 4 })
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: act('settle'), turns: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 4, arbitrary: fc.record({ type: act('advance'), ms: fc.constantFrom(50, 400, 500, 2_000, 2_500) }) },
  { weight: 1, arbitrary: fc.record({ type: act('jump'), ms: fc.constantFrom(-60_000, 5_000, 60_000) }) },
  { weight: 4, arbitrary: fc.record({ type: act('recover'), node }) },
  { weight: 3, arbitrary: fc.record({ type: act('answer'), node, decision: act('approved', 'denied') }) },
  { weight: 2, arbitrary: fc.record({ type: act('fault'), node, calls: faults }) },
  { weight: 1, arbitrary: fc.record({ type: act('stop', 'drain', 'kill'), node }) },
)
const plans = fc.array(fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 3 }), { maxLength: 2 })

describe('a run on two nodes that are stopped, killed, drained, refused and not answered', () => {
  it('keeps the contract, ends once, does nothing twice that must not be, and obeys who decides [RUN-03] [RUN-08] [RUN-14]', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), plans, fc.array(action, { maxLength: 24 }), async (scheduler, plan, script) => {
        const { events, world, open } = await liveThrough({ scheduler, plan, script })

        expect(checkContract(events)).toEqual([])
        expect(events.filter(({ event }) => event.type === 'agent_completed')).toHaveLength(1)
        expect(open).toEqual([])
        const ends = innerCalls(events)
        for (const { callId, tool, outcome } of ends) {
          const times = world.done.filter((key) => key.endsWith(callId)).length
          if (tool === 'write' || tool === 'wipe') expect(times).toBeLessThanOrEqual(1)
          if (outcome === 'ok' && tool !== 'helper' && tool !== 'inner') expect(times).toBeGreaterThanOrEqual(1)
          if (outcome === 'refused') expect(times).toBe(0)
        }
        const answers = events
          .map(({ event }) => innermost(event))
          .filter((event) => event.type === 'approval_resolved')
        for (const { callId, decision } of answers) {
          if (decision !== 'approved') expect(world.done.filter((key) => key.endsWith(callId))).toEqual([])
        }
        const asked = events.map(({ event }) => innermost(event)).filter((event) => event.type === 'approval_requested')
        expect(new Set(asked.map(({ callId }) => callId)).size).toBe(asked.length)
        const end = events.findLast(({ event }) => event.type === 'agent_completed')?.event
        expect(end?.type === 'agent_completed' ? end.outcome : '').toMatch(
          world.stopped ? /^(stopped|completed)$/ : /^(completed)$/,
        )
        expect(world.leaks).toEqual([])
      }),
      { numRuns: 150, endOnFailure: false },
    )
  })
})

interface Story {
  readonly scheduler: fc.Scheduler
  readonly plan: readonly (readonly Kind[])[]
  readonly script: readonly Action[]
}

interface World {
  readonly store: Store
  readonly clock: ManualClock
  readonly plan: Story['plan']
  /** Idempotency keys of what was executed. */
  readonly done: string[]
  readonly leaks: unknown[]
  stopped: boolean
}

interface Node {
  readonly bench: AgentBench
  readonly faults: (Fault | 'none')[]
  /** Resolves when it is killed. */
  readonly gone: Promise<void>
  kill(): void
}

async function liveThrough({ scheduler, plan, script }: Story) {
  const world: World = {
    store: createMemoryStore(),
    clock: createManualClock(),
    plan,
    done: [],
    leaks: [],
    stopped: false,
  }
  const { store, clock } = world
  const nodes = [createNode(world, scheduler), createNode(world, scheduler)] as const
  const living = [...nodes]
  const at = (index: number): Node => living[index] as Node
  const doing: Promise<unknown>[] = []
  const left: AgentBench[] = []
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
  const settle = async (turns: number): Promise<void> => {
    for (let n = 0; n < turns; n++) await (scheduler.count() > 0 ? scheduler.waitOne() : turn())
  }
  const during = async <T>(promise: Promise<T>): Promise<T> => {
    let settled = false
    const watch = promise.finally(() => {
      settled = true
    })
    watch.catch(() => {})
    for (let n = 0; !settled; n++) {
      if (n > 2_000) throw new Error('it never ends')
      await settle(1)
      if (n % 10 === 9) await clock.advance(100)
    }
    return watch
  }

  function ask(index: number, what: (supervisor: AgentBench['supervisor']) => Promise<unknown>): void {
    const { bench, gone } = at(index)
    doing.push(Promise.race([gone, what(bench.supervisor).catch(() => {})]))
  }

  function leave(index: number): void {
    left.push(at(index).bench)
    ask(index, (supervisor) => supervisor.drain(0))
    living[index] = createNode(world, scheduler)
  }

  async function perform(action: Action): Promise<void> {
    switch (action.type) {
      case 'settle':
        return settle(action.turns)
      case 'advance':
        return clock.advance(action.ms)
      case 'jump':
        return clock.jump(action.ms)
      case 'recover':
        return ask(action.node, (supervisor) => supervisor.recover())
      case 'stop':
        world.stopped = true
        return ask(action.node, (supervisor) => supervisor.stop(ann, runId))
      case 'drain':
        return leave(action.node)
      case 'kill':
        at(action.node).kill()
        living[action.node] = createNode(world, scheduler)
        return
      case 'fault':
        at(action.node).faults.push(...action.calls)
        return
      case 'answer': {
        const [open] = await store.approvals.listOpen(ann, threadId)
        if (open === undefined) return
        return ask(action.node, (supervisor) => supervisor.answer(ann, open.approvalId, { decision: action.decision }))
      }
      default:
        return action satisfies never
    }
  }

  const { threadId, runId } = await during(at(0).bench.ask())
  for (const action of script) await perform(action)
  for (const { faults } of living) faults.length = 0
  for (let beat = 0; (await store.runs.get(ann, runId))?.outcome === null; beat++) {
    if (beat > 1_000)
      throw new Error(`it never ends: ${JSON.stringify(await store.events.read(ann, threadId, { after: 0 }))}`)
    for (const { bench } of living) void bench.supervisor.recover().catch(() => {})
    // A clock that was set back makes an approval expire that much later.
    if (beat > 300) await perform({ type: 'answer', node: 0, decision: 'denied' })
    await settle(10)
    await clock.advance(100)
  }
  leave(0)
  leave(1)
  await during(Promise.all(doing))
  await settle(100)
  for (const { supervisor, registry } of left) {
    const found = { open: registry.metrics().scopes.open, active: supervisor.active().length }
    if (found.open !== 1 || found.active > 0) world.leaks.push(found)
  }
  const events: readonly LoggedEvent[] = (await store.events.read(ann, threadId, { after: 0, limit: 100_000 })) ?? []
  return { events, world, open: await store.approvals.listOpen(ann, threadId) }
}

function createNode(world: World, scheduler: fc.Scheduler): Node {
  const { store, clock, plan, done } = world
  const faults: Node['faults'] = []
  const never = new Promise<never>(() => {})
  const gone = Promise.withResolvers<void>()
  let isDead = false
  const fragile = <T extends object>(part: T): T =>
    Object.fromEntries(
      Object.entries(part).map(([name, method]) => [
        name,
        async (...args: unknown[]) => {
          if (isDead) return never
          const fault = faults.shift() ?? 'none'
          const ask = method as (...given: unknown[]) => Promise<unknown>
          const answer = fault === 'refused' ? undefined : await ask(...args).then(kept, thrown)
          await scheduler.schedule(Promise.resolve())
          if (isDead) return never
          if (fault !== 'none') throw new StoreError('STORE_UNAVAILABLE', { detail: 'for a test' })
          return answer?.()
        },
      ]),
    ) as T
  const { events, runs, leases, approvals } = store
  const bench = createAgentBench({
    store: {
      ...store,
      events: fragile(events),
      runs: fragile(runs),
      leases: fragile(leases),
      approvals: fragile(approvals),
    },
    clock,
    tools: createTools(done, clock, () => isDead),
    model: createScriptedModel(({ messages }) => {
      const calls = plan[messages.filter(({ role }) => role === 'tool').length]
      return calls === undefined
        ? { text: ['All ', 'done'] }
        : { text: ['Now ', 'this'], calls: calls.map((tool) => ({ tool, input: { message: 'go' } })) }
    }),
    policy: definePolicy({ allow: [{ tools: ['*'] }], approvalTimeoutMs: 3_000 }),
    limits: { stopGraceMs: 100, maxAttempts: 1_000 },
  })
  return {
    bench,
    faults,
    gone: gone.promise,
    kill() {
      isDead = true
      gone.resolve()
    },
  }
}

function kept<T>(value: T): () => T {
  return () => value
}

function thrown(error: unknown): () => never {
  return () => {
    throw error
  }
}

function createTools(done: string[], clock: ManualClock, isDead: () => boolean): readonly Tool[] {
  const make = (name: string, effect: 'read' | 'write' | 'destructive', ms: number): Tool =>
    defineTool({
      name,
      description: 'For a test',
      input: { type: 'object' },
      effect,
      async execute(_: unknown, call) {
        if (isDead()) return new Promise<never>(() => {})
        done.push(call.idempotencyKey)
        if (ms > 0) await new Promise<void>((resolve) => void clock.setTimeout(resolve, ms))
        return name
      },
    })
  const agent = (name: string, tools: readonly string[]): Agent =>
    defineAgent({
      name,
      description: 'Helps',
      model: createScriptedModel(
        ({ messages }) =>
          messages.some(({ role }) => role === 'tool')
            ? { text: name }
            : { calls: tools.map((tool) => ({ tool, input: { message: 'go' } })) },
        { record: false },
      ),
      tools,
    })
  return [
    make('look', 'read', 0),
    make('write', 'write', 0),
    make('wipe', 'destructive', 0),
    make('slow', 'read', 700),
    agentTool(agent('inner', ['wipe', 'look'])),
    agentTool(agent('helper', ['inner', 'wipe', 'slow'])),
  ]
}
