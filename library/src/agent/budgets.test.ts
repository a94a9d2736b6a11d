import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../adapters/store/memory.ts'
import type { BudgetOptions } from '../policy/budgets.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { checkContract } from '../protocol/contract.ts'
import type { LimitWarning, LoggedEvent } from '../protocol/events.ts'
import type { BudgetLevel, Principal } from '../protocol/vocabulary.ts'
import { type AgentBenchOptions, ann, bob, createAgentBench } from '../testing/agent-bench.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createScriptedModel, type ScriptedStep } from '../testing/scripted-model.ts'
import { defineTool } from '../tool/define-tool.ts'
import { defineAgent } from './agent.ts'
import { agentTool } from './agent-tool.ts'
import { StoreError } from './errors.ts'
import type { Store } from './ports.ts'
import type { Reserved } from './spending.ts'

const DAY_MS = 86_400_000
const START = Date.UTC(2026, 4, 20, 10)
const dayEnd = Date.UTC(2026, 4, 21)
const echo = toolNamed('echo')
const sendMail = toolNamed('send_mail')
const price = { inputPerMillionTokens: 2, outputPerMillionTokens: 10 }
const calling = (...tools: readonly string[]): ScriptedStep => ({ calls: tools.map((tool) => ({ tool })) })

const perUser = (resource: BudgetOptions['resource'], max: number, tool?: string): BudgetOptions => ({
  per: 'user',
  window: 'day',
  resource,
  max,
  ...(tool === undefined ? {} : { tool }),
})

function benchWith(budgets: readonly BudgetOptions[], options: AgentBenchOptions = {}) {
  const { supervisor, ...rest } = options
  const clock = createManualClock(START)
  return createAgentBench({ clock, tools: [echo, sendMail], ...rest, supervisor: { budgets, ...supervisor } })
}

describe('a budget', () => {
  it('of tokens caps what the model may say, and ends the run that it has no room for, by name [CALL-07]', async () => {
    await using bench = benchWith([perUser('tokens', 3_000)], {
      script: [
        { text: 'One', usage: { inputTokens: 300, outputTokens: 1_000 } },
        { text: 'Two', usage: { inputTokens: 300, outputTokens: 1_200 } },
      ],
    })

    const ends = [(await bench.run()).end, (await bench.run()).end, (await bench.run()).end]

    const [first = 0, second = 0] = bench.model.requests.map(({ maxOutputTokens }) => maxOutputTokens)
    expect(ends.map(({ outcome }) => outcome)).toEqual(['completed', 'completed', 'limit_reached'])
    expect(ends[2]?.limit).toEqual({ name: 'tokens', value: 3_000, per: 'user', window: 'day', endsAt: dayEnd })
    expect(first).toBeGreaterThan(second)
    expect(second).toBeGreaterThan(1_000)
    expect(second).toBeLessThan(1_700)
  })

  it('that made an answer so short is the limit that is named [CALL-07]', async () => {
    await using bench = benchWith([perUser('tokens', 2_000)], { script: [{ text: 'Once upon', finish: 'length' }] })

    const { end } = await bench.run()

    expect(end).toMatchObject({ outcome: 'limit_reached', limit: { name: 'tokens', per: 'user' } })
    expect(end.message?.parts).toEqual([{ type: 'text', text: 'Once upon' }])
  })

  it('of steps ends the run that has used it up, agents inside it included [CALL-07]', async () => {
    const inner = createScriptedModel(() => calling('echo'))
    const helper = defineAgent({ name: 'helper', description: 'Helps', model: inner, tools: ['echo'] })
    await using bench = benchWith([perUser('steps', 4)], {
      tools: [echo, agentTool(helper)],
      script: [{ calls: [{ tool: 'helper', input: { message: 'Go on' } }] }, { text: 'Never said' }],
    })

    const { end, events, calls } = await bench.run()

    expect(end).toMatchObject({ outcome: 'limit_reached', limit: { name: 'steps', value: 4 }, steps: 1 })
    expect(calls.at(-1)).toMatchObject({ tool: 'helper', outcome: 'failed', error: { code: 'AGENT_NOT_DONE' } })
    expect(checkContract(events)).toEqual([])
  })

  it('of one tool refuses its calls, says when there is room again, and harms nothing else [CALL-07]', async () => {
    await using bench = benchWith([perUser('calls', 1, 'send_mail')], {
      script: [calling('send_mail', 'send_mail', 'echo'), { text: 'One of two.' }],
    })

    const { end, calls } = await bench.run()

    const refused = calls.find(({ outcome }) => outcome === 'refused')
    expect(calls.map(({ outcome }) => outcome).toSorted()).toEqual(['ok', 'ok', 'refused'])
    expect(refused?.error).toMatchObject({ code: 'BUDGET_REACHED', retry: 'later' })
    expect(refused?.error?.message).toContain('2026-05-21T00:00:00.000Z')
    expect(end.outcome).toBe('completed')
  })

  it('of all calls refuses those over it and ends the run [CALL-07]', async () => {
    await using bench = benchWith([perUser('calls', 3)], { script: () => calling('echo', 'echo') })

    const { end, calls } = await bench.run()

    expect(calls.map(({ outcome }) => outcome).toSorted()).toEqual(['ok', 'ok', 'ok', 'refused'])
    expect(end).toMatchObject({ outcome: 'limit_reached', limit: { name: 'calls', value: 3, per: 'user' }, steps: 2 })
  })

  it('of money counts whole millionths, and caps what the model may say by what is left [CALL-07]', async () => {
    const usage = { inputTokens: 101, outputTokens: 1_001 }
    const model = createScriptedModel([{ text: 'One', usage }, { text: 'Two' }], { price })
    await using bench = benchWith([perUser('money', 0.02)], { model })

    const first = await bench.run()
    await bench.run()
    const report = await bench.supervisor.usage(ann)

    expect(first.end.usage).toEqual({ ...usage, calls: 0, costMicros: 10_212 })
    expect(report.budgets).toMatchObject([{ resource: 'money', max: 20_000, reserved: 0 }])
    expect(report.used[1]).toMatchObject({ window: 'day', steps: 2 })
    const left = 20_000 - 10_212
    expect(model.requests[1]?.maxOutputTokens).toBeLessThan(left / 10)
    expect(model.requests[1]?.maxOutputTokens).toBeGreaterThan(left / 10 - 200)
  })

  it('of money refuses a model without a price: at the start where it is known, else at the step [CALL-07]', async () => {
    const helper = defineAgent({ name: 'helper', description: 'Helps', model: createScriptedModel([{ text: 'no' }]) })
    const askHelper = { calls: [{ tool: 'helper', input: { message: 'Go on' } }] }
    const model = createScriptedModel([askHelper, { text: 'I could not.' }], { price })

    expect(() => benchWith([perUser('money', 1)], { script: [] })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringContaining('model.price') }),
    )
    await using bench = benchWith([perUser('money', 1)], { model, tools: [agentTool(helper)] })
    const { end, calls, events } = await bench.run()

    expect(calls.at(-1)?.error?.message).toContain('has no price')
    expect(end.outcome).toBe('completed')
    expect(JSON.stringify(events)).toContain('MODEL_UNPRICED')
  })

  it('of time ends the run when it is over, and lets none begin after that [CALL-07]', async () => {
    await using bench = benchWith([perUser('runMs', 5_000)], {
      script: [{ text: 'Wait', gate: new Promise(() => {}) }],
    })
    const asked = await bench.ask()
    await bench.until('agent_message')

    await bench.clock.advance(5_000)
    const { end, events } = await bench.finish(asked)
    const next = await bench.run()

    const limit = { name: 'runMs', value: 5_000, per: 'user', window: 'day', endsAt: dayEnd }
    expect(end).toMatchObject({ outcome: 'limit_reached', limit, message: { parts: [{ text: 'Wait' }] } })
    expect(next.end).toMatchObject({ outcome: 'limit_reached', limit, steps: 0 })
    expect(checkContract(events)).toEqual([])
    expect(checkContract(next.events)).toEqual([])
  })

  it('of a tenant is one for all its users, and of a role only for who has it [CALL-07]', async () => {
    const guest: Principal = { ...bob, user: 'guest', roles: ['guest'] }
    const other: Principal = { ...ann, tenant: 'globex' }
    await using bench = benchWith(
      [
        { per: 'tenant', window: 'month', resource: 'steps', max: 2 },
        { per: 'user', window: 'hour', resource: 'steps', max: 0, roles: ['guest'] },
      ],
      { script: () => ({ text: 'Hello.' }) },
    )

    const ends = []
    for (const principal of [guest, ann, bob, ann, other]) ends.push((await bench.run('hello', principal)).end)

    expect(ends.map(({ outcome, limit }) => limit?.per ?? outcome)).toEqual([
      'user',
      'completed',
      'completed',
      'tenant',
      'completed',
    ])
  })

  it('is whole again when its window ends, and used up again when the clock is set back [CALL-07]', async () => {
    await using bench = benchWith([perUser('steps', 1)], { script: () => ({ text: 'Hello.' }) })
    const outcome = async (): Promise<string> => (await bench.run()).end.outcome

    const today = [await outcome(), await outcome()]
    await bench.clock.advance(DAY_MS)
    const tomorrow = [await outcome(), await outcome()]
    bench.clock.jump(-DAY_MS)
    const again = await outcome()

    expect([...today, ...tomorrow, again]).toEqual([
      'completed',
      'limit_reached',
      'completed',
      'limit_reached',
      'limit_reached',
    ])
  })

  it('that cannot be asked lets nothing start: no step, no call, no run [CALL-07]', async () => {
    const store = createMemoryStore()
    let silent = true
    const failing: Store = {
      ...store,
      usage: {
        ...store.usage,
        reserve: (owner, request) =>
          silent === request.wants.some(({ resource }) => resource === 'steps' || resource === 'runMs')
            ? Promise.reject(new StoreError('STORE_UNAVAILABLE', { detail: 'test' }))
            : store.usage.reserve(owner, request),
      },
    }
    const script = [calling('echo'), { text: 'It was refused.' }]
    await using bench = benchWith([perUser('steps', 9), perUser('calls', 9)], { script, store: failing })

    const unasked = await bench.run()
    silent = false
    const refused = await bench.run()

    expect(unasked.end).toMatchObject({ outcome: 'failed', error: { code: 'BUDGET_UNAVAILABLE', retry: 'later' } })
    expect(bench.model.requests).toHaveLength(2)
    expect(refused.calls).toMatchObject([{ outcome: 'refused', error: { code: 'BUDGET_UNAVAILABLE' } }])
    expect(refused.end.outcome).toBe('completed')
  })

  it('tells who counts what was reserved and refused, and of nobody [OPS-04]', async () => {
    const told: Reserved[] = []
    await using bench = benchWith([perUser('steps', 1)], {
      script: () => ({ text: 'Hello.' }),
      supervisor: { onReserved: (reservation) => told.push(reservation) },
    })

    await bench.run()
    await bench.run()

    const { resource, amount } = { resource: 'steps', amount: 1 } as const
    expect(told).toEqual([
      { resource, amount, outcome: 'reserved' },
      { resource, amount, outcome: 'refused' },
    ])
  })
})

describe('a warning', () => {
  it('comes once for each limit of the run, when four fifths of it are used [CALL-07]', async () => {
    const usage = { inputTokens: 2_000, outputTokens: 1_000 }
    await using bench = benchWith([], {
      script: (_, step) => (step < 5 ? { ...calling('echo'), usage } : { text: 'Done.', usage }),
      limits: { maxSteps: 5, maxCalls: 5, maxTokens: 18_750 },
    })

    const { events, end } = await bench.run()

    expect(warningsOf(events)).toEqual([
      [{ name: 'maxSteps', value: 5 }, 4],
      [{ name: 'maxCalls', value: 5 }, 4],
      [{ name: 'maxTokens', value: 18_750 }, 15_000],
    ])
    expect(end.outcome).toBe('completed')
    expect(checkContract(events)).toEqual([])
  })

  it('of time comes when four fifths of it are over, of the run and of a budget [CALL-07]', async () => {
    const gate = Promise.withResolvers<void>()
    await using bench = benchWith([perUser('runMs', 50_000)], {
      script: [{ text: 'Wait', gate: gate.promise }],
      limits: { maxRunMs: 10_000 },
    })
    const asked = await bench.ask()
    await bench.until('agent_message')

    await bench.clock.advance(8_000)
    gate.resolve()
    const first = await bench.finish(asked)

    expect(warningsOf(first.events)).toEqual([[{ name: 'maxRunMs', value: 10_000 }, 8_000]])
    expect((await bench.supervisor.usage(ann)).budgets).toMatchObject([{ used: 8_000, reserved: 0 }])
  })

  it('of a budget comes once in each run that finds it so [CALL-07]', async () => {
    const usage = { inputTokens: 100, outputTokens: 750 }
    await using bench = benchWith([perUser('tokens', 10_000)], { script: () => ({ text: 'Hello.', usage }) })

    const warned: unknown[] = []
    for (let run = 0; run < 11; run++) warned.push(warningsOf((await bench.run()).events).map(([, used]) => used))

    expect(warned).toEqual([[], [], [], [], [], [], [], [], [], [8_500], [8_500]])
  })
})

describe('what a user used', () => {
  it('is theirs to read, with the budgets that bind them and nobody else’s [CALL-07] [L9]', async () => {
    const budgets: BudgetOptions[] = [
      perUser('tokens', 100_000),
      { ...perUser('calls', 5), roles: ['guest'] },
      { per: 'tenant', window: 'month', resource: 'calls', max: 50, tool: 'echo' },
    ]
    const usage = { inputTokens: 40, outputTokens: 2 }
    await using bench = benchWith(budgets, {
      script: (_, step) => (step === 1 ? { ...calling('echo'), usage } : { text: 'Done.', usage }),
      supervisor: { currency: 'EUR' },
    })
    await bench.run()

    const mine = await bench.supervisor.usage(ann)
    const theirs = await bench.supervisor.usage(bob)

    const use = { steps: 2, calls: 1, tokens: 84, costMicros: 0, runMs: 0 }
    const none = { steps: 0, calls: 0, tokens: 0, costMicros: 0, runMs: 0 }
    expect(mine.currency).toBe('EUR')
    expect(mine.used).toMatchObject([use, use, use])
    expect(theirs.used).toMatchObject([none, none, none])
    const shared: BudgetLevel = {
      per: 'tenant',
      window: 'month',
      resource: 'calls',
      tool: 'echo',
      max: 50,
      used: 1,
      reserved: 0,
      endsAt: Date.UTC(2026, 5, 1),
    }
    expect(mine.budgets).toEqual([{ ...perUser('tokens', 100_000), used: 84, reserved: 0, endsAt: dayEnd }, shared])
    expect(theirs.budgets[1]).toEqual(shared)
  })
})

describe('a budget of a tool that is hidden from somebody', () => {
  it('is not told to them, because that would name the tool [CALL-03] [CALL-07]', async () => {
    const boss: Principal = { ...ann, user: 'boss', roles: ['boss'] }
    const policy = definePolicy({ allow: [{ tools: ['echo'] }, { roles: ['boss'], tools: ['send_mail'] }] })
    const budgets = ['echo', 'send_mail', 'not_yet_here'].map((tool) => perUser('calls', 5, tool))
    await using bench = benchWith(budgets, { policy })
    const toolsFor = async (principal: Principal): Promise<unknown> =>
      (await bench.supervisor.usage(principal)).budgets.map(({ tool }) => tool)

    expect(await toolsFor(ann)).toEqual(['echo', 'not_yet_here'])
    expect(await toolsFor(boss)).toEqual(['echo', 'send_mail', 'not_yet_here'])
  })
})

describe('100 runs of one user', () => {
  it('racing for tokens, money and calls never overspend, and hold nothing afterwards [CALL-07]', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(100), { minLength: 100, maxLength: 100 }), async (shares) => {
        const budgets = [perUser('tokens', 60_000), perUser('money', 0.25), perUser('calls', 40)]
        const max = [60_000, 250_000, 40]
        const model = createScriptedModel(
          ({ maxOutputTokens = 0 }, step) => {
            const outputTokens = Math.floor((maxOutputTokens * (shares[step % 100] ?? 0)) / 100)
            const usage = { inputTokens: 50, outputTokens }
            return step % 3 === 0 ? { text: 'Done.', usage } : { ...calling('echo'), usage }
          },
          { price },
        )
        await using bench = benchWith(budgets, { model, supervisor: { maxRunsPerUser: 100 } })

        const asked = await Promise.all(shares.map(() => bench.ask()))
        const ends = await Promise.all(asked.map((run) => bench.finish(run)))

        const levels = (await bench.supervisor.usage(ann)).budgets
        expect(levels.map(({ reserved }) => reserved)).toEqual([0, 0, 0])
        expect(levels.map(({ used }, index) => used <= (max[index] ?? 0))).toEqual([true, true, true])
        const tokens = ends.reduce((sum, { end }) => sum + end.usage.inputTokens + end.usage.outputTokens, 0)
        expect(levels[0]?.used).toBe(tokens)
        expect(ends.filter(({ end }) => end.outcome === 'failed')).toEqual([])
      }),
      { numRuns: 3 },
    )
  }, 60_000)
})

function toolNamed(name: string) {
  return defineTool({
    name,
    description: 'Says it again',
    input: { type: 'object' },
    effect: 'read',
    execute: (input) => input,
  })
}

function warningsOf(events: readonly LoggedEvent[]): readonly (readonly [LimitWarning['limit'], number])[] {
  return events.flatMap(({ event }) => (event.type === 'limit_warning' ? [[event.limit, event.used] as const] : []))
}
