/** Rules of the store contract: what is used is counted from the events, and what is reserved is never overspent. @module */
import type FastCheck from 'fast-check'
import type { ReservationAnswer, ReservationHolder, ReservationRequest, Store } from '../../agent/ports.ts'
import type { BudgetRule } from '../../policy/budgets.ts'
import type { ContextCompacted, StepCompleted, ToolCompleted, ToolExecuting } from '../../protocol/events.ts'
import { createId } from '../../protocol/ids.ts'
import type { Owner, UsageReport, WindowUsage } from '../../protocol/vocabulary.ts'
import {
  completed,
  LONG_MS,
  nested,
  newOwner,
  newRunAtWork,
  refusal,
  requested,
  START,
  type Suite,
} from './fixtures.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const daily = (resource: BudgetRule['resource'], max: number): BudgetRule => ({
  per: 'user',
  window: 'day',
  resource,
  max,
})

type Run = Awaited<ReturnType<typeof newRunAtWork>>
type Wants = Pick<ReservationRequest, 'wants' | 'budgets'> & {
  readonly holder?: ReservationHolder
  readonly at?: number
}

export function usageRules({ describe, it, expect, store: shared, makeStore, fc }: Suite): void {
  describe('what was used', () => {
    it('is counted from the events of a run and of the agents in it, in every window that holds them [CALL-07]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const events = [
        stepCompleted(runId, { inputTokens: 30, outputTokens: 12, costMicros: 7 }),
        executing(runId, 'call_1', 'delegate'),
        nested(runId, 'call_1', stepCompleted('run_inner', { inputTokens: 5, outputTokens: 3, costMicros: 2 })),
        nested(runId, 'call_1', executing('run_inner', 'call_2', 'send_mail')),
        nested(runId, 'call_1', ended('run_inner', 'call_2', 'send_mail')),
        ended(runId, 'call_1', 'delegate'),
        compacted(runId, { inputTokens: 100, outputTokens: 1, costMicros: 5 }),
      ]

      await store.events.append(owner, threadId, { fence, at: START + 10, events })
      await store.events.append(owner, threadId, { fence, at: START + 250, events: [completed(runId)] })

      const use = { steps: 3, calls: 2, tokens: 151, costMicros: 14, runMs: 250 }
      const { used } = await store.usage.read(owner, { at: START + 300, budgets: [] })
      expect(used).toEqual([
        { window: 'hour', startsAt: START, endsAt: START + HOUR_MS, ...use },
        { window: 'day', startsAt: START, endsAt: START + DAY_MS, ...use },
        { window: 'month', startsAt: START, endsAt: START + 31 * DAY_MS, ...use },
      ])
    })

    it('of a call is counted once, however often it was started [CALL-07]', async () => {
      const store = await shared()
      const node = createId('node')
      const { owner, threadId, runId, fence } = await newRunAtWork(store, newOwner(), { leaseMs: 1, node })
      const start = executing(runId, 'call_1', 'send_mail')
      await store.events.append(owner, threadId, { fence, at: START, events: [start] })
      await takeOverAll(store, START + 1)

      const again = { runId, epoch: 2 }
      await store.events.append(owner, threadId, { fence: again, at: START + 2, events: [start] })

      expect(await usedBy(store, owner, START)).toMatchObject({ calls: 1 })
    })

    it('of a tenant is the sum of its users, and nobody else’s [L9] [CALL-07]', async () => {
      const store = await shared()
      const ann = newOwner()
      const bob = { ...ann, user: createId('con') }
      const stranger = { ...newOwner(), user: ann.user }
      for (const owner of [ann, bob, stranger]) await useTokens(store, await newRunAtWork(store, owner), 100)

      const tenants: BudgetRule[] = [{ per: 'tenant', window: 'day', resource: 'tokens', max: 1_000 }]
      const budgets = [...tenants, daily('tokens', 1_000)]
      const { budgets: levels } = await store.usage.read(ann, { at: START, budgets })

      expect(levels.map(({ per, used }) => [per, used])).toEqual([
        ['tenant', 200],
        ['user', 100],
      ])
    })

    it('is never more than a number that can be read back, whatever a model says it used [CALL-07]', async () => {
      const store = await shared()
      const run = await newRunAtWork(store)

      await useTokens(store, run, Number.MAX_SAFE_INTEGER - 1)
      await useTokens(store, run, Number.MAX_SAFE_INTEGER - 1)

      expect(await usedBy(store, run.owner, START)).toMatchObject({ steps: 2, tokens: Number.MAX_SAFE_INTEGER })
    })

    it('begins anew with each window, and is found again when the clock is set back [CALL-07]', async () => {
      const store = await shared()
      const run = await newRunAtWork(store)
      const tomorrow = START + DAY_MS
      await useTokens(store, run, 10, START + HOUR_MS)
      await useTokens(store, run, 20, tomorrow)
      await useTokens(store, run, 40, START + 2 * HOUR_MS)

      const days = await Promise.all([
        usedBy(store, run.owner, START),
        usedBy(store, run.owner, tomorrow),
        usedBy(store, run.owner, tomorrow + DAY_MS),
      ])

      expect(days.map(({ tokens }) => tokens)).toEqual([50, 20, 0])
    })

    it('of an hour is known in its day alone, once so many later hours were used [CALL-07]', async () => {
      const store = await shared()
      const run = await newRunAtWork(store)
      await useTokens(store, run, 1, START)
      for (let hour = 1; hour < 48; hour++) await useTokens(store, run, 1, START + hour * HOUR_MS)
      const tokensAt = async (at: number): Promise<readonly number[]> =>
        (await store.usage.read(run.owner, { at, budgets: [] })).used.map(({ tokens }) => tokens)

      const kept = await tokensAt(START)
      await useTokens(store, run, 1, START + 48 * HOUR_MS)

      expect(kept).toEqual([1, 24, 48])
      expect([await tokensAt(START), await tokensAt(START + HOUR_MS)]).toEqual([
        [0, 24, 49],
        [1, 24, 49],
      ])
    })

    it('of a day is known in its month alone, once so many later days were used [CALL-07]', async () => {
      const store = await shared()
      const run = await newRunAtWork(store)
      const days = Array.from({ length: 48 + 62 + 2 }, (_, day) => START + day * DAY_MS)
      await Promise.all(days.map((at) => useTokens(store, run, 1, at)))

      const { used } = await store.usage.read(run.owner, { at: START, budgets: [] })

      expect(used.map(({ tokens }) => tokens)).toEqual([0, 0, 31])
    })

    it('is found in its hour, its day and its month, wherever the clock goes but far back [CALL-07]', async () => {
      await using store = await makeStore()
      // Far enough ahead and back for hours to be added up to days, and days to months.
      const move = fc.oneof(
        fc.integer({ min: 0, max: 3 * HOUR_MS }),
        fc.integer({ min: 0, max: 3 * DAY_MS }),
        fc.integer({ min: -40 * DAY_MS, max: 40 * DAY_MS }),
      )
      const uses = fc.array(fc.record({ move, call: fc.boolean() }), { minLength: 60, maxLength: 160 })

      await fc.assert(
        fc.asyncProperty(uses, async (moves) => {
          const { owner, threadId, runId, fence } = await newRunAtWork(store)
          let at = START + 400 * DAY_MS
          const made = moves.map(({ move, call }) => {
            at += move
            return { at, call }
          })
          // At once: they take effect in the order in which they are made.
          await Promise.all(
            made.map((use, index) => {
              const step = stepCompleted(runId, { inputTokens: 1, outputTokens: 0 })
              const event = use.call ? executing(runId, `call_${index}`, 'echo') : step
              return store.events.append(owner, threadId, { fence, at: use.at, events: [event] })
            }),
          )
          const budgets: BudgetRule[] = [
            { ...daily('calls', 1), window: 'month', per: 'tenant', tool: 'echo' },
            { ...daily('calls', 1), window: 'month' },
          ]

          const { used, budgets: levels } = await store.usage.read(owner, { at, budgets })

          const within = ({ startsAt, endsAt }: (typeof used)[number], call: boolean): number =>
            made.filter((use) => use.call === call && use.at >= startsAt && use.at < endsAt).length
          // Of an hour, a day or a month after which so many others were used, not all is known.
          const isFarBack = ({ window, startsAt, endsAt }: (typeof used)[number]): boolean => {
            const later = made.filter((use) => use.at >= endsAt).map((use) => Math.floor((use.at - startsAt) / HOUR_MS))
            const hours = { hour: 1, day: 24, month: 28 * 24 }[window]
            return (
              new Set(later.map((hour) => Math.floor(hour / hours))).size >= { hour: 48, day: 62, month: 24 }[window]
            )
          }
          const known = used.filter((window) => !isFarBack(window))
          expect(known.map(({ tokens, calls }) => ({ tokens, calls }))).toEqual(
            known.map((window) => ({ tokens: within(window, false), calls: within(window, true) })),
          )
          expect(levels.map((level) => level.used)).toEqual([used[2]?.calls, used[2]?.calls])
        }),
        { numRuns: 30, endOnFailure: true },
      )
    }, 60_000)

    it('of time is from a claim to its end, its parking, or the last word of a node that died [CALL-07]', async () => {
      const store = await shared()
      const node = createId('node')
      const parked = await newRunAtWork(store, newOwner(), { node })
      const died = await newRunAtWork(store, newOwner(), { node, leaseMs: 1_000 })
      const say = (run: Run, epoch: number, at: number) =>
        store.events.append(run.owner, run.threadId, {
          fence: { runId: run.runId, epoch },
          at,
          events: [requested(run.runId)],
        })
      await say(parked, 1, START + 400)
      await say(died, 1, START + 300)

      await store.leases.release(node, parked.fence, { until: START + LONG_MS, parked: { approvals: 1 } })
      await takeOverAll(store, START + 60_000)
      await store.events.append(died.owner, died.threadId, {
        fence: { runId: died.runId, epoch: 2 },
        at: START + 60_020,
        events: [completed(died.runId)],
      })

      expect((await usedBy(store, parked.owner, START)).runMs).toBe(400)
      expect((await usedBy(store, died.owner, START)).runMs).toBe(320)
    })
  })

  describe('a reservation', () => {
    it('is refused past the budget, with what is used, held and when there is room again [CALL-07]', async () => {
      const store = await shared()
      const run = await newRunAtWork(store)
      const budgets = [daily('tokens', 100)]
      await useTokens(store, run, 30)
      await reserve(store, run, { wants: [{ resource: 'tokens', amount: 50 }], budgets, holder: 'step:other' })

      const refused = await reserve(store, run, { wants: [{ resource: 'tokens', amount: 21 }], budgets })
      const fits = await reserve(store, run, { wants: [{ resource: 'tokens', amount: 20 }], budgets })

      const level = { ...daily('tokens', 100), used: 30, endsAt: START + DAY_MS }
      expect(refused).toEqual({ status: 'refused', level: { ...level, reserved: 50 } })
      expect(fits).toEqual({ status: 'reserved', granted: [{ amount: 20 }], levels: [{ ...level, reserved: 70 }] })
    })

    it('takes what is left when that will do, and names the budget that left so little [CALL-07]', async () => {
      const store = await shared()
      const run = await newRunAtWork(store)
      const budgets = [daily('tokens', 100)]

      const wants = [{ resource: 'tokens', amount: 250, least: 90 }] as const
      const answer = await reserve(store, run, { wants, budgets })

      const level = { ...daily('tokens', 100), used: 0, reserved: 0, endsAt: START + DAY_MS }
      expect(answer).toMatchObject({ status: 'reserved', granted: [{ amount: 100, cappedBy: level }] })
    })

    it('takes all that it wants or nothing [CALL-07]', async () => {
      const store = await shared()
      const run = await newRunAtWork(store)
      const budgets = [daily('tokens', 100), daily('money', 5)]
      const wants = [
        { resource: 'tokens', amount: 100 },
        { resource: 'money', amount: 6 },
      ] as const

      const answer = await reserve(store, run, { wants, budgets })

      expect(answer).toMatchObject({ status: 'refused', level: { resource: 'money' } })
      expect(await reservedBy(store, run.owner, budgets)).toEqual([0, 0])
    })

    it('of a call counts for its tool alone where the budget names one [CALL-07]', async () => {
      const store = await shared()
      const run = await newRunAtWork(store)
      const budgets: BudgetRule[] = [{ ...daily('calls', 1), tool: 'send_mail' }, daily('calls', 3)]
      const call = (holder: ReservationHolder, tool: string) =>
        reserve(store, run, { wants: [{ resource: 'calls', tool, amount: 1 }], budgets, holder })

      const answers = [
        await call('call:1', 'send_mail'),
        await call('call:2', 'send_mail'),
        await call('call:3', 'search'),
        await call('call:4', 'search'),
        await call('call:5', 'search'),
      ]

      expect(answers.map(({ status }) => status)).toEqual(['reserved', 'refused', 'reserved', 'reserved', 'refused'])
    })

    it('is given back in the transaction that counts what was used, and by a call that never started [CALL-07]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const budgets = [daily('tokens', 100), daily('calls', 5)]
      const run = { owner, threadId, runId, fence }
      const step = `step:${runId}` as const
      await reserve(store, run, { wants: [{ resource: 'tokens', amount: 90 }], budgets, holder: step })
      const calls = [{ resource: 'calls', tool: 'echo', amount: 1 }] as const
      await reserve(store, run, { wants: calls, budgets, holder: 'call:call_1' })
      await reserve(store, run, { wants: calls, budgets, holder: 'call:call_2' })
      const before = await reservedBy(store, owner, budgets)

      const events = [
        stepCompleted(runId, { inputTokens: 20, outputTokens: 1 }),
        executing(runId, 'call_1', 'echo'),
        ended(runId, 'call_2', 'echo', 'refused'),
      ]
      await store.events.append(owner, threadId, { fence, at: START, events })

      expect(before).toEqual([90, 2])
      expect(await reservedBy(store, owner, budgets)).toEqual([0, 0])
      expect(await usedBy(store, owner, START)).toMatchObject({ tokens: 21, calls: 1 })
    })

    it('counts in the window in which it was made, however late it is used [CALL-07]', async () => {
      const store = await shared()
      const run = await newRunAtWork(store)
      const budgets = [daily('tokens', 100)]
      const wants = [{ resource: 'tokens', amount: 100 }] as const
      const tomorrow = START + DAY_MS
      await reserve(store, run, { wants, budgets, at: tomorrow - 1 })

      const next = await reserve(store, await newRunAtWork(store, run.owner), { wants, budgets, at: tomorrow })
      await useTokens(store, run, 100, tomorrow + 5)

      expect(next.status).toBe('reserved')
      expect(await usedBy(store, run.owner, START)).toMatchObject({ tokens: 100 })
      expect(await usedBy(store, run.owner, tomorrow)).toMatchObject({ tokens: 0 })
    })

    it('outlives a node that left its run, until the next one says what became of the step [CALL-07] [RUN-07]', async () => {
      const store = await shared()
      const node = createId('node')
      const budgets = [daily('tokens', 1_000), daily('runMs', 5_000)]
      const wants = [{ resource: 'tokens', amount: 900 }] as const
      const died = await newRunAtWork(store, newOwner(), { node, leaseMs: 1 })
      const left = await newRunAtWork(store, newOwner(), { node })
      for (const run of [died, left]) {
        await reserve(store, run, { wants, budgets })
        await reserve(store, run, { wants: [{ resource: 'runMs', amount: 5_000 }], budgets, holder: 'time' })
      }

      await store.leases.release(node, left.fence, { until: START })
      await takeOverAll(store, START + 1)
      const between = await Promise.all([died, left].map(({ owner }) => reservedBy(store, owner, budgets)))
      const spent = { inputTokens: 600, outputTokens: 20 }
      for (const { owner, threadId, runId } of [died, left]) {
        const events = [{ type: 'agent_rewound', runId, step: 1, reason: 'RUN_RESUMED', spent } as const]
        await store.events.append(owner, threadId, { fence: { runId, epoch: 2 }, at: START + DAY_MS, events })
      }

      const after = await Promise.all([died, left].map(({ owner }) => reservedBy(store, owner, budgets)))
      expect(between).toEqual([
        [900, 0],
        [900, 0],
      ])
      expect(after).toEqual([
        [0, 0],
        [0, 0],
      ])
      expect(await usedBy(store, died.owner, START)).toMatchObject({ steps: 1, tokens: 620 })
    })

    it('of time is all that is counted, however far the clock is set forward meanwhile [CALL-07]', async () => {
      const store = await shared()
      const run = await newRunAtWork(store)
      const budgets = [daily('runMs', 60_000)]
      await reserve(store, run, { wants: [{ resource: 'runMs', amount: 5_000 }], budgets, holder: 'time' })

      const events = [completed(run.runId)]
      await store.events.append(run.owner, run.threadId, { ...run, at: START + 10 * DAY_MS, events })

      expect((await usedBy(store, run.owner, START)).runMs).toBe(5_000)
    })

    it('ends with its run, with its parking, and with the agent that held it [CALL-07]', async () => {
      const store = await shared()
      const node = createId('node')
      const budgets = [daily('tokens', 1_000)]
      const wants = [{ resource: 'tokens', amount: 10 }] as const
      const over = await newRunAtWork(store, newOwner(), { node })
      const parked = await newRunAtWork(store, newOwner(), { node })
      const caller = await newRunAtWork(store, newOwner(), { node })
      for (const run of [over, parked]) await reserve(store, run, { wants, budgets })
      await reserve(store, caller, { wants, budgets, holder: 'step:run_inner' })

      await store.events.append(over.owner, over.threadId, { ...over, at: START, events: [completed(over.runId)] })
      await store.leases.release(node, parked.fence, { until: START + LONG_MS, parked: { approvals: 0 } })
      const inner = [
        executing(caller.runId, 'call_1', 'delegate'),
        nested(caller.runId, 'call_1', completed('run_inner')),
      ]
      await store.events.append(caller.owner, caller.threadId, { ...caller, at: START, events: inner })

      const left = await Promise.all([over, parked, caller].map(({ owner }) => reservedBy(store, owner, budgets)))
      expect(left).toEqual([[0], [0], [0]])
    })

    it('is refused to who does not hold the run: another owner, an earlier claim, one that ended [RUN-07]', async () => {
      const store = await shared()
      const run = await newRunAtWork(store, newOwner(), { leaseMs: 1 })
      const wants = { wants: [{ resource: 'steps', amount: 1 }], budgets: [daily('steps', 9)] } as const

      const foreign = await refusal(reserve(store, { ...run, owner: newOwner() }, wants))
      await takeOverAll(store, START + 1)
      const late = await refusal(reserve(store, run, wants))
      const fence = { runId: run.runId, epoch: 2 }
      await store.events.append(run.owner, run.threadId, { fence, at: START, events: [completed(run.runId)] })
      const over = await refusal(reserve(store, { ...run, fence }, wants))

      expect([foreign, late, over]).toEqual(['FENCED', 'FENCED', 'FENCED'])
    })
  })

  describe('100 runs of one user racing for budgets', () => {
    it('never overspend one, and hold nothing when they have ended, some after their nodes died [CALL-07]', async () => {
      await using store = await makeStore()
      const budgets = [daily('tokens', 5_000), daily('money', 900), daily('calls', 60), daily('steps', 150)]

      await fc.assert(
        fc.asyncProperty(fc.array(lifeOf(fc), { minLength: 100, maxLength: 100 }), async (lives) => {
          const owner = newOwner()
          const runs = await Promise.all(
            lives.map(() => newRunAtWork(store, owner, { leaseMs: 1, maxRunsPerUser: 100 })),
          )
          const levels = async (): Promise<UsageReport['budgets']> =>
            (await store.usage.read(owner, { at: START, budgets })).budgets

          const seen: UsageReport['budgets'][] = []
          await Promise.all(
            runs.map(async (run, index) => {
              await live(store, run, lives[index] ?? [], budgets)
              seen.push(await levels())
            }),
          )
          await takeOverAll(store, START + 1)
          await Promise.all(
            runs.map(async ({ threadId, runId }) => {
              if ((await store.runs.get(owner, runId))?.outcome !== null) return
              const end = { ...completed(runId), spent: { inputTokens: 0, outputTokens: 1 } }
              await store.events.append(owner, threadId, { fence: { runId, epoch: 2 }, at: START, events: [end] })
              seen.push(await levels())
            }),
          )
          const ended = await levels()

          for (const { used, reserved, max } of [...seen.flat(), ...ended])
            expect(used + reserved).toBeLessThanOrEqual(max)
          expect(ended.map(({ reserved }) => reserved)).toEqual([0, 0, 0, 0])
        }),
        { numRuns: 5, endOnFailure: true },
      )
    }, 60_000)
  })
}

interface Move {
  readonly tokens: number
  readonly micros: number
  /** Of what was reserved, in hundredths. */
  readonly used: number
  readonly calls: boolean
  /** Its node dies before it says what it used. */
  readonly dies: boolean
}

function lifeOf(fc: typeof FastCheck): FastCheck.Arbitrary<readonly Move[]> {
  const move = fc.record({
    tokens: fc.integer({ min: 1, max: 200 }),
    micros: fc.integer({ min: 0, max: 40 }),
    used: fc.integer({ min: 0, max: 100 }),
    calls: fc.boolean(),
    dies: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
  })
  return fc.array(move, { minLength: 1, maxLength: 4 })
}

/** Makes steps and calls until something is refused, or it dies. */
async function live(store: Store, run: Run, moves: readonly Move[], budgets: readonly BudgetRule[]): Promise<void> {
  const { owner, threadId, runId, fence } = run
  const append = (events: readonly (StepCompleted | ToolExecuting | ReturnType<typeof completed>)[]) =>
    store.events.append(owner, threadId, { fence, at: START, events })
  for (const [index, move] of moves.entries()) {
    const wants = [
      { resource: 'steps', amount: 1 },
      { resource: 'tokens', amount: move.tokens, least: 1 },
      { resource: 'money', amount: move.micros },
    ] as const
    const step = await reserve(store, run, { wants, budgets, holder: `step:${runId}` })
    if (step.status === 'refused') break
    if (move.dies) return
    const share = (amount: number): number => Math.floor(((amount ?? 0) * move.used) / 100)
    const outputTokens = share(step.granted[1]?.amount ?? 0)
    await append([stepCompleted(runId, { inputTokens: 0, outputTokens, costMicros: share(move.micros) })])
    if (!move.calls) continue
    const callId = `call_${index}`
    const call = {
      wants: [{ resource: 'calls', tool: 'echo', amount: 1 }],
      budgets,
      holder: `call:${callId}`,
    } as const
    if ((await reserve(store, run, call)).status === 'refused') break
    await append([executing(runId, callId, 'echo')])
  }
  await append([completed(runId)])
}

function reserve(store: Store, run: Run, { holder, at = START, ...rest }: Wants): Promise<ReservationAnswer> {
  return store.usage.reserve(run.owner, { fence: run.fence, holder: holder ?? `step:${run.runId}`, at, ...rest })
}

async function takeOverAll(store: Store, now: number): Promise<void> {
  await store.leases.takeOver('node_next', { now, until: now + LONG_MS, limit: 100_000 })
}

async function usedBy(store: Store, owner: Owner, at: number): Promise<Pick<WindowUsage, 'tokens' | 'runMs'>> {
  const day = (await store.usage.read(owner, { at, budgets: [] })).used.find(({ window }) => window === 'day')
  if (day === undefined) throw new Error('the report has no day')
  return day
}

async function reservedBy(store: Store, owner: Owner, budgets: readonly BudgetRule[]): Promise<readonly number[]> {
  return (await store.usage.read(owner, { at: START, budgets })).budgets.map(({ reserved }) => reserved)
}

async function useTokens(
  store: Store,
  { owner, threadId, runId, fence }: Run,
  tokens: number,
  at = START,
): Promise<void> {
  const events = [stepCompleted(runId, { inputTokens: tokens, outputTokens: 0 })]
  await store.events.append(owner, threadId, { fence, at, events })
}

function stepCompleted(runId: string, usage: StepCompleted['usage']): StepCompleted {
  return { type: 'step_completed', runId, step: 1, finish: 'calls', calls: [], usage }
}

function compacted(runId: string, usage: ContextCompacted['usage']): ContextCompacted {
  const kept = { fromMessageId: null, messages: 1, tokens: 1 }
  const dropped = { messages: 1, tokens: 1 }
  return { type: 'context_compacted', runId, step: 2, summary: 'They met.', kept, dropped, usage }
}

function executing(runId: string, callId: string, tool: string): ToolExecuting {
  return { type: 'tool_executing', runId, step: 1, callId, tool, input: {}, effect: 'read', fingerprint: 'f' }
}

function ended(runId: string, callId: string, tool: string, outcome: ToolCompleted['outcome'] = 'ok'): ToolCompleted {
  return { type: 'tool_completed', runId, step: 1, callId, tool, outcome, durationMs: 0 }
}
