import type { StandardSchemaV1 } from '@standard-schema/spec'
import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../adapters/store/memory.ts'
import { definePolicy } from '../policy/define-policy.ts'
import type { JsonValue, Principal } from '../protocol/vocabulary.ts'
import { ann, bob, createAgentBench } from '../testing/agent-bench.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { defineTool } from '../tool/define-tool.ts'
import type { JsonSchema } from '../tool/schema-source.ts'
import type { Tool } from '../tool/tool.ts'

const eve: Principal = { tenant: 'acme', user: 'eve', roles: [], scopes: [] }
const mallory: Principal = { tenant: 'other', user: 'eve', roles: [], scopes: [] }
const policy = definePolicy({
  allow: [{ tools: ['*'] }],
  approve: [{ tools: ['pay'], by: { users: ['eve'] } }],
  approvalTimeoutMs: 60_000,
})
const payment = { to: 'bob', amount: 10, password: 'hunter2' }
const asking = [{ calls: [{ tool: 'pay', input: payment }] }, { text: 'over' }]
const usual = {
  type: 'object',
  properties: { to: { type: 'string' }, amount: { type: 'number' }, password: { type: 'string' } },
  required: ['to'],
}

describe('arguments that are checked while they are edited', () => {
  it('are judged as the answer would be, which stays open [RUN-08]', async () => {
    await using bench = createAgentBench({ tools: [paying(usual)], script: asking, policy })
    await bench.ask()
    const { approvalId } = await bench.until('approval_requested')
    const check = (input: JsonValue) => bench.supervisor.checkApproval(eve, approvalId, input)

    const wrong = await check({ amount: 'much', password: '[redacted]' })
    const fitting = await check({ to: 'carl', amount: 5, password: '[redacted]' })
    const refusal = await bench.supervisor
      .answer(eve, approvalId, { decision: 'approved', input: { amount: 'much', password: '[redacted]' } })
      .catch((error: unknown) => error)

    expect(wrong.map(({ path }) => path).toSorted()).toEqual(['/amount', '/to'])
    expect(fitting).toEqual([])
    expect(refusal).toMatchObject({ code: 'APPROVAL_INPUT_INVALID', details: { issues: wrong } })
    expect(await bench.store.approvals.get(ann, approvalId)).toMatchObject({ status: 'open' })
  })

  it('are judged by a node that does not hold the run, and not for a tool that is another by now [RUN-08] [L12]', async () => {
    const store = createMemoryStore()
    await using here = createAgentBench({ store, tools: [paying(usual)], script: asking, policy })
    await using there = createAgentBench({ store, tools: [paying(usual)], policy })
    await using changed = createAgentBench({ store, tools: [paying({ type: 'object' })], policy })
    await here.ask()
    const { approvalId } = await here.until('approval_requested')

    const judged = await there.supervisor.checkApproval(eve, approvalId, { to: 7 })
    const unjudged = await changed.supervisor.checkApproval(eve, approvalId, { to: 7 })
    const shown = await changed.supervisor.approval(eve, approvalId)

    expect(judged).toMatchObject([{ path: '/to' }])
    expect(unjudged).toMatchObject([{ path: '', message: expect.stringContaining('its tool is gone or was changed') }])
    expect(shown.tool).toBeNull()
  })

  it('are judged for who may answer, while it is open, and for nobody else [RUN-06] [RUN-08]', async () => {
    await using bench = createAgentBench({ tools: [paying(usual)], script: asking, policy })
    await bench.ask()
    const { approvalId } = await bench.until('approval_requested')
    const codes = (who: Principal, id = approvalId) =>
      Promise.all(
        [bench.supervisor.checkApproval(who, id, {}), bench.supervisor.approval(who, id)].map((asked) =>
          asked.then(
            () => 'ok',
            ({ code }) => code,
          ),
        ),
      )

    expect(await codes(ann)).toEqual(['APPROVAL_NOT_YOURS', 'APPROVAL_NOT_YOURS'])
    expect(await codes(bob)).toEqual(['NOT_FOUND', 'NOT_FOUND'])
    expect(await codes(mallory)).toEqual(['NOT_FOUND', 'NOT_FOUND'])
    expect(await codes(eve, 'apr_none')).toEqual(['NOT_FOUND', 'NOT_FOUND'])
    expect(await codes(eve)).toEqual(['ok', 'ok'])
    bench.clock.jump(60_001)
    expect(await codes(eve)).toEqual(['APPROVAL_EXPIRED', 'ok'])
    await bench.supervisor.recover()
    await bench.until('approval_resolved')
    expect(await codes(eve)).toEqual(['APPROVAL_EXPIRED', 'ok'])
    expect(await bench.supervisor.approval(eve, approvalId)).toMatchObject({ decision: 'expired' })
  })

  it('are complained of without a word of what was not shown [RUN-08]', async () => {
    await using bench = createAgentBench({ tools: [judging(quote)], script: asking, policy })
    await bench.ask()
    const { approvalId } = await bench.until('approval_requested')
    const input = { to: 'carl', amount: 5, password: '[redacted]' }

    const issues = await bench.supervisor.checkApproval(eve, approvalId, input)
    const refusal = await bench.supervisor
      .answer(eve, approvalId, { decision: 'approved', input })
      .catch((error: unknown) => error)

    expect(issues).toEqual([{ path: '/password', message: 'refuses "[redacted]"' }])
    expect(refusal).toMatchObject({ details: { issues } })
  })

  it('are refused when their schema does not say in time whether they fit [RUN-08] [L12]', async () => {
    await using bench = createAgentBench({ tools: [judging(() => new Promise(() => {}))], script: asking, policy })
    await bench.ask()
    const { approvalId } = await bench.until('approval_requested')

    const checking = bench.supervisor.checkApproval(eve, approvalId, payment)
    await bench.clock.advance(5_000)

    expect(await checking).toEqual([{ path: '', message: expect.stringContaining('did not say within 5000 ms') }])
  })

  it('take a tenth of the thread at most, however often somebody asks; nobody else waits for it [RUN-08] [L12]', async () => {
    const by = { users: ['eve', 'bob'] }
    const manual = createManualClock()
    let judgedMs = 0
    const clock = { ...manual, monotonic: () => manual.monotonic() + judgedMs }
    const slow = judging((value) => {
      judgedMs += 200
      return { value }
    })
    const approving = definePolicy({ allow: [{ tools: ['*'] }], approve: [{ tools: ['pay'], by }] })
    await using bench = createAgentBench({ tools: [slow], script: asking, policy: approving, clock })
    await bench.ask()
    const { approvalId } = await bench.until('approval_requested')
    const check = (who: Principal) => bench.supervisor.checkApproval(who, approvalId, payment)

    const first = await check(eve)
    const impatient = [check(eve), check(eve), check(eve), check(eve)]
    const other = await check(bob)
    await bench.clock.advance(1_799)
    const before = judgedMs
    await bench.clock.advance(1)
    const after = judgedMs
    await bench.clock.advance(5_000)
    const answers = await Promise.all(impatient)

    expect([first, other, before, after]).toEqual([[], [], 400, 600])
    expect(answers.slice(0, 2)).toEqual([[], []])
    expect(answers.slice(2).flat()).toMatchObject([{ message: expect.stringContaining('did not say') }, {}])
    expect(judgedMs).toBe(800)
  })
})

describe('an approval that is looked at', () => {
  it('shows its approver the tool that it is about, and nothing of the thread [RUN-06] [RUN-08]', async () => {
    await using bench = createAgentBench({ tools: [paying(usual)], script: asking, policy })
    await bench.ask('the canary of this thread')
    const { approvalId } = await bench.until('approval_requested')

    const shown = await bench.supervisor.approval(eve, approvalId)

    expect(shown).toMatchObject({
      approval: { approvalId, tool: 'pay', input: { ...payment, password: '[redacted]' }, requester: { user: 'ann' } },
      decision: null,
      tool: { name: 'pay', description: 'Pays somebody', effect: 'destructive', inputSchema: usual },
    })
    expect(JSON.stringify(shown)).not.toMatch(/canary|hunter2|thr_/)
  })

  it('says who answered it, to those who may have done so as well [RUN-08]', async () => {
    const by = { users: ['eve', 'bob'] }
    const approving = definePolicy({ allow: [{ tools: ['*'] }], approve: [{ tools: ['pay'], by }] })
    await using bench = createAgentBench({ tools: [paying(usual)], script: asking, policy: approving })
    await bench.ask()
    const { approvalId } = await bench.until('approval_requested')

    await bench.supervisor.answer(bob, approvalId, { decision: 'denied', reason: 'for ann alone' })
    const shown = await bench.supervisor.approval(eve, approvalId)

    expect(shown).toMatchObject({ decision: 'denied', by: 'bob' })
    expect(JSON.stringify(shown)).not.toContain('for ann alone')
  })
})

type Judgement = StandardSchemaV1.Result<unknown>

const pay = { name: 'pay', description: 'Pays somebody', effect: 'destructive', execute: () => 'paid' } as const

function paying(input: JsonSchema): Tool {
  return defineTool({ ...pay, input })
}

/** Lets the call itself through; what is edited is judged by `judgeLater`. */
function judging(judgeLater: (value: unknown) => Judgement | Promise<Judgement>): Tool {
  let asked = 0
  const validate = (value: unknown) => (asked++ === 0 ? { value } : judgeLater(value))
  const schema = { '~standard': { version: 1, vendor: 'test', validate } } as const
  return defineTool({ ...pay, input: { schema, jsonSchema: usual } })
}

/** As schemas do, it quotes what it refuses. */
function quote(value: unknown): Judgement {
  const { password } = value as { readonly password: string }
  return { issues: [{ path: ['password'], message: `refuses "${password}"` }] }
}
