import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSqliteStore } from '../adapters/store/sqlite.ts'
import type { BudgetOptions } from '../policy/budgets.ts'
import { checkContract } from '../protocol/contract.ts'
import type { LoggedEvent } from '../protocol/events.ts'
import type { BudgetLevel, TokenUsage } from '../protocol/vocabulary.ts'
import { type AgentBench, ann, createAgentBench } from '../testing/agent-bench.ts'
import { createScriptedModel, type ScriptedStep } from '../testing/scripted-model.ts'
import { ModelError } from './errors.ts'

const price = { inputPerMillionTokens: 2, outputPerMillionTokens: 10 }
const long = 'Once upon a time there was a king. '.repeat(100)
const never = new Promise<never>(() => {})
const cutError = new ModelError('MODEL_STREAM_CUT', { model: 'scripted' })
const perUser = (resource: BudgetOptions['resource'], max: number): BudgetOptions => ({
  per: 'user',
  window: 'day',
  resource,
  max,
})

describe('a step that is cut off', () => {
  it('by a stop is counted as far as it can be told, in the run and in every budget [CALL-07] [RUN-09]', async () => {
    const budgets = [perUser('steps', 9), perUser('tokens', 20_000), perUser('money', 1)]
    const model = createScriptedModel(() => ({ text: long, gate: never }), { price })
    await using bench = createAgentBench({ model, supervisor: { budgets } })

    const { events, end } = await askAndStop(bench)

    const spent: TokenUsage = end.spent ?? { inputTokens: 0, outputTokens: 0 }
    expect(spent.outputTokens).toBeGreaterThan(long.length / 5)
    expect(spent.outputTokens).toBeLessThan(long.length / 2)
    expect(spent.inputTokens).toBeGreaterThan(0)
    expect(end).toMatchObject({ outcome: 'stopped', usage: { ...spent, calls: 0 } })
    expect(await levelsOf(bench)).toMatchObject([
      { resource: 'steps', used: 1, reserved: 0 },
      { resource: 'tokens', used: spent.inputTokens + spent.outputTokens, reserved: 0 },
      { resource: 'money', used: spent.costMicros, reserved: 0 },
    ])
    expect(checkContract(events)).toEqual([])
  })

  it('again and again leaves no room in the end, however early it is stopped [CALL-07]', async () => {
    const model = createScriptedModel(() => ({ before: never }))
    await using bench = createAgentBench({ model, supervisor: { budgets: [perUser('tokens', 1_000)] } })

    const ends: string[] = []
    while (ends.at(-1) !== 'limit_reached' && ends.length < 100) {
      ends.push((await askAndStop(bench, 'Tell me a long story, please. '.repeat(20))).end.outcome)
    }

    expect(ends.length).toBeGreaterThan(1)
    expect(ends.at(-1)).toBe('limit_reached')
  })

  it('by its model is counted too, and reserves anew before it is made again [CALL-07]', async () => {
    const midway: ScriptedStep = { text: long, error: new ModelError('MODEL_STREAM_CUT', { model: 'scripted' }) }
    const model = createScriptedModel([midway, midway, { text: 'Once.' }])
    await using bench = createAgentBench({ model, supervisor: { budgets: [perUser('tokens', 3_500)] } })

    const { events, end } = await bench.run()

    const spent = spentIn(events)
    const [first = 0, second = 0, third = 0] = model.requests.map(({ maxOutputTokens }) => maxOutputTokens)
    expect(spent).toHaveLength(2)
    expect([second < first - long.length / 5, third < second - long.length / 5]).toEqual([true, true])
    expect(end).toMatchObject({ outcome: 'completed', steps: 1 })
    expect(await levelsOf(bench)).toMatchObject([{ used: end.usage.inputTokens + end.usage.outputTokens, reserved: 0 }])
    expect(end.usage.outputTokens).toBe(1 + spent.reduce((sum, { outputTokens }) => sum + outputTokens, 0))
    expect(checkContract(events)).toEqual([])
  })

  it('before its model has said anything costs nothing when it was the model that failed [CALL-07]', async () => {
    const model = createScriptedModel([{ error: new ModelError('MODEL_STREAM_CUT', { model: 'scripted' }) }])
    await using bench = createAgentBench({ model, supervisor: { budgets: [perUser('tokens', 10_000)] } })

    const { end } = await bench.run()

    expect(end).toMatchObject({ outcome: 'failed', usage: { inputTokens: 0, outputTokens: 0 } })
    expect(await levelsOf(bench)).toMatchObject([{ used: 0, reserved: 0 }])
  })
})

describe('many runs of one user, some stopped and some broken off', () => {
  it('never overspend, hold nothing in the end, and have used what their log says [CALL-07] [RUN-09]', async () => {
    const fates = fc.array(fc.constantFrom('ends', 'breaks', 'stops'), { minLength: 40, maxLength: 40 })
    const shares = fc.array(fc.nat(100), { minLength: 7, maxLength: 7 })

    await fc.assert(
      fc.asyncProperty(fates, shares, async (kinds, said) => {
        const budgets = [perUser('tokens', 60_000), perUser('money', 0.4)]
        const fateOf = new Map<string, string>()
        const model = createScriptedModel(
          ({ messages, maxOutputTokens = 0 }, step) => {
            const outputTokens = Math.floor((maxOutputTokens * (said[step % said.length] ?? 0)) / 100)
            // A token of prose has four letters and more.
            const text = 'letter '.repeat(outputTokens)
            const number = JSON.stringify(messages)
            const fate = [...fateOf].find(([key]) => number.includes(key))?.[1]
            if (fate === 'stops') return { text, gate: never }
            const isBroken = fate === 'breaks' && step % 2 === 0
            return isBroken ? { text, error: cutError } : { text, usage: { inputTokens: 20, outputTokens } }
          },
          { price },
        )
        await using bench = createAgentBench({ model, supervisor: { budgets, maxRunsPerUser: 100 } })

        const asked = await Promise.all(
          kinds.map(async (fate, index) => {
            fateOf.set(`number ${index}.`, fate)
            return { fate, run: await bench.ask(`number ${index}.`) }
          }),
        )
        const ends = await Promise.all(
          asked.map(async ({ fate, run }) => {
            const ended = bench.until('agent_completed', ({ runId }) => runId === run.runId)
            await Promise.race([ended, bench.until('agent_thinking', ({ runId }) => runId === run.runId)])
            if (fate === 'stops') await bench.supervisor.stop(ann, run.runId)
            return (await ended).usage
          }),
        )

        const levels = await levelsOf(bench)
        const told = ends.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0)
        expect(levels.map(({ reserved }) => reserved)).toEqual([0, 0])
        expect(levels.map(({ used, max }) => used <= max)).toEqual([true, true])
        expect(levels[0]?.used).toBe(told)
      }),
      { numRuns: 20, endOnFailure: true },
    )
  }, 60_000)
})

describe('what a model says it used', () => {
  const told = (usage: unknown): ScriptedStep => ({ text: long, usage: usage as NonNullable<ScriptedStep['usage']> })

  it('is estimated where it cannot be true: nothing, less than nothing, no number, more than there is [CALL-07]', async () => {
    const nonsense = [
      {},
      undefined,
      { inputTokens: 0, outputTokens: 0 },
      { inputTokens: -5, outputTokens: -5 },
      { inputTokens: Number.NaN, outputTokens: Number.POSITIVE_INFINITY },
      { inputTokens: '7', outputTokens: null },
      { inputTokens: 1e308, outputTokens: Number.MAX_SAFE_INTEGER },
    ]
    const folder = await mkdtemp(join(tmpdir(), 'toolcrib-'))
    try {
      await using store = await createSqliteStore({ folder })
      const model = createScriptedModel((_, step) => told(nonsense[step - 1]))
      await using bench = createAgentBench({ store, model, supervisor: { budgets: [perUser('tokens', 1e9)] } })

      const usages: unknown[] = []
      for (const _ of nonsense) usages.push((await bench.run()).end.usage)

      const [first] = usages
      expect(first).toMatchObject({ inputTokens: expect.any(Number), calls: 0 })
      // The second is what the scripted model says by itself.
      expect(usages).toEqual(nonsense.map((usage) => (usage === undefined ? oneEach : first)))
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

const oneEach = { inputTokens: 1, outputTokens: 1, calls: 0 }

async function askAndStop(bench: AgentBench, text = 'hello'): ReturnType<AgentBench['finish']> {
  const asked = await bench.ask(text)
  const ended = bench.until('agent_completed', ({ runId }) => runId === asked.runId)
  await Promise.race([ended, bench.until('agent_thinking', ({ runId }) => runId === asked.runId)])
  for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => void setImmediate(resolve))
  await bench.clock.advance(100)
  await bench.supervisor.stop(ann, asked.runId)
  return bench.finish(asked)
}

async function levelsOf(bench: AgentBench): Promise<readonly BudgetLevel[]> {
  return (await bench.supervisor.usage(ann)).budgets
}

function spentIn(events: readonly LoggedEvent[]): readonly TokenUsage[] {
  return events.flatMap(({ event }) => ('spent' in event && event.spent !== undefined ? [event.spent] : []))
}
