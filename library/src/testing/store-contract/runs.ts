/** Rules of the store contract: runs and their leases. @module */
import type { NewRun } from '../../agent/ports.ts'
import { createId } from '../../protocol/ids.ts'
import {
  completed,
  LONG_MS,
  message,
  newOwner,
  newRun,
  newRunAtWork,
  newThread,
  readAll,
  readEvents,
  refusal,
  START,
  type Suite,
} from './fixtures.ts'

export function runRules({ describe, it, expect, store: shared }: Suite): void {
  describe('runs', () => {
    it('keeps the principal as it was when the message was sent, and of it what JSON can hold', async () => {
      const store = await shared()
      const owner = newOwner()
      const threadId = await newThread(store, owner)
      const roles = ['member']
      const principal = { ...owner, roles, scopes: [], can: () => true }
      const run = newRun(owner, threadId, { principal })

      const accepting = store.runs.accept(owner, run)
      roles.push('admin')
      await accepting

      const record = await store.runs.get(owner, run.runId)
      expect(record?.principal).toEqual({ ...owner, roles: ['member'], scopes: [] })
    })

    it('keeps the model that was chosen, for whoever takes the run over [RUN-03]', async () => {
      const store = await shared()
      const owner = newOwner()
      const threadId = await newThread(store, owner)
      const run = newRun(owner, threadId, { chosenModel: 'openai:gpt-5', leaseMs: 1 })

      const accepted = await store.runs.accept(owner, run)
      const taken = await store.leases.takeOver('node_b', {
        now: START + LONG_MS,
        until: START + 2 * LONG_MS,
        limit: 100,
      })

      expect(accepted).toMatchObject({ run: { chosenModel: 'openai:gpt-5' } })
      expect(taken.find(({ runId }) => runId === run.runId)?.chosenModel).toBe('openai:gpt-5')
      expect((await store.runs.get(owner, run.runId))?.chosenModel).toBe('openai:gpt-5')
    })

    it('accepts a message: logs it and claims its run in one step', async () => {
      const store = await shared()
      const owner = newOwner()
      const threadId = await newThread(store, owner)
      const run = newRun(owner, threadId, { at: START + 1 })

      const accepted = await store.runs.accept(owner, run)

      const { runId, agent, principal, messageId, node, parts } = run
      const record = {
        runId,
        threadId,
        owner,
        agent,
        principal,
        messageId,
        startedAt: START + 1,
        epoch: 1,
        node,
        parked: false,
        stopping: false,
        outcome: null,
      }
      const event = { type: 'message_added', messageId, runId, role: 'user', parts }
      expect(accepted).toEqual({ status: 'started', run: record, events: [{ seq: 1, at: START + 1, event }] })
      expect(await store.runs.get(owner, runId)).toEqual(record)
      expect(await readAll(store, owner, threadId)).toEqual([{ seq: 1, at: START + 1, event }])
      const thread = { activeRunId: runId, lastSeq: 1, updatedAt: START + 1 }
      expect(await store.threads.get(owner, threadId)).toMatchObject(thread)
    })

    it('answers the same run to the same idempotency key and writes nothing, also after it ended [RUN-10]', async () => {
      const store = await shared()
      const owner = newOwner()
      const { threadId, runId, fence } = await newRunAtWork(store, owner, { idempotencyKey: 'key' })
      const again = newRun(owner, threadId, { idempotencyKey: 'key', maxRunsPerUser: 1 })

      const during = await store.runs.accept(owner, again)
      await store.events.append(owner, threadId, { fence, at: START, events: [completed(runId)] })
      const after = await store.runs.accept(owner, again)

      expect(during).toMatchObject({ status: 'duplicate', run: { runId, outcome: null } })
      expect(after).toMatchObject({ status: 'duplicate', run: { runId, outcome: 'completed' } })
      expect(await readAll(store, owner, threadId)).toHaveLength(2)
    })

    it('starts one run when the same message is sent many times at once [RUN-10]', async () => {
      const store = await shared()
      const owner = newOwner()
      const threadId = await newThread(store, owner)

      const accepted = await Promise.all(
        Array.from({ length: 8 }, () => store.runs.accept(owner, newRun(owner, threadId, { idempotencyKey: 'key' }))),
      )

      expect(accepted.map(({ status }) => status).sort()).toEqual([...Array(7).fill('duplicate'), 'started'])
      expect(await readAll(store, owner, threadId)).toHaveLength(1)
    })

    it('keeps idempotency keys of each thread apart', async () => {
      const store = await shared()
      const { owner } = await newRunAtWork(store, newOwner(), { idempotencyKey: 'key' })
      const threadId = await newThread(store, owner)

      const other = await store.runs.accept(owner, newRun(owner, threadId, { idempotencyKey: 'key' }))

      expect(other.status).toBe('started')
    })

    it('lets one run at a time work on a thread, and says which', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)

      const busy = await store.runs.accept(owner, newRun(owner, threadId, { maxRunsPerUser: 1 }))
      await store.events.append(owner, threadId, { fence, at: START, events: [completed(runId)] })
      const free = await store.runs.accept(owner, newRun(owner, threadId))

      expect(busy).toEqual({ status: 'busy', runId })
      expect(free.status).toBe('started')
    })

    it('lets a user have so many runs at work at once [CALL-07]', async () => {
      const store = await shared()
      const owner = newOwner()
      const first = await newRunAtWork(store, owner)
      await newRunAtWork(store, owner)
      const threadId = await newThread(store, owner)
      const { runId, fence } = first

      const refused = await store.runs.accept(owner, newRun(owner, threadId, { maxRunsPerUser: 2 }))
      await store.events.append(owner, first.threadId, { fence, at: START, events: [completed(runId)] })
      const accepted = await store.runs.accept(owner, newRun(owner, threadId, { maxRunsPerUser: 2 }))

      expect(refused).toEqual({ status: 'too_many_runs', running: 2, per: 'user' })
      expect(accepted.status).toBe('started')
    })

    it('lets a tenant have so many runs at work at once, whoever of its users started them; parked ones do not count [CALL-07]', async () => {
      const store = await shared()
      const ann = newOwner()
      const bob = { ...ann, user: createId('con') }
      const node = createId('node')
      const first = await newRunAtWork(store, ann, { node })
      await newRunAtWork(store, newOwner())
      const threadId = await newThread(store, bob)
      const limited = { maxRunsPerTenant: 1 }

      const refused = await store.runs.accept(bob, newRun(bob, threadId, limited))
      await store.leases.release(node, first.fence, { until: START + LONG_MS, parked: { approvals: 0 } })
      const accepted = await store.runs.accept(bob, newRun(bob, threadId, limited))

      expect(refused).toEqual({ status: 'too_many_runs', running: 1, per: 'tenant' })
      expect(accepted.status).toBe('started')
    })

    it('lets a message follow any earlier one of its thread, or none, and logs which', async () => {
      const store = await shared()
      const owner = newOwner()
      const first = newRun(owner, await newThread(store, owner))
      const { threadId } = first
      const next = newRun(owner, threadId, { follows: first.messageId })
      const other = newRun(owner, threadId, { follows: null })
      const plain = newRun(owner, threadId)
      const carryOut = async (run: NewRun): Promise<void> => {
        await store.runs.accept(owner, run)
        const fence = { runId: run.runId, epoch: 1 }
        await store.events.append(owner, threadId, { fence, at: START, events: [completed(run.runId)] })
      }

      for (const run of [first, next, other, plain]) await carryOut(run)

      const messages = (await readEvents(store, owner, threadId)).filter(({ type }) => type === 'message_added')
      expect(messages.map((event) => ('follows' in event ? event.follows : 'nothing said'))).toEqual([
        'nothing said',
        first.messageId,
        null,
        'nothing said',
      ])
    })

    it('lets no message follow what its thread does not have, and writes nothing', async () => {
      const store = await shared()
      const owner = newOwner()
      const elsewhere = newRun(owner, await newThread(store, owner))
      const stranger = newOwner()
      const foreign = newRun(stranger, await newThread(store, stranger))
      await store.runs.accept(owner, elsewhere)
      await store.runs.accept(stranger, foreign)
      const threadId = await newThread(store, owner)
      const follow = (follows: string) => store.runs.accept(owner, newRun(owner, threadId, { follows }))

      const refused = [await follow(elsewhere.messageId), await follow(foreign.messageId), await follow('msg_none')]

      expect(refused).toEqual(Array(3).fill({ status: 'message_unknown' }))
      expect(await readAll(store, owner, threadId)).toEqual([])
      expect((await store.threads.get(owner, threadId))?.activeRunId).toBeNull()
    })

    it('does not know a thread that is not there', async () => {
      const store = await shared()
      const owner = newOwner()

      expect(await store.runs.accept(owner, newRun(owner, 'thr_none'))).toEqual({ status: 'not_found' })
    })
  })
}

export function leaseRules({ describe, it, expect, store: shared }: Suite): void {
  describe('leases', () => {
    it('are prolonged by a heartbeat of their holder only; the lost ones are answered', async () => {
      const store = await shared()
      const node = createId('node')
      const { owner, threadId, runId, fence } = await newRunAtWork(store, newOwner(), { node })
      const unknown = { runId: 'run_unknown', epoch: 1 }

      const held = await store.leases.heartbeat(node, [fence, unknown, { runId, epoch: 2 }], START + LONG_MS)
      const stranger = await store.leases.heartbeat('node_other', [fence], START + LONG_MS)
      await store.events.append(owner, threadId, { fence, at: START, events: [completed(runId)] })
      const ended = await store.leases.heartbeat(node, [fence], START + LONG_MS)

      expect(held).toEqual({ lost: ['run_unknown', runId], stopping: [] })
      expect(stranger).toEqual({ lost: [runId], stopping: [] })
      expect(ended).toEqual({ lost: [runId], stopping: [] })
    })

    it('that ran out are taken over with the next epoch, and fence the old holder [RUN-07]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store, newOwner(), { leaseMs: 100 })
      const append = (epoch: number) =>
        refusal(
          store.events.append(owner, threadId, { fence: { runId, epoch }, at: START, events: [message(runId, 'x')] }),
        )
      const until = START + LONG_MS

      const early = await store.leases.takeOver('node_b', { now: START + 99, until, limit: 10 })
      const taken = await store.leases.takeOver('node_b', { now: START + 100, until, limit: 10 })
      const again = await store.leases.takeOver('node_c', { now: START + 100, until, limit: 10 })

      expect(early).toEqual([])
      expect(taken).toEqual([
        expect.objectContaining({ runId, threadId, owner, node: 'node_b', epoch: 2, outcome: null }),
      ])
      expect(again).toEqual([])
      expect(await store.leases.heartbeat('node_a', [fence], until)).toEqual({ lost: [runId], stopping: [] })
      expect(await append(1)).toBe('FENCED')
      expect(await append(2)).toHaveProperty('resolved')
    })

    it('are not taken over once prolonged, and not from a run that ended', async () => {
      const store = await shared()
      const prolonged = await newRunAtWork(store, newOwner(), { leaseMs: 100 })
      const ended = await newRunAtWork(store, newOwner(), { leaseMs: 100 })
      await store.leases.heartbeat('node_a', [prolonged.fence], START + LONG_MS)
      const events = [completed(ended.runId)]
      await store.events.append(ended.owner, ended.threadId, { fence: ended.fence, at: START, events })

      const taken = await store.leases.takeOver('node_b', { now: START + 200, until: START + LONG_MS, limit: 10 })

      expect(taken).toEqual([])
    })

    it('are taken over when their lease ends later than any can, unless they are parked: the clock was set back', async () => {
      const store = await shared()
      const node = createId('node')
      const held = await newRunAtWork(store, newOwner(), { leaseMs: 100 })
      const dead = await newRunAtWork(store, newOwner(), { leaseMs: 9 * LONG_MS })
      const parked = await newRunAtWork(store, newOwner(), { node })
      await store.leases.release(node, parked.fence, { until: START + 9 * LONG_MS, parked: { approvals: 0 } })
      const times = { now: START + 50, until: START + 8 * LONG_MS, limit: 100 }

      const early = await store.leases.takeOver('node_b', times)
      const taken = await store.leases.takeOver('node_b', { ...times, latest: START + 8 * LONG_MS })

      const ours = new Set([held, dead, parked].map(({ runId }) => runId))
      expect(early.filter(({ runId }) => ours.has(runId))).toEqual([])
      expect(taken.map(({ runId }) => runId)).toEqual([dead.runId])
    })

    it('are taken over oldest first, at most so many at once', async () => {
      const store = await shared()
      const second = await newRunAtWork(store, newOwner(), { leaseMs: 20 })
      const first = await newRunAtWork(store, newOwner(), { leaseMs: 10 })
      const take = () => store.leases.takeOver('node_b', { now: START + 50, until: START + LONG_MS, limit: 1 })

      const runs = [...(await take()), ...(await take()), ...(await take())]

      expect(runs.map(({ runId }) => runId)).toEqual([first.runId, second.runId])
    })
  })
}
