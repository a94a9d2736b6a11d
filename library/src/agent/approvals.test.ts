import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../adapters/store/memory.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { checkContract } from '../protocol/contract.ts'
import { ann, bob, createAgentBench } from '../testing/agent-bench.ts'
import { defineTool } from '../tool/define-tool.ts'
import type { Tool } from '../tool/tool.ts'
import { StoreError } from './errors.ts'
import type { Store } from './ports.ts'

const input = {
  type: 'object',
  properties: { path: { type: 'string' }, password: { type: 'string' } },
  required: ['path'],
} as const

function wiping(got: unknown[] = []): Tool {
  return defineTool({
    name: 'wipe',
    description: 'Wipes a path',
    input,
    effect: 'destructive',
    execute(asked) {
      got.push(asked)
      return 'wiped'
    },
  })
}

const asking = [{ calls: [{ tool: 'wipe', input: { path: '/tmp', password: 'hunter2' } }] }, { text: 'over' }]

describe('a call that needs a person', () => {
  it('waits for the approval, and starts only when it was given', async () => {
    const got: unknown[] = []
    await using bench = createAgentBench({ tools: [wiping(got)], script: asking })
    const asked = await bench.ask()
    const { approvalId, ...request } = await bench.until('approval_requested')
    const before = { got: [...got], open: (await bench.supervisor.openThread(ann, asked.threadId)).approvals }

    await bench.supervisor.answer(ann, approvalId, { decision: 'approved' })
    const { events, calls } = await bench.finish(asked)

    expect(before).toMatchObject({ got: [], open: [{ approvalId, callId: request.callId }] })
    expect(request).toMatchObject({
      tool: 'wipe',
      input: { path: '/tmp', password: '[redacted]' },
      effect: 'destructive',
    })
    expect(calls).toMatchObject([{ outcome: 'ok', output: 'wiped' }])
    expect(got).toEqual([{ path: '/tmp', password: 'hunter2' }])
    expect(checkContract(events)).toEqual([])
    expect(JSON.stringify(events)).not.toContain('hunter2')
  })

  it('is refused when it is denied, and the model is told why', async () => {
    const got: unknown[] = []
    await using bench = createAgentBench({ tools: [wiping(got)], script: asking })
    const asked = await bench.ask()
    const { approvalId } = await bench.until('approval_requested')

    await bench.supervisor.answer(ann, approvalId, { decision: 'denied', reason: 'not on a Friday' })
    const { events, calls } = await bench.finish(asked)

    expect(calls).toMatchObject([{ outcome: 'refused', error: { code: 'APPROVAL_DENIED' } }])
    expect(JSON.stringify(bench.model.requests[1]?.messages)).toContain('not on a Friday')
    expect(events.find(({ event }) => event.type === 'approval_resolved')?.event).toMatchObject({
      decision: 'denied',
      by: 'ann',
    })
    expect(got).toEqual([])
    expect(checkContract(events)).toEqual([])
  })

  it('is refused when nobody answers in time, and an answer after that is refused too', async () => {
    const policy = definePolicy({ allow: [{ tools: ['*'] }], approvalTimeoutMs: 60_000 })
    await using bench = createAgentBench({ tools: [wiping()], script: asking, policy })
    const asked = await bench.ask()
    const { approvalId } = await bench.until('approval_requested')

    await bench.clock.advance(60_000)
    const { events, calls } = await bench.finish(asked)

    expect(calls).toMatchObject([{ outcome: 'refused', error: { code: 'APPROVAL_EXPIRED' } }])
    expect(checkContract(events)).toEqual([])
    await expect(bench.supervisor.answer(ann, approvalId, { decision: 'approved' })).rejects.toMatchObject({
      code: 'APPROVAL_EXPIRED',
    })
  })

  it('is cancelled when the run is stopped, and so is its approval', async () => {
    await using bench = createAgentBench({ tools: [wiping()], script: asking })
    const asked = await bench.ask()
    const { approvalId } = await bench.until('approval_requested')

    await bench.supervisor.stop(ann, asked.runId)
    const { events, calls, end } = await bench.finish(asked)

    expect(end.outcome).toBe('stopped')
    expect(calls).toMatchObject([{ outcome: 'cancelled', error: { code: 'CALL_CANCELLED' } }])
    expect(checkContract(events)).toEqual([])
    await expect(bench.supervisor.answer(ann, approvalId, { decision: 'approved' })).rejects.toMatchObject({
      code: 'APPROVAL_RESOLVED',
      details: { decision: 'cancelled' },
    })
  })

  it('is answered once: the first answer stands', async () => {
    await using bench = createAgentBench({ tools: [wiping()], script: asking })
    const asked = await bench.ask()
    const { approvalId } = await bench.until('approval_requested')

    const answers = await Promise.allSettled([
      bench.supervisor.answer(ann, approvalId, { decision: 'denied' }),
      bench.supervisor.answer(ann, approvalId, { decision: 'approved' }),
    ])
    const { calls } = await bench.finish(asked)

    expect(answers).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'APPROVAL_RESOLVED' } },
    ])
    expect(calls).toMatchObject([{ outcome: 'refused' }])
  })

  it('of somebody else cannot be answered, and looks as if it did not exist', async () => {
    await using bench = createAgentBench({ tools: [wiping()], script: asking })
    await bench.ask()
    const { approvalId } = await bench.until('approval_requested')

    await expect(bench.supervisor.answer(bob, approvalId, { decision: 'approved' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  it('is answered by whoever is told of it, at once', async () => {
    await using bench = createAgentBench({ tools: [wiping()], script: asking })
    bench.supervisor.subscribe((notice) => {
      if (notice.type !== 'events') return
      for (const { event } of notice.events) {
        if (event.type === 'approval_requested')
          void bench.supervisor.answer(ann, event.approvalId, { decision: 'approved' })
      }
    })

    const { calls } = await bench.run()

    expect(calls).toMatchObject([{ outcome: 'ok' }])
  })

  it('is answered by whoever reads of it in the store, before the store has told the run that it is there', async () => {
    const store = createMemoryStore()
    const told = Promise.withResolvers<void>()
    const append: Store['events']['append'] = async (owner, threadId, entry) => {
      const logged = await store.events.append(owner, threadId, entry)
      if (entry.events.some(({ type }) => type === 'approval_requested')) await told.promise
      return logged
    }
    const slow = { ...store, events: { ...store.events, append } }
    await using bench = createAgentBench({ store: slow, tools: [wiping()], script: asking })
    const asked = await bench.ask()
    await bench.clock.advance(0)
    const [approval] = (await bench.supervisor.openThread(ann, asked.threadId)).approvals

    await bench.supervisor.answer(ann, approval?.approvalId ?? '', { decision: 'approved' })
    told.resolve()
    const { calls, events } = await bench.finish(asked)

    expect(calls).toMatchObject([{ outcome: 'ok', output: 'wiped' }])
    expect(checkContract(events)).toEqual([])
  })

  it('that cannot be closed for a while is closed as soon as the store can, and leaves no timer behind', async () => {
    const store = createMemoryStore()
    let failures = 0
    const resolve: Store['approvals']['resolve'] = async (...answer) => {
      if (failures++ < 3) throw new StoreError('STORE_UNAVAILABLE', { detail: 'busy' })
      return store.approvals.resolve(...answer)
    }
    const failing = { ...store, approvals: { ...store.approvals, resolve } }
    await using bench = createAgentBench({ store: failing, tools: [wiping()], script: asking })
    const asked = await bench.ask()
    await bench.until('approval_requested')

    await bench.supervisor.stop(ann, asked.runId)
    await bench.clock.advance(1_000)
    const { end, events } = await bench.finish(asked)

    expect(failures).toBe(4)
    expect(end.outcome).toBe('stopped')
    expect(checkContract(events)).toEqual([])
  })

  it('may be one of several that are open at once, each answered on its own', async () => {
    const paths = ['/a', '/b', '/c']
    const got: unknown[] = []
    await using bench = createAgentBench({
      tools: [wiping(got)],
      script: [{ calls: paths.map((path) => ({ tool: 'wipe', input: { path } })) }, { text: 'over' }],
    })
    const asked = await bench.ask()
    await bench.until('approval_requested', ({ input: shown }) => JSON.stringify(shown).includes('/c'))
    const { approvals } = await bench.supervisor.openThread(ann, asked.threadId)
    const idOf = (path: string) => approvals.find((open) => JSON.stringify(open.input).includes(path))?.approvalId ?? ''

    await bench.supervisor.answer(ann, idOf('/c'), { decision: 'approved' })
    await bench.supervisor.answer(ann, idOf('/a'), { decision: 'denied' })
    await bench.supervisor.answer(ann, idOf('/b'), { decision: 'approved' })
    const { events } = await bench.finish(asked)

    expect(approvals).toHaveLength(3)
    expect(got).toEqual([{ path: '/c' }, { path: '/b' }])
    expect(bench.model.requests[1]?.messages.at(-1)).toMatchObject({
      results: [{ outcome: 'refused' }, { outcome: 'ok' }, { outcome: 'ok' }],
    })
    expect(checkContract(events)).toEqual([])
  })
})

describe('arguments that the approver edited', () => {
  it('are validated again before they are accepted, and the question stays open when they do not fit', async () => {
    await using bench = createAgentBench({ tools: [wiping()], script: asking })
    await bench.ask()
    const { approvalId } = await bench.until('approval_requested')

    const wrong = bench.supervisor.answer(ann, approvalId, { decision: 'approved', input: { path: 7 } })

    await expect(wrong).rejects.toMatchObject({
      code: 'APPROVAL_INPUT_INVALID',
      details: { issues: [{ path: '/path' }] },
    })
    expect((await bench.store.approvals.get(ann, approvalId))?.status).toBe('open')
  })

  it('are what runs; what was shown redacted and left so is as it was, and stays out of the log', async () => {
    const got: unknown[] = []
    await using bench = createAgentBench({ tools: [wiping(got)], script: asking })
    const asked = await bench.ask()
    const { approvalId, input: shown } = await bench.until('approval_requested')

    await bench.supervisor.answer(ann, approvalId, {
      decision: 'approved',
      input: { ...(shown as object), path: '/var' },
    })
    const { events, calls } = await bench.finish(asked)

    expect(calls).toMatchObject([{ outcome: 'ok' }])
    expect(got).toEqual([{ path: '/var', password: 'hunter2' }])
    expect(events.find(({ event }) => event.type === 'tool_executing')?.event).toMatchObject({
      input: { path: '/var', password: '[redacted]' },
    })
    expect(JSON.stringify(events)).not.toContain('hunter2')
  })

  it('may hold a new secret, which reaches the tool and not the log', async () => {
    const got: unknown[] = []
    await using bench = createAgentBench({ tools: [wiping(got)], script: asking })
    const asked = await bench.ask()
    const { approvalId } = await bench.until('approval_requested')

    await bench.supervisor.answer(ann, approvalId, { decision: 'approved', input: { path: '/x', password: 'hunter3' } })
    const { events } = await bench.finish(asked)

    expect(got).toEqual([{ path: '/x', password: 'hunter3' }])
    expect(JSON.stringify(events)).not.toContain('hunter')
  })
})

describe('what was approved', () => {
  it('does not run when the permission is gone by then', async () => {
    const tool = wiping()
    let allowed = true
    const real = definePolicy({ allow: [{ tools: ['*'] }] })
    const policy: typeof real = {
      ...real,
      permission: (who, what) =>
        allowed ? real.permission(who, what) : { allowed: false, reason: 'no_rule', missing: [] },
    }
    await using bench = createAgentBench({ tools: [tool], script: asking, policy })
    const asked = await bench.ask()
    const { approvalId } = await bench.until('approval_requested')

    allowed = false
    await bench.supervisor.answer(ann, approvalId, { decision: 'approved' })
    const { calls } = await bench.finish(asked)

    expect(calls).toMatchObject([{ outcome: 'refused', error: { code: 'TOOL_CHANGED' } }])
  })
})
