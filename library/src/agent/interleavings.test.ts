import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../adapters/store/memory.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { checkContract } from '../protocol/contract.ts'
import type { CallOutcome } from '../protocol/vocabulary.ts'
import { type AgentBench, ann, createAgentBench } from '../testing/agent-bench.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { defineTool } from '../tool/define-tool.ts'
import type { Call, Tool } from '../tool/tool.ts'
import { defineAgent } from './agent.ts'
import { agentTool } from './agent-tool.ts'
import type { Clock, Store } from './ports.ts'
import { createTranscript } from './transcript.ts'

const canary = 'the-canary-of-an-abandoned-call'

/** What each kind of call may end as, whatever happens around it. */
const mayEndAs: Readonly<Record<string, readonly CallOutcome[]>> = {
  quick: ['ok', 'cancelled'],
  broken: ['failed', 'cancelled'],
  slow: ['ok', 'cancelled', 'timed_out'],
  deaf: ['abandoned', 'cancelled'],
  edge: ['ok', 'timed_out', 'cancelled', 'abandoned'],
  late: ['abandoned', 'cancelled'],
  obedient: ['timed_out', 'cancelled'],
  counting: ['ok', 'timed_out', 'cancelled'],
  destructive: ['ok', 'refused', 'cancelled'],
  helper: ['ok', 'failed', 'cancelled'],
  missing: ['refused'],
}
const kinds = Object.keys(mayEndAs)

type Action =
  | { readonly type: 'advance'; readonly ms: number }
  | { readonly type: 'stop' }
  | { readonly type: 'answer'; readonly decision: 'approved' | 'denied'; readonly index: number }
  | { readonly type: 'settle'; readonly count: number }

const actions: fc.Arbitrary<readonly Action[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ type: fc.constant('settle' as const), count: fc.integer({ min: 0, max: 12 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('advance' as const),
        ms: fc.constantFrom(0, 1, 50, 100, 199, 200, 300),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('answer' as const),
        decision: fc.constantFrom('approved' as const, 'denied' as const),
        index: fc.nat(3),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ type: 'stop' as const }) },
  ),
  { maxLength: 14 },
)
const steps = fc.array(fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 4 }), { maxLength: 2 })

describe('a run, whatever comes in between', () => {
  it('keeps the contract, ends once, and ends each call once with an outcome that is true [RUN-02] [RUN-03] [CALL-05]', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), steps, actions, async (scheduler, plan, script) => {
        const bench = createBench(scheduler, plan)
        const pump = createPump(scheduler, bench)
        const told: number[] = []
        bench.supervisor.subscribe((notice) => {
          if (notice.type === 'events') told.push(...notice.events.map(({ seq }) => seq))
        })
        const asked = await pump.until(bench.ask())
        const answers: Promise<unknown>[] = []

        for (const action of script) await act(action)
        const { events } = await pump.toTheEnd(bench.finish(asked))
        await pump.until(Promise.all(answers))
        // The tools have timers of their own, which outlive a stop.
        await pump.until(bench.clock.advance(1_000))
        await pump.until(bench[Symbol.asyncDispose]())

        expect(checkContract(events)).toEqual([])
        const untrue = events.flatMap(({ event }) =>
          event.type === 'tool_completed' && mayEndAs[event.tool]?.includes(event.outcome) !== true ? [event] : [],
        )
        expect(untrue).toEqual([])
        expect(JSON.stringify([events, bench.model.requests])).not.toContain(canary)
        expect(told).toEqual(told.map((_, index) => index + 1))
        expect(told.length).toBeGreaterThanOrEqual(events.length)
        const rebuilt = createTranscript()
        for (const { event } of events) rebuilt.apply(event)
        const lastSeen = bench.model.requests.at(-1)?.messages ?? []
        expect(rebuilt.messages.slice(0, lastSeen.length)).toEqual(lastSeen)

        async function act(action: Action): Promise<void> {
          switch (action.type) {
            case 'advance':
              await bench.clock.advance(action.ms)
              return
            case 'stop':
              answers.push(bench.supervisor.stop(ann, asked.runId))
              return
            case 'settle':
              return pump.some(action.count)
            case 'answer': {
              const { approvals } = await pump.until(bench.supervisor.openThread(ann, asked.threadId))
              const { approvalId } = approvals[action.index % Math.max(1, approvals.length)] ?? {}
              if (approvalId === undefined) return
              answers.push(bench.supervisor.answer(ann, approvalId, { decision: action.decision }).catch(() => {}))
              return
            }
            default:
              return action satisfies never
          }
        }
      }),
      { numRuns: 100 },
    )
  })
})

function createBench(scheduler: fc.Scheduler, plan: readonly (readonly string[])[]): AgentBench {
  const clock = createManualClock()
  return createAgentBench({
    store: delayed(createMemoryStore(), scheduler),
    clock,
    tools: createTools(clock),
    policy: definePolicy({ allow: [{ tools: ['*'] }], approvalTimeoutMs: 400 }),
    script: (_, step) => {
      const calls = plan[step - 1]
      return calls === undefined ? { text: ['All ', 'done'] } : { text: 'Now', calls: calls.map(callOf) }
    },
    limits: { maxRunMs: 1_500, stopGraceMs: 100, maxConcurrentCalls: 3 },
  })
}

function callOf(tool: string): { readonly tool: string; readonly input: { readonly message: string } } {
  return { tool, input: { message: 'go' } }
}

function createTools(clock: Clock): readonly Tool[] {
  const make = (name: string, execute: (input: unknown, call: Call<undefined>) => unknown, effect = 'read'): Tool =>
    defineTool({ name, description: 'For a test', input: { type: 'object' }, effect, timeoutMs: 200, execute } as never)
  const after = <T>(ms: number, value: T): Promise<T> =>
    new Promise((resolve) => void clock.setTimeout(() => resolve(value), ms))
  const aborted = (signal: AbortSignal): Promise<string> =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(canary)))
  const inner = createScriptedModel(
    (request) =>
      request.messages.length > 1 ? { text: 'inner' } : { calls: [{ tool: 'destructive' }, { tool: 'quick' }] },
    { record: false },
  )
  const helper = defineAgent({ name: 'helper', description: 'Helps', model: inner, tools: ['destructive', 'quick'] })
  async function* count(_: unknown, { signal }: Call<undefined>): AsyncGenerator<object, string> {
    for (let n = 0; n < 3; n++) yield { n }
    await Promise.race([aborted(signal), after(100, null)])
    return 'counted'
  }
  return [
    make('quick', () => 'quick'),
    make('broken', () => Promise.reject(new Error('broken'))),
    make('slow', (_, { signal }) => Promise.race([after(150, 'slow'), aborted(signal)])),
    make('edge', () => after(200, 'edge')),
    make('late', async (_, { signal }) => after(await aborted(signal).then(() => 150), canary)),
    make('deaf', () => new Promise(() => {})),
    make('obedient', (_, { signal }) => aborted(signal)),
    make('counting', count),
    make('destructive', () => 'wiped', 'destructive'),
    agentTool(helper),
  ]
}

/** A store whose answers come when the scheduler says so, in any order; what it does it does at once. */
function delayed(store: Store, scheduler: fc.Scheduler): Store {
  const delay = <T extends object>(part: T): T =>
    Object.fromEntries(
      Object.entries(part).map(([name, method]) => [
        name,
        (...args: unknown[]) => scheduler.schedule((method as (...given: unknown[]) => Promise<unknown>)(...args)),
      ]),
    ) as T
  const { threads, events, runs, leases, approvals, records } = store
  return {
    ...store,
    threads: delay(threads),
    events: delay(events),
    runs: delay(runs),
    leases: delay(leases),
    approvals: delay(approvals),
    records: delay(records),
  }
}

function createPump(scheduler: fc.Scheduler, bench: AgentBench) {
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
  const one = async (): Promise<void> => {
    if (scheduler.count() > 0) await scheduler.waitOne()
    else await turn()
  }
  async function drive<T>(promise: Promise<T>, idleMs: number): Promise<T> {
    let settled = false
    const watch = promise.finally(() => {
      settled = true
    })
    watch.catch(() => {})
    while (!settled) {
      await one()
      if (idleMs === 0 || scheduler.count() > 0) continue
      await bench.clock.advance(idleMs)
      // As a server does it, at every beat.
      if (!settled) void bench.supervisor.recover()
    }
    return watch
  }
  return {
    async some(count: number): Promise<void> {
      for (let n = 0; n < count; n++) await one()
    },
    until: <T>(promise: Promise<T>): Promise<T> => drive(promise, 0),
    toTheEnd: <T>(promise: Promise<T>): Promise<T> => drive(promise, 50),
  }
}
