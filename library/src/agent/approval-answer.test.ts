import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../adapters/store/memory.ts'
import { definePolicy } from '../policy/define-policy.ts'
import type { ApproverRule } from '../policy/policy.ts'
import { checkContract } from '../protocol/contract.ts'
import type { JsonValue, Principal } from '../protocol/vocabulary.ts'
import { ann, bob, createAgentBench } from '../testing/agent-bench.ts'
import { defineTool } from '../tool/define-tool.ts'
import type { Tool } from '../tool/tool.ts'
import type { Store } from './ports.ts'
import type { SupervisorNotice } from './supervisor.ts'

const dan: Principal = { tenant: 'acme', user: 'dan', name: 'Dan', roles: ['finance'], scopes: [] }
const eve: Principal = { tenant: 'acme', user: 'eve', roles: [], scopes: [] }
/** A stranger with all the right names. */
const mallory: Principal = { tenant: 'other', user: 'eve', roles: ['finance'], scopes: [] }
const anna: Principal = { ...ann, name: 'Ann', roles: ['finance'] }

function paying(got: unknown[] = [], amount: 'number' | 'string' = 'number'): Tool {
  return defineTool({
    name: 'pay',
    description: 'Pays somebody',
    input: {
      type: 'object',
      properties: { to: { type: 'string' }, amount: { type: amount }, password: { type: 'string' } },
      required: ['to'],
    },
    effect: 'destructive',
    execute(asked) {
      got.push(asked)
      return 'paid'
    },
  })
}

function policyOf(by: ApproverRule['by'] = { roles: ['finance'], users: ['eve'] }) {
  return definePolicy({ allow: [{ tools: ['*'] }], approve: [{ tools: ['pay'], by }], approvalTimeoutMs: 60_000 })
}

const payment = { to: 'bob', amount: 10, password: 'hunter2' }
const asking = [{ calls: [{ tool: 'pay', input: payment }] }, { text: 'over' }]

describe('an approval for others', () => {
  it('is answered by whom the policy names, and the log says by whom [RUN-08]', async () => {
    const got: unknown[] = []
    await using bench = createAgentBench({ tools: [paying(got)], script: asking, policy: policyOf() })
    const asked = await bench.ask()
    const { approvalId, approvers } = await bench.until('approval_requested')

    await bench.supervisor.answer(dan, approvalId, { decision: 'approved' })
    const { events, calls } = await bench.finish(asked)

    expect(approvers).toEqual([{ roles: ['finance'], users: ['eve'], requester: false }])
    expect(calls).toMatchObject([{ outcome: 'ok', output: 'paid' }])
    expect(got).toEqual([payment])
    expect(events.find(({ event }) => event.type === 'approval_resolved')?.event).toMatchObject({ by: 'dan' })
    expect(checkContract(events)).toEqual([])
  })

  it('is denied by another with a reason that the model sees [RUN-08]', async () => {
    await using bench = createAgentBench({ tools: [paying()], script: asking, policy: policyOf() })
    const asked = await bench.ask()
    const { approvalId } = await bench.until('approval_requested')

    await bench.supervisor.answer(eve, approvalId, { decision: 'denied', reason: 'over the budget' })
    const { calls } = await bench.finish(asked)

    expect(calls).toMatchObject([{ outcome: 'refused', error: { code: 'APPROVAL_DENIED' } }])
    expect(JSON.stringify(bench.model.requests[1]?.messages)).toContain('over the budget')
  })

  it('is refused to the one who asks, and to anybody else looks as if it did not exist [RUN-06] [RUN-08]', async () => {
    await using bench = createAgentBench({ tools: [paying()], script: asking, policy: policyOf() })
    await bench.ask('hello', anna)
    const { approvalId } = await bench.until('approval_requested')
    const refusalTo = (principal: Principal, id = approvalId): Promise<unknown> =>
      bench.supervisor
        .answer(principal, id, { decision: 'approved', input: { to: 7 } })
        .catch((error: unknown) => error)

    const [own, outsiders, absent] = await Promise.all([
      refusalTo(anna),
      Promise.all([refusalTo(bob), refusalTo(mallory), refusalTo({ ...mallory, user: 'ann' })]),
      refusalTo(bob, 'apr_none'),
    ])

    expect(own).toMatchObject({
      code: 'APPROVAL_NOT_YOURS',
      message: expect.stringContaining('role "finance" or user "eve"'),
    })
    expect(absent).toMatchObject({ code: 'NOT_FOUND', details: { what: 'approval', id: 'apr_none' } })
    expect(outsiders).toMatchObject([1, 2, 3].map(() => ({ code: 'NOT_FOUND', details: { id: approvalId } })))
    expect((await bench.store.approvals.get(ann, approvalId))?.status).toBe('open')
  })

  it('is answered once, and not after its expiry, whoever comes second [RUN-08]', async () => {
    await using bench = createAgentBench({ tools: [paying()], script: [...asking, ...asking], policy: policyOf() })
    const first = await bench.ask()
    const answered = await bench.until('approval_requested')
    await bench.supervisor.answer(dan, answered.approvalId, { decision: 'denied' })
    const second = bench.supervisor.answer(eve, answered.approvalId, { decision: 'approved' })
    await expect(second).rejects.toMatchObject({ code: 'APPROVAL_RESOLVED', details: { decision: 'denied' } })
    await bench.finish(first)

    const next = await bench.ask()
    const { approvalId } = await bench.until('approval_requested', ({ runId }) => runId === next.runId)
    await bench.clock.advance(60_000)
    await bench.supervisor.recover()

    await expect(bench.supervisor.answer(eve, approvalId, { decision: 'approved' })).rejects.toMatchObject({
      code: 'APPROVAL_EXPIRED',
    })
    expect((await bench.finish(next)).calls).toMatchObject([{ error: { code: 'APPROVAL_EXPIRED' } }])
  })
})

describe('an inbox', () => {
  it('shows what is to be done and who asks, and nothing else of the thread [RUN-06] [RUN-08]', async () => {
    await using bench = createAgentBench({ tools: [paying()], script: asking, policy: policyOf() })
    const asked = await bench.ask('the canary of this thread', anna)
    const { approvalId, expiresAt } = await bench.until('approval_requested')

    const inboxes = await Promise.all([dan, eve, anna, bob, mallory].map((who) => bench.supervisor.inbox(who)))

    const entry = {
      approvalId,
      tool: 'pay',
      input: { ...payment, password: '[redacted]' },
      effect: 'destructive',
      requester: { user: 'ann', name: 'Ann' },
      requestedAt: bench.clock.now(),
      expiresAt,
    }
    const nothing = { approvals: [], more: false }
    expect(inboxes).toEqual([
      { approvals: [entry], more: false },
      { approvals: [entry], more: false },
      nothing,
      nothing,
      nothing,
    ])
    expect(asked.threadId).not.toBe('')
  })

  it("says in which thread one's own were asked", async () => {
    const policy = policyOf({ users: ['eve'], requester: true })
    await using bench = createAgentBench({ tools: [paying()], script: asking, policy })
    const { threadId } = await bench.ask()
    const { approvalId } = await bench.until('approval_requested')

    const inbox = await bench.supervisor.inbox(ann)

    expect(inbox).toMatchObject({ approvals: [{ approvalId, threadId, requester: { user: 'ann' } }] })
  })

  it('comes in pages: of so many, and never more arguments than a frame may carry', async () => {
    const long = 'x'.repeat(150_000)
    const calls = ['a', 'b', 'c'].map((to) => ({ tool: 'pay', input: { to: `${to}${long}` } }))
    await using bench = createAgentBench({
      tools: [paying()],
      script: [{ calls }, { text: 'over' }],
      policy: policyOf(),
    })
    await bench.ask()
    await bench.until('approval_requested', ({ input }) => JSON.stringify(input).startsWith('{"to":"c'))

    const all = await bench.supervisor.inbox(eve)
    const rest = await bench.supervisor.inbox(eve, { after: all.approvals.at(-1)?.approvalId ?? '' })
    const last = await bench.supervisor.inbox(eve, { after: rest.approvals[0]?.approvalId ?? '', limit: 1 })

    expect([all, rest, last].map(({ approvals, more }) => [approvals.length, more])).toEqual([
      [1, true],
      [1, true],
      [1, false],
    ])
    expect(new Set([all, rest, last].flatMap(({ approvals }) => approvals.map((one) => one.approvalId))).size).toBe(3)
  })

  it('that changed is told of to nobody by content, and with all that says who may know', async () => {
    await using bench = createAgentBench({ tools: [paying()], script: asking, policy: policyOf() })
    const told: SupervisorNotice[] = []
    bench.supervisor.subscribe((notice) => {
      if (notice.type === 'approvals_changed') told.push(notice)
    })
    const asked = await bench.ask()
    const { approvalId } = await bench.until('approval_requested')
    await bench.supervisor.answer(dan, approvalId, { decision: 'approved' })
    await bench.finish(asked)

    const approvers = [{ roles: ['finance'], users: ['eve'], requester: false }]
    const notice = { type: 'approvals_changed', owner: { tenant: 'acme', user: 'ann' }, approvers }
    expect(told).toEqual([notice, notice])
  })
})

describe('arguments that another edited', () => {
  const [wholeA, wholeB] = [
    { user: 'a', password: 'hunter-a' },
    { user: 'b', password: 'hunter-b' },
  ]
  const [a, b] = [
    { user: 'a', password: '[redacted]' },
    { user: 'b', password: '[redacted]' },
  ]
  const edited = { to: 'carl', amount: 5, password: '[redacted]' }

  it('are what runs, with the secrets that the approver never saw [RUN-08]', async () => {
    const got: unknown[] = []
    await using bench = createAgentBench({ tools: [paying(got)], script: asking, policy: policyOf() })
    const asked = await bench.ask()
    const { approvalId } = await bench.until('approval_requested')

    await bench.supervisor.answer(dan, approvalId, { decision: 'approved', input: edited })
    const { events } = await bench.finish(asked)

    expect(got).toEqual([{ to: 'carl', amount: 5, password: 'hunter2' }])
    expect(events.find(({ event }) => event.type === 'approval_resolved')?.event).toMatchObject({
      by: 'dan',
      input: edited,
    })
    expect(JSON.stringify(events)).not.toContain('hunter2')
  })

  it.for<readonly [words: string, users: readonly object[], runs: readonly object[] | string]>([
    ['edited in place', [{ ...a, to: 'A' }, b], [{ ...wholeA, to: 'A' }, wholeB]],
    ['without the first', [b], [wholeB]],
    ['the other way round', [b, a], [wholeB, wholeA]],
    ['with another first', [{ user: 'c' }, a, b], [{ user: 'c' }, wholeA, wholeB]],
    ['the other way round, and edited', [b, { ...a, to: 'A' }], '/users/1/password'],
    ['without the first, and edited', [{ ...b, to: 'B' }], '/users/0/password'],
    ['with a copy of what is hidden', [a, b, { user: 'c', password: '[redacted]' }], '/users/2/password'],
  ])('keep each secret with whom it was meant for, in a list that is %s [RUN-08]', async ([, users, expected]) => {
    const got: unknown[] = []
    const script = [{ calls: [{ tool: 'pay', input: { to: 'all', users: [wholeA, wholeB] } }] }, { text: 'over' }]
    await using bench = createAgentBench({ tools: [paying(got)], script, policy: policyOf() })
    const asked = await bench.ask()
    const { approvalId } = await bench.until('approval_requested')

    const input = { to: 'all', users } as unknown as JsonValue
    const refusal = await bench.supervisor
      .answer(dan, approvalId, { decision: 'approved', input })
      .catch((error: unknown) => error)
    await bench.supervisor.answer(dan, approvalId, { decision: 'denied' }).catch(() => {})
    const { events } = await bench.finish(asked)

    const issues = (refusal as { details?: { issues: { path: string }[] } } | undefined)?.details?.issues ?? []
    expect(got).toEqual(typeof expected === 'string' ? [] : [{ to: 'all', users: expected }])
    expect(issues.map(({ path }) => path)).toEqual(typeof expected === 'string' ? [expected] : [])
    expect(JSON.stringify(events)).not.toMatch(/hunter/)
  })

  it('are validated and kept whole by a node that does not hold the run [RUN-08]', async () => {
    const got: unknown[] = []
    const store = createMemoryStore()
    const setting = { store, tools: [paying(got)], policy: policyOf() }
    await using here = createAgentBench({ ...setting, script: asking })
    await using there = createAgentBench(setting)
    const { runId } = await here.ask()
    const { approvalId, callId } = await here.until('approval_requested')

    const wrong = there.supervisor.answer(dan, approvalId, {
      decision: 'approved',
      input: { to: 'carl', amount: 'much' },
    })
    await expect(wrong).rejects.toMatchObject({
      code: 'APPROVAL_INPUT_INVALID',
      details: { issues: [{ path: '/amount' }] },
    })
    await there.supervisor.answer(dan, approvalId, { decision: 'approved', input: edited })

    expect((await store.runs.keptInputs(ann, runId)).get(callId)).toEqual({
      to: 'carl',
      amount: 5,
      password: 'hunter2',
    })
    expect(await store.approvals.get(ann, approvalId)).toMatchObject({ status: 'approved' })
  })

  it('are not taken when the tool is another by now, while the answer without them is [RUN-08]', async () => {
    const store = createMemoryStore()
    const setting = { store, policy: policyOf() }
    await using here = createAgentBench({ ...setting, tools: [paying()], script: asking })
    await using there = createAgentBench({ ...setting, tools: [paying([], 'string')] })
    await here.ask()
    const { approvalId } = await here.until('approval_requested')

    const changed = there.supervisor.answer(dan, approvalId, { decision: 'approved', input: { to: 'carl' } })

    await expect(changed).rejects.toMatchObject({ code: 'APPROVAL_INPUT_INVALID' })
    await there.supervisor.answer(dan, approvalId, { decision: 'denied' })
    expect(await store.approvals.get(ann, approvalId)).toMatchObject({ status: 'denied' })
  })
})

interface Answer {
  readonly who: Principal
  readonly index: number
  readonly decision: 'approved' | 'denied'
  readonly input?: JsonValue
}

const answers: fc.Arbitrary<readonly Answer[]> = fc.array(
  fc.record(
    {
      who: fc.constantFrom(dan, eve),
      index: fc.nat(2),
      decision: fc.constantFrom('approved' as const, 'denied' as const),
      input: fc.constant({ to: 'edited' }),
    },
    { requiredKeys: ['who', 'index', 'decision'] },
  ),
  { maxLength: 8 },
)

describe('several approvals open at once', () => {
  it('are answered in any order, by two people at once; the first answer of each stands [RUN-08]', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), answers, async (scheduler, given) => {
        const got: JsonValue[] = []
        let racing = false
        const store = scheduled(scheduler, createMemoryStore(), () => racing)
        const people = ['a', 'b', 'c']
        const calls = people.map((to) => ({ tool: 'pay', input: { to } }))
        const script = [{ calls }, { text: 'over' }]
        await using bench = createAgentBench({ store, tools: [paying(got)], script, policy: policyOf() })
        const asked = await bench.ask()
        await bench.until('approval_requested', ({ input }) => JSON.stringify(input) === '{"to":"c"}')
        const { approvals } = await bench.supervisor.openThread(ann, asked.threadId)
        const idOf = (index: number): string =>
          approvals.find(({ input }) => JSON.stringify(input) === `{"to":"${people[index]}"}`)?.approvalId ?? ''
        // Each question is answered at least once, so that the run ends.
        const all = [...given, ...people.map((_, index): Answer => ({ who: eve, index, decision: 'denied' }))]

        racing = true
        const settling = Promise.allSettled(
          all.map(({ who, index, ...answer }) => bench.supervisor.answer(who, idOf(index), answer)),
        )
        await scheduler.waitFor(settling)
        const outcomes = await settling
        racing = false
        await scheduler.waitIdle()
        const { events, calls: ended } = await bench.finish(asked)

        const stood = outcomes.flatMap(({ status }, nth) => (status === 'fulfilled' ? [all[nth]] : []))
        const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
        const resolved = events.flatMap(({ event }) => (event.type === 'approval_resolved' ? [event] : []))
        expect(new Set(stood.map((one) => one?.index))).toEqual(new Set([0, 1, 2]))
        expect(stood).toHaveLength(3)
        expect(new Set(refused).size).toBeLessThanOrEqual(1)
        expect(refused.every((code) => code === 'APPROVAL_RESOLVED')).toBe(true)
        expect(resolved).toHaveLength(3)
        expect(
          resolved.map(({ approvalId, decision, by }) => JSON.stringify([approvalId, decision, by])).toSorted(),
        ).toEqual(stood.map((one) => JSON.stringify([idOf(one?.index ?? -1), one?.decision, one?.who.user])).toSorted())
        expect(ended.filter(({ outcome }) => outcome === 'ok')).toHaveLength(got.length)
        expect(got.length).toBe(stood.filter((one) => one?.decision === 'approved').length)
        expect(checkContract(events)).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})

/** The reads and the answer of a person come in whatever order the scheduler gives them. */
function scheduled(scheduler: fc.Scheduler, store: Store, isRacing: () => boolean): Store {
  return {
    ...store,
    approvals: {
      ...store.approvals,
      async get(...asked) {
        if (isRacing()) await scheduler.schedule(Promise.resolve())
        return store.approvals.get(...asked)
      },
      resolve: async (...answer) => {
        if (isRacing()) await scheduler.schedule(Promise.resolve())
        return store.approvals.resolve(...answer)
      },
    },
    inbox: {
      ...store.inbox,
      async get(...asked) {
        if (isRacing()) await scheduler.schedule(Promise.resolve())
        return store.inbox.get(...asked)
      },
    },
  }
}
