/** Rules of the store contract: what is on record is a function of the events, and outlives them. @module */
import type { Store } from '../../agent/ports.ts'
import type { AuditEntry, NewAuditEntry } from '../../protocol/audit.ts'
import type { AgentStarted, RunEvent, ToolCompleted, ToolExecuting } from '../../protocol/events.ts'
import { createId } from '../../protocol/ids.ts'
import type { Owner } from '../../protocol/vocabulary.ts'
import { completed, nested, newOwner, newRunAtWork, refusal, requested, START, type Suite } from './fixtures.ts'

export function auditRules({ describe, it, expect, store: shared, makeStore }: Suite): void {
  describe('the audit', () => {
    it('tells of each call who made it, with which tool and arguments, what was decided and how it ended [OPS-04]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const question = requested(runId, { callId: 'call_1', tool: 'send_money' })
      await store.events.append(owner, threadId, { fence, at: START + 1, events: [started(runId), question] })
      const answer = { decision: 'approved', by: 'vera', reason: 'it is right', input: { to: 'Bob' } } as const
      await store.approvals.resolve(owner, question.approvalId, { ...answer, at: START + 2 })
      const events = [executing(runId, 'call_1'), ended(runId, 'call_1'), completed(runId)]

      await store.events.append(owner, threadId, { fence, at: START + 3, events })

      const nobody = { ...owner, by: null, runId, callId: null, tool: null, outcome: null }
      const call = { ...nobody, callId: 'call_1' }
      const tool = { fingerprint: question.fingerprint, inputHash: question.inputHash, effect: 'destructive' }
      const { approvalId, expiresAt } = question
      expect((await ofOwner(store, owner)).map(plain)).toEqual([
        {
          ...nobody,
          at: START + 1,
          kind: 'run_started',
          facts: { agent: 'assistant', attempt: 1, model: 'scripted', manifest: 'sha256:m' },
        },
        {
          ...call,
          at: START + 1,
          kind: 'approval_requested',
          tool: 'send_money',
          facts: { step: 1, approvalId, ...tool, expiresAt },
        },
        {
          ...call,
          at: START + 2,
          kind: 'approval_resolved',
          outcome: 'approved',
          by: 'vera',
          facts: { approvalId, reason: 'it is right', edited: true },
        },
        {
          ...call,
          at: START + 3,
          kind: 'call_started',
          tool: 'send_money',
          facts: { step: 1, effect: 'write', fingerprint: 'sha256:f', inputHash: 'sha256:i' },
        },
        {
          ...call,
          at: START + 3,
          kind: 'call_ended',
          tool: 'send_money',
          outcome: 'failed',
          facts: { step: 1, durationMs: 5, error: 'TOOL_FAILED' },
        },
        {
          ...nobody,
          at: START + 3,
          kind: 'run_ended',
          outcome: 'completed',
          facts: { steps: 1, durationMs: 7, inputTokens: 3, outputTokens: 5, calls: 0 },
        },
      ])
    })

    it('has the call of a tool that a model made up, and not what it called it [OPS-04]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const call = (tool: string, code: string): RunEvent => {
        const error = { code, message: 'It did not run', retry: 'never' } as const
        return { ...ended(runId, 'call_1'), tool, outcome: 'refused', error }
      }
      const events = [
        call('hunter2', 'TOOL_UNKNOWN'),
        call('My PIN is 4711', 'CALLS_LIMIT'),
        call('pay', 'CALLS_LIMIT'),
      ]

      await store.events.append(owner, threadId, { fence, at: START, events })

      const entries = await ofOwner(store, owner)
      expect(entries.map(({ tool, outcome, facts }) => [tool, outcome, facts.error])).toEqual([
        [null, 'refused', 'TOOL_UNKNOWN'],
        [null, 'refused', 'CALLS_LIMIT'],
        ['pay', 'refused', 'CALLS_LIMIT'],
      ])
    })

    it('has calls of agents within a run under that run, and says within which call they were made [OPS-04]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const inner = (event: RunEvent) => nested(runId, 'call_1', event)
      const events = [inner(executing('run_inner', 'call_2')), inner(ended('run_inner', 'call_2'))]

      await store.events.append(owner, threadId, { fence, at: START, events })

      const within = { runId, callId: 'call_2', facts: { agentRunId: 'run_inner', parentCallId: 'call_1' } }
      expect(await ofOwner(store, owner)).toMatchObject([
        { kind: 'call_started', ...within },
        { kind: 'call_ended', ...within },
      ])
    })

    it('stays when the thread is deleted, whole [OPS-04]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const events = [executing(runId, 'call_1'), ended(runId, 'call_1'), completed(runId)]
      await store.events.append(owner, threadId, { fence, at: START, events })
      const before = await ofOwner(store, owner)

      await store.threads.delete(owner, threadId)

      expect(await ofOwner(store, owner)).toEqual(before)
      expect(before).toHaveLength(3)
    })

    it('has one end of a call, however often its batch is said, and none of what was refused [OPS-04] [CALL-08]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const batch = { fence, at: START, events: [ended(runId, 'call_1')], batch: 1 }
      await store.events.append(owner, threadId, batch)
      await store.events.append(owner, threadId, batch)

      const fenced = await refusal(
        store.events.append(owner, threadId, { ...batch, batch: 2, fence: { runId, epoch: 7 } }),
      )

      expect(fenced).toBe('FENCED')
      expect((await ofOwner(store, owner)).map(({ kind }) => kind)).toEqual(['call_ended'])
    })

    it('has what settled late, also after its run has ended [OPS-04]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      await store.events.append(owner, threadId, { fence, at: START, events: [completed(runId)] })
      const late = {
        type: 'tool_late',
        runId,
        callId: 'call_1',
        tool: 'slow',
        settled: 'rejected',
        afterMs: 9,
      } as const

      await store.events.appendLate(owner, threadId, { at: START + 1, event: late })

      const said = { kind: 'call_late', callId: 'call_1', tool: 'slow', outcome: 'rejected', facts: { afterMs: 9 } }
      expect((await ofOwner(store, owner)).at(-1)).toMatchObject(said)
    })

    it('holds nothing that was said: no argument, no progress, no result, no message [OPS-04]', async () => {
      const store = await shared()
      const canary = createId('con')
      const { owner, threadId, runId, fence } = await newRunAtWork(store, newOwner(), {
        parts: [{ type: 'text', text: canary }],
      })
      const step = 1
      const call = { runId, step, callId: 'call_1' }
      const failed = {
        ...ended(runId, 'call_1'),
        error: { code: 'TOOL_FAILED', message: canary, retry: 'never' } as const,
      }
      const events: RunEvent[] = [
        { type: 'agent_message', runId, step, delta: canary },
        { ...requested(runId, { callId: 'call_1' }), input: { canary } },
        { ...executing(runId, 'call_1'), input: { canary } },
        { type: 'tool_progress', ...call, progress: canary },
        failed,
        { type: 'tool_completed', ...call, callId: 'call_2', tool: 't', outcome: 'ok', output: canary, durationMs: 1 },
        completed(runId, canary),
      ]

      await store.events.append(owner, threadId, { fence, at: START, events })

      const onRecord = await ofOwner(store, owner)
      expect(onRecord).toHaveLength(5)
      expect(JSON.stringify(onRecord)).not.toContain(canary)
    })

    it('takes entries of the house, and finds each by whatever is asked of it [OPS-04]', async () => {
      const store = await makeStore()
      await using _closing = store
      const [ann, bob, house] = [
        entry({ tenant: 'acme', user: 'ann', kind: 'signed_in' }),
        entry({ tenant: 'evil', user: 'ann', kind: 'call_ended', tool: 't', outcome: 'ok', runId: 'r', callId: 'c' }),
        entry({ kind: 'server_started', at: START + 50, facts: { version: '1' } }),
      ]
      await store.audit.append([ann, bob])
      await store.audit.append([house])

      const asked = async (query: Parameters<Store['audit']['list']>[0]) =>
        (await store.audit.list(query)).map(({ number }) => number)

      expect(await asked({})).toEqual([3, 2, 1])
      expect((await store.audit.list({})).map(plain)).toEqual([house, bob, ann])
      expect(await asked({ tenant: 'acme' })).toEqual([1])
      expect(await asked({ tenant: 'acme', house: true })).toEqual([3, 1])
      expect(await asked({ kinds: ['signed_in', 'server_started'] })).toEqual([3, 1])
      expect(await asked({ kinds: [] })).toEqual([])
      expect(await asked({ user: 'ann' })).toEqual([2, 1])
      expect(await asked({ user: 'ann', tenant: 'evil' })).toEqual([2])
      expect(await asked({ tool: 't', outcome: 'ok', runId: 'r', callId: 'c' })).toEqual([2])
      expect(await asked({ tool: 't', outcome: 'failed' })).toEqual([])
      expect(await asked({ since: START + 50 })).toEqual([3])
      expect(await asked({ until: START + 50 })).toEqual([2, 1])
      expect(await asked({ after: 1, before: 3 })).toEqual([2])
      expect(await asked({ limit: 2 })).toEqual([3, 2])
    })

    it('is numbered without gaps and sealed entry by entry, so that what is taken out or changed shows [OPS-04]', async () => {
      await using store = await makeStore()
      for (const user of ['ann', 'bob', 'cid']) await store.audit.append([entry({ user, tenant: 't' })])

      const entries = (await store.audit.list({})).toReversed()

      const resealed = await Promise.all(entries.map((one, index) => sealOf(entries[index - 1]?.hash ?? '', one)))
      expect(entries.map(({ number }) => number)).toEqual([1, 2, 3])
      expect(entries.map(({ hash }) => hash)).toEqual(resealed)
    })

    it('is forgotten from the oldest on, by age and by number, in steps, and never as a whole [OPS-04]', async () => {
      await using store = await makeStore()
      // The third one was written while the clock was set back: it waits for those before it.
      const times = [START, START + 10, START - 99, START + 20, START + 30]
      await store.audit.append(times.map((at) => entry({ at })))
      const unlimited = Number.POSITIVE_INFINITY
      const left = async () => (await store.audit.list({})).map(({ number }) => number)

      const young = await store.audit.prune({ keepFrom: START - 100, maxEntries: unlimited })
      const one = await store.audit.prune({ keepFrom: START + 10, maxEntries: unlimited })
      const blocked = await left()
      const step = await store.audit.prune({ keepFrom: START - 100, maxEntries: 1, limit: 2 })
      const afterStep = await left()
      await store.audit.prune({ keepFrom: unlimited, maxEntries: 1 })
      const last = await left()
      await store.audit.append([entry({})])

      expect([young, one, step]).toEqual([0, 1, 2])
      expect(blocked).toEqual([5, 4, 3, 2])
      expect(afterStep).toEqual([5, 4])
      expect(last).toEqual([5])
      expect(await left()).toEqual([6, 5])
    })

    it('has a key for the hashes of arguments: long, always the same, and another in each store [OPS-04]', async () => {
      await using one = await makeStore()
      await using other = await makeStore()

      const key = await one.audit.inputHashKey()

      expect(key).toHaveLength(32)
      expect(await one.audit.inputHashKey()).toEqual(key)
      expect(await other.audit.inputHashKey()).not.toEqual(key)
    })
  })
}

/** Oldest first. */
async function ofOwner(store: Store, { tenant, user }: Owner): Promise<readonly AuditEntry[]> {
  return (await store.audit.list({ tenant, user })).toReversed()
}

function plain({ number: _number, hash: _hash, ...entry }: AuditEntry): NewAuditEntry {
  return entry
}

/** As the documentation says that it is made, by other means. */
async function sealOf(before: string, entry: AuditEntry): Promise<string> {
  const { number, at, kind, tenant, user, by, runId, callId, tool, outcome, facts } = entry
  const text = JSON.stringify([before, number, at, kind, tenant, user, by, runId, callId, tool, outcome, facts])
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Buffer.from(digest).toString('hex')
}

function entry(change: Partial<NewAuditEntry>): NewAuditEntry {
  const nobody = { tenant: null, user: null, by: null, runId: null, callId: null, tool: null, outcome: null }
  return { at: START, kind: 'looked', ...nobody, facts: {}, ...change }
}

function started(runId: string): AgentStarted {
  return { type: 'agent_started', runId, agent: 'assistant', attempt: 1, model: 'scripted', manifest: 'sha256:m' }
}

function executing(runId: string, callId: string): ToolExecuting {
  const tool = { tool: 'send_money', effect: 'write', fingerprint: 'sha256:f', inputHash: 'sha256:i' } as const
  return { type: 'tool_executing', runId, step: 1, callId, input: { to: 'Bob' }, ...tool }
}

function ended(runId: string, callId: string): ToolCompleted {
  const error = { code: 'TOOL_FAILED', message: 'It failed', retry: 'never' } as const
  return {
    type: 'tool_completed',
    runId,
    step: 1,
    callId,
    tool: 'send_money',
    outcome: 'failed',
    error,
    durationMs: 5,
  }
}
