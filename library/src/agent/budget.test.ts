import { describe, expect, it } from 'vitest'
import { checkContract } from '../protocol/contract.ts'
import type { LimitFacts } from '../protocol/vocabulary.ts'
import { createAgentBench, innerCalls } from '../testing/agent-bench.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { defineAgent, type RunLimits } from './agent.ts'
import { agentTool } from './agent-tool.ts'
import { type Budget, createBudget, type PlannedStep } from './budget.ts'
import { defaultRunLimits } from './limits.ts'

const price = { inputPerMillionTokens: 1, outputPerMillionTokens: 1 }
const model = createScriptedModel([], { price })
const free = createScriptedModel([])
/** Of some 100 tokens, by the estimate. */
const asking: PlannedStep = { model, instructions: 'x'.repeat(168), messages: [], tools: [] }

const budgetOf = (limits: Partial<RunLimits>, caller?: Budget): Budget =>
  createBudget({
    runId: 'run_1',
    limits: { ...defaultRunLimits, ...limits },
    ...(caller && { caller }),
    warn: () => {},
  })

describe('a limit of tokens or money', () => {
  it('leaves to say what the request leaves, and nothing once that is all [CALL-07]', async () => {
    const roomy = await budgetOf({ maxTokens: 1_100 }).reserveStep(asking)
    const paid = await budgetOf({ maxCostMicros: 1_100 }).reserveStep(asking)
    const full = await budgetOf({ maxTokens: 100 }).reserveStep(asking)

    const limit = (name: string, value: number): LimitFacts => ({ name, value })
    expect(roomy).toEqual({ status: 'reserved', maxOutputTokens: 1_000, cappedBy: limit('maxTokens', 1_100) })
    expect(paid).toEqual({ status: 'reserved', maxOutputTokens: 1_000, cappedBy: limit('maxCostMicros', 1_100) })
    expect(full).toEqual({ status: 'reached', limit: limit('maxTokens', 100) })
  })

  it('asks no model for more than any is known to say [CALL-07]', async () => {
    const far = await budgetOf({ maxTokens: 1_000_000 }).reserveStep(asking)
    const none = await budgetOf({}).reserveStep(asking)

    expect(far).toEqual({ status: 'reserved', maxOutputTokens: 8_192 })
    expect(none).toEqual({ status: 'reserved', maxOutputTokens: Number.POSITIVE_INFINITY })
  })

  it('of a caller is shared by the agents that it calls at the same time, and given back by each [CALL-07]', async () => {
    const caller = budgetOf({ maxTokens: 10_000 })
    const [one, two, three] = [budgetOf({}, caller), budgetOf({}, caller), budgetOf({}, caller)]

    const first = await one.reserveStep(asking)
    const second = await two.reserveStep(asking)
    const third = await three.reserveStep(asking)
    one.settleStep(model, { inputTokens: 100, outputTokens: 10 })
    two.release()
    const again = await three.reserveStep(asking)

    const held: LimitFacts = { name: 'maxTokens', value: 10_000, held: true }
    expect(first).toEqual({ status: 'reserved', maxOutputTokens: 8_192 })
    expect(second).toEqual({ status: 'reserved', maxOutputTokens: 10_000 - 8_292 - 100, cappedBy: held })
    expect(third).toEqual({ status: 'reached', limit: held })
    expect(again).toEqual({ status: 'reserved', maxOutputTokens: 8_192 })
  })

  it('of money binds the agents that are called as well, whatever their own limits [CALL-07]', async () => {
    const caller = budgetOf({ maxCostMicros: 1_000 })

    const inner = await budgetOf({ maxCostMicros: Number.POSITIVE_INFINITY }, caller).reserveStep({
      ...asking,
      model: free,
    })

    expect(inner).toMatchObject({ status: 'refused', error: { code: 'MODEL_UNPRICED' } })
  })
})

describe('a run that calls several agents at once', () => {
  it('never uses more than its own limit of tokens, and tells who was refused only for the others [CALL-07]', async () => {
    const greedy = createScriptedModel(({ maxOutputTokens = 0 }) => ({
      text: 'So much to say.',
      usage: { inputTokens: 10, outputTokens: maxOutputTokens },
    }))
    const helper = defineAgent({ name: 'helper', description: 'Helps', model: greedy })
    const calls = Array.from({ length: 6 }, () => ({ tool: 'helper', input: { message: 'Say all you know' } }))
    await using bench = createAgentBench({
      tools: [agentTool(helper)],
      script: [{ calls }, { text: 'Done.' }],
      limits: { maxTokens: 20_000 },
    })

    const { events, end } = await bench.run()

    expect(end.usage.inputTokens + end.usage.outputTokens).toBeLessThanOrEqual(20_000)
    const outcomes = innerCalls(events).map(({ outcome }) => outcome)
    expect([outcomes.includes('ok'), outcomes.includes('failed')]).toEqual([true, true])
    expect(JSON.stringify(events)).toContain('"held":true')
    expect(checkContract(events)).toEqual([])
  })
})

describe('a budget that others hold', () => {
  it('is no budget that is used up: who is refused is told so, and finds room when they have ended [CALL-07]', async () => {
    const gate = Promise.withResolvers<void>()
    const hello = createScriptedModel((_, step) => ({ text: 'Hello.', ...(step === 1 && { gate: gate.promise }) }))
    const budgets = [{ per: 'user', window: 'day', resource: 'tokens', max: 8_400 }] as const
    await using bench = createAgentBench({ model: hello, supervisor: { budgets } })
    const asked = await bench.ask()
    await bench.until('agent_message')

    const refused = await bench.run()
    gate.resolve()
    await bench.finish(asked)
    const next = await bench.run()

    expect(refused.end).toMatchObject({ outcome: 'limit_reached', limit: { name: 'tokens', value: 8_400, held: true } })
    expect(next.end.outcome).toBe('completed')
  })
})
