import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../adapters/store/memory.ts'
import type { BudgetOptions } from '../policy/budgets.ts'
import { checkContract } from '../protocol/contract.ts'
import type { LoggedEvent } from '../protocol/events.ts'
import { type AgentBench, type Asked, ann, createAgentBench } from '../testing/agent-bench.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import { cutOff, type MortalStore } from '../testing/mortal-store.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { defineTool } from '../tool/define-tool.ts'
import type { RunLimits } from './agent.ts'
import type { Store } from './ports.ts'

const price = { inputPerMillionTokens: 2, outputPerMillionTokens: 10 }
const usage = { inputTokens: 300, outputTokens: 100 }
const perUser = (resource: BudgetOptions['resource'], max: number): BudgetOptions => ({
  per: 'user',
  window: 'day',
  resource,
  max,
})
const wipe = toolNamed('wipe', { effect: 'destructive' })
const again = toolNamed('again', { effect: 'write', idempotent: true })

describe('a call that waits for a person', () => {
  it('holds nothing while its run is parked, and starts only if there is still room [CALL-07] [RUN-08]', async () => {
    await using bench = benchOf({
      store: createMemoryStore(),
      clock: createManualClock(),
      budgets: [{ ...perUser('calls', 1), tool: 'wipe' }],
      plan: [['wipe']],
    })
    const first = await parked(bench)
    const reserved = (await bench.supervisor.usage(ann)).budgets[0]?.reserved
    const second = await parked(bench)

    await bench.supervisor.answer(ann, second.approvalId, { decision: 'approved' })
    const carriedOut = await bench.finish(second)
    await bench.supervisor.answer(ann, first.approvalId, { decision: 'approved' })
    const refused = await bench.finish(first)

    expect(reserved).toBe(0)
    expect(carriedOut.calls).toMatchObject([{ tool: 'wipe', outcome: 'ok' }])
    expect(refused.calls).toMatchObject([{ tool: 'wipe', outcome: 'refused', error: { code: 'BUDGET_REACHED' } }])
    expect([carriedOut.end.outcome, refused.end.outcome]).toEqual(['completed', 'completed'])
    expect((await bench.supervisor.usage(ann)).budgets).toMatchObject([{ used: 1, reserved: 0 }])
  })
})

describe('a run whose nodes die', () => {
  const steps = fc.array(fc.constantFrom('wipe', 'again', 'nothing'), { minLength: 1, maxLength: 3 })
  const plans = fc.array(steps, { maxLength: 3 })
  const deaths = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 3 })

  it('has used what its log says, once, holds nothing, and was warned of each limit once [CALL-07] [RUN-07]', async () => {
    await fc.assert(
      fc.asyncProperty(plans, deaths, async (plan, appends) => {
        const budgets = [
          perUser('steps', 5),
          perUser('calls', 4),
          perUser('tokens', 20_000),
          perUser('money', 0.5),
          perUser('runMs', 60_000),
        ]
        const store = createMemoryStore()
        const clock = createManualClock()
        const parts = { clock, plan, budgets, limits: { maxSteps: 5, maxCalls: 5, maxTokens: 1_300, maxAttempts: 20 } }
        let threadId = ''
        for (const mortal of appends.map((count) => cutOff(store, count))) {
          const node = benchOf({ ...parts, store: mortal })
          if (threadId === '') ({ threadId } = await node.ask())
          else await node.supervisor.recover()
          await work({ node, store, threadId, mortal })
          await clock.advance(3_000)
        }
        const last = benchOf({ ...parts, store })
        await last.supervisor.recover()
        await work({ node: last, store, threadId })

        const events = await last.events(threadId)
        const report = await last.supervisor.usage(ann)

        expect(checkContract(events)).toEqual([])
        const { window: _, startsAt: _startsAt, endsAt: _endsAt, ...day } = report.used[1] ?? {}
        expect(day).toEqual({ ...usedIn(events), runMs: 0 })
        expect(report.budgets.map(({ reserved }) => reserved)).toEqual([0, 0, 0, 0, 0])
        for (const { used, max } of report.budgets) expect(used).toBeLessThanOrEqual(max)
      }),
      { numRuns: 100 },
    )
  })
})

interface BenchParts {
  readonly store: Store
  readonly clock: ManualClock
  readonly budgets: readonly BudgetOptions[]
  /** The calls of each step; after the last one, it answers. */
  readonly plan: readonly (readonly string[])[]
  readonly limits?: Partial<RunLimits>
}

function benchOf({ store, clock, budgets, plan, limits = {} }: BenchParts): AgentBench {
  const model = createScriptedModel(
    ({ messages }) => {
      const calls = plan[messages.filter(({ role }) => role === 'tool').length]
      return calls === undefined
        ? { text: 'Done.', usage }
        : { text: 'So.', calls: calls.map((tool) => ({ tool })), usage }
    },
    { price },
  )
  return createAgentBench({ store, clock, model, limits, tools: [wipe, again], supervisor: { budgets } })
}

/** Asks, and waits until the run waits for an answer and no node holds it. */
async function parked(bench: AgentBench): Promise<Asked & { readonly approvalId: string }> {
  const asked = await bench.ask()
  const { approvalId } = await bench.until('approval_requested', ({ runId }) => runId === asked.runId)
  while (!(await bench.store.runs.get(ann, asked.runId))?.parked) await turn()
  return { ...asked, approvalId }
}

/** Until the node is dead or the run has ended; every question is answered. */
async function work({
  node,
  store,
  threadId,
  mortal,
}: {
  readonly node: AgentBench
  readonly store: Store
  readonly threadId: string
  readonly mortal?: MortalStore
}): Promise<void> {
  for (let turns = 0; turns < 400; turns++) {
    await turn()
    if (mortal?.isDead === true) return
    if ((await store.threads.get(ann, threadId))?.activeRunId === null) return
    const [open] = await store.approvals.listOpen(ann, threadId)
    if (open === undefined || turns % 5 !== 0) continue
    void node.supervisor.answer(ann, open.approvalId, { decision: 'approved' }).catch(() => {})
  }
  throw new Error(`the run neither ended nor died: ${JSON.stringify(await node.events(threadId))}`)
}

function usedIn(logged: readonly LoggedEvent[]): object {
  const events = logged.map(({ event }) => event)
  const made = events.flatMap((event) => {
    if (event.type === 'step_completed') return [event.usage]
    return 'spent' in event && event.spent !== undefined ? [event.spent] : []
  })
  const started = events.flatMap((event) => (event.type === 'tool_executing' ? [event.callId] : []))
  return {
    steps: made.length,
    calls: new Set(started).size,
    tokens: made.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0),
    costMicros: made.reduce((sum, { costMicros = 0 }) => sum + costMicros, 0),
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}

function toolNamed(name: string, rest: { readonly effect: 'write' | 'destructive'; readonly idempotent?: boolean }) {
  return defineTool({ name, description: 'For a test', input: { type: 'object' }, ...rest, execute: () => name })
}
