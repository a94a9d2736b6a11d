/** Rules of the store contract: what those who run the house may read of runs, whoever owns them. @module */

import type { RunPage, RunPlace, RunQuery } from '../../agent/administration-ports.ts'
import type { Store } from '../../agent/ports.ts'
import type { AgentStarted, RunEvent, StepCompleted, ToolExecuting, ToolLate } from '../../protocol/events.ts'
import { createId } from '../../protocol/ids.ts'
import type { Owner } from '../../protocol/vocabulary.ts'
import {
  completed,
  LONG_MS,
  message,
  nested,
  newRun,
  newRunAtWork,
  newThread,
  requested,
  START,
  type Suite,
} from './fixtures.ts'

function started(runId: string, attempt = 1): AgentStarted {
  return { type: 'agent_started', runId, agent: 'assistant', attempt, model: 'scripted', manifest: 'm'.repeat(64) }
}

function stepped(runId: string, tokens: number, costMicros?: number): StepCompleted {
  const usage = { inputTokens: tokens, outputTokens: 1, ...(costMicros === undefined ? {} : { costMicros }) }
  return { type: 'step_completed', runId, step: 1, finish: 'calls', calls: [], usage }
}

function executing(runId: string, callId: string): ToolExecuting {
  return {
    type: 'tool_executing',
    runId,
    step: 1,
    callId,
    tool: 'read_note',
    input: {},
    effect: 'read',
    fingerprint: 'f'.repeat(64),
  }
}

/** Several of each of two people of a tenant of the test's own, in the order of their start; each has ended but the last. */
async function newHouse(store: Store): Promise<{ readonly tenant: string; readonly runIds: readonly string[] }> {
  const tenant = createId('con')
  const runIds: string[] = []
  for (const [index, user] of ['ann', 'bob', 'ann', 'bob', 'ann'].entries()) {
    const change = { at: START + index, agent: index === 1 ? 'clerk' : 'assistant' }
    const { owner, threadId, runId, fence } = await newRunAtWork(store, { tenant, user }, change)
    runIds.unshift(runId)
    if (index === 4) break
    const end = { ...completed(runId), outcome: index === 2 ? 'failed' : 'completed' } as const
    await store.events.append(owner, threadId, { fence, at: START + 10, events: [end] })
  }
  return { tenant, runIds }
}

function idsOf({ runs }: RunPage): readonly string[] {
  return runs.map(({ runId }) => runId)
}

export function administrationRules({ describe, it, expect, store: shared }: Suite): void {
  const find = async (store: Store, tenant: string, query: Partial<RunQuery>): Promise<readonly string[]> =>
    idsOf(await store.administration.runs({ tenant, ...query }))

  describe('administration', () => {
    it('lists the runs of all users of a tenant, newest first, and of no other tenant [WEB-03] [RUN-06]', async () => {
      const store = await shared()
      const { tenant, runIds } = await newHouse(store)
      const elsewhere = await newHouse(store)

      expect(await find(store, tenant, {})).toEqual(runIds)
      expect(await find(store, createId('con'), {})).toEqual([])
      const all = idsOf(await store.administration.runs({ tenant: null, limit: 100_000 }))
      expect(all).toEqual(expect.arrayContaining([...runIds, ...elsewhere.runIds]))
    })

    it('tells of a run what it is, what it used so far, and what became of it [WEB-03]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const { tenant } = owner
      const report = async () => (await store.administration.runs({ tenant })).runs[0]
      const append = (at: number, ...events: readonly RunEvent[]) =>
        store.events.append(owner, threadId, { fence, at, events })
      const accepted = await report()

      await append(START, started(runId, 2), stepped(runId, 10, 500), executing(runId, 'call_1'))
      await append(START, executing(runId, 'call_1'), nested(runId, 'call_1', stepped('run_inner', 20)))
      const atWork = await report()
      await append(START + 9, completed(runId))

      expect(accepted).toMatchObject({ model: null, attempts: 0, state: 'working', endedAt: null })
      expect(atWork).toEqual({
        ...(await store.runs.get(owner, runId)),
        outcome: null,
        model: 'scripted',
        attempts: 2,
        state: 'working',
        endedAt: null,
        used: { steps: 2, calls: 1, tokens: 32, costMicros: 500 },
      })
      expect(await report()).toMatchObject({ state: 'completed', outcome: 'completed', endedAt: START + 9 })
    })

    it('tells which runs wait for a person, parked or not, and which work on [WEB-03]', async () => {
      const store = await shared()
      const tenant = createId('con')
      const [asking, parked, working] = [
        await newRunAtWork(store, { tenant, user: 'ann' }),
        await newRunAtWork(store, { tenant, user: 'bob' }),
        await newRunAtWork(store, { tenant, user: 'eve' }),
      ]
      const answered = requested(working.runId)
      await append(store, asking, nested(asking.runId, 'call_1', requested('run_inner')))
      await append(store, parked, requested(parked.runId))
      await append(store, working, answered)

      await store.leases.release('node_a', parked.fence, { until: START + LONG_MS, parked: { approvals: 1 } })
      await store.approvals.resolve(working.owner, answered.approvalId, { decision: 'approved', at: START })

      expect(new Set(await find(store, tenant, { state: 'waiting' }))).toEqual(new Set([asking.runId, parked.runId]))
      expect(await find(store, tenant, { state: 'working' })).toEqual([working.runId])
      expect(await find(store, tenant, { state: 'ended' })).toEqual([])
    })

    it('finds runs by user, agent, outcome, id, thread and time [WEB-03]', async () => {
      const store = await shared()
      const { tenant, runIds } = await newHouse(store)
      const [fifth, fourth, third, second, first] = runIds
      const threadId = (await store.runs.get({ tenant, user: 'bob' }, `${fourth}`))?.threadId ?? ''

      expect(await find(store, tenant, { user: 'bob' })).toEqual([fourth, second])
      expect(await find(store, tenant, { agent: 'clerk' })).toEqual([second])
      expect(await find(store, tenant, { state: 'failed' })).toEqual([third])
      expect(await find(store, tenant, { state: 'ended' })).toEqual([fourth, third, second, first])
      expect(await find(store, tenant, { state: 'working', user: 'ann' })).toEqual([fifth])
      expect(await find(store, tenant, { id: `${second}` })).toEqual([second])
      expect(await find(store, tenant, { id: threadId })).toEqual([fourth])
      expect(await find(store, tenant, { from: START + 1, to: START + 3 })).toEqual([third, second])
      expect(await find(store, createId('con'), { id: `${second}` })).toEqual([])
      expect(await find(store, createId('con'), { id: threadId })).toEqual([])
    })

    it('gives them in pages, each run once [WEB-03]', async () => {
      const store = await shared()
      const { tenant, runIds } = await newHouse(store)
      const twin = await newRunAtWork(store, { tenant, user: 'ann' }, { at: START + 2 })
      const page = (after?: RunPlace | null) =>
        store.administration.runs({ tenant, limit: 2, ...(after ? { after } : {}) })

      const first = await page()
      const second = await page(first.next)
      const third = await page(second.next)

      expect([first, second, third].map(({ runs }) => runs.length)).toEqual([2, 2, 2])
      expect(new Set([first, second, third].flatMap(idsOf))).toEqual(new Set([...runIds, twin.runId]))
      expect(third.next).toBeNull()
    })

    it("reads a run's own events in pages, with its message, its approvals and what came late [WEB-03]", async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const { tenant } = owner
      const asked = requested(runId)
      await store.events.append(owner, threadId, { fence, at: START, events: [started(runId), asked] })
      await store.threads.rename(owner, threadId, { title: 'Notes', at: START })
      await store.approvals.resolve(owner, asked.approvalId, { decision: 'denied', by: 'ann', at: START })
      const before = await store.administration.run({ tenant, runId })
      await store.events.append(owner, threadId, { fence, at: START, events: [completed(runId)] })
      const next = newRun(owner, threadId)
      await store.runs.accept(owner, next)
      const late: ToolLate = { type: 'tool_late', runId, callId: 'c', tool: 't', settled: 'resolved', afterMs: 1 }
      await store.events.appendLate(owner, threadId, { at: START, event: late })

      const seen = await readInPages(store, { tenant, runId, limit: 2 })

      const own = ['message_added', 'agent_started', 'approval_requested', 'approval_resolved']
      expect(before?.events.map(({ event }) => event.type)).toEqual(own)
      expect(before).toMatchObject({ readTo: 5, more: false, run: { runId, state: 'working' } })
      expect(seen.map(({ seq, event }) => [seq, event.type])).toEqual([
        ...[1, 2, 3, 5].map((seq, index) => [seq, own[index]]),
        [6, 'agent_completed'],
        [8, 'tool_late'],
      ])
      const other = await store.administration.run({ tenant, runId: next.runId })
      expect(other?.events.map(({ seq }) => seq)).toEqual([7])
    })

    it('follows a run at work from where it was read to [WEB-03]', async () => {
      const store = await shared()
      const run = await newRunAtWork(store)
      const query = { tenant: run.owner.tenant, runId: run.runId }
      const first = await store.administration.run(query)

      await append(store, run, message(run.runId, 'Hel'), message(run.runId, 'lo'))
      const second = await store.administration.run({ ...query, after: first?.readTo ?? 0 })
      const third = await store.administration.run({ ...query, after: second?.readTo ?? 0 })

      expect([first, second, third].map((page) => page?.events.length)).toEqual([1, 2, 0])
      expect([first, second, third].map((page) => page?.readTo)).toEqual([1, 3, 3])
    })

    it('knows nothing of a run of another tenant, of none, and of a thread that was deleted [WEB-03] [RUN-06]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const { tenant } = owner
      await store.events.append(owner, threadId, { fence, at: START, events: [completed(runId)] })

      expect(await store.administration.run({ tenant: createId('con'), runId })).toBeUndefined()
      expect(await store.administration.run({ tenant, runId: 'run_none' })).toBeUndefined()
      expect(await store.administration.run({ tenant: null, runId })).toMatchObject({ run: { owner } })
      await newThread(store, owner)
      await store.threads.delete(owner, threadId)
      expect(await store.administration.run({ tenant, runId })).toBeUndefined()
      expect(await find(store, tenant, {})).toEqual([])
    })
  })
}

interface AtWork {
  readonly owner: Owner
  readonly threadId: string
  readonly fence: { readonly runId: string; readonly epoch: number }
}

async function append(store: Store, { owner, threadId, fence }: AtWork, ...events: readonly RunEvent[]): Promise<void> {
  await store.events.append(owner, threadId, { fence, at: START, events })
}

async function readInPages(store: Store, query: { tenant: string; runId: string; limit: number }) {
  const events = []
  let page = await store.administration.run(query)
  while (page !== undefined) {
    events.push(...page.events)
    page = page.more ? await store.administration.run({ ...query, after: page.readTo }) : undefined
  }
  return events
}
