/** Rules of the store contract: runs that wait for a person, are handed over or stopped, and what is kept for them. @module */
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
  requested,
  START,
  type Suite,
} from './fixtures.ts'

export function parkingRules({ describe, it, expect, store: shared }: Suite): void {
  describe('parked runs', () => {
    it('are held by nobody, do not count as at work, and keep their thread busy [RUN-08]', async () => {
      const store = await shared()
      const node = createId('node')
      const { owner, threadId, runId, fence } = await newRunAtWork(store, newOwner(), { node })
      await store.events.append(owner, threadId, { fence, at: START, events: [requested(runId)] })
      const elsewhere = await newThread(store, owner)

      await store.leases.release(node, fence, { until: START + LONG_MS, parked: { approvals: 1 } })

      const limited = { maxRunsPerUser: 1 }
      expect(await store.runs.get(owner, runId)).toMatchObject({ parked: true, outcome: null })
      expect(await store.leases.heartbeat(node, [fence], START)).toEqual({ lost: [runId], stopping: [] })
      expect(await store.runs.accept(owner, newRun(owner, elsewhere, limited))).toMatchObject({ status: 'started' })
      expect(await store.runs.accept(owner, newRun(owner, threadId, limited))).toMatchObject({ status: 'busy', runId })
    })

    it('count among those of their owner that have not ended, until they have [RUN-08]', async () => {
      const store = await shared()
      const node = createId('node')
      const { owner, threadId, runId, fence } = await newRunAtWork(store, newOwner(), { node })
      await store.events.append(owner, threadId, { fence, at: START, events: [requested(runId)] })
      await store.leases.release(node, fence, { until: START + LONG_MS, parked: { approvals: 1 } })
      const [elsewhere, ofOther] = [await newThread(store, owner), newOwner()]
      const theirs = await newThread(store, ofOther)

      const limited = { maxOpenRunsPerUser: 1 }
      const full = await store.runs.accept(owner, newRun(owner, elsewhere, limited))
      const other = await store.runs.accept(ofOther, newRun(ofOther, theirs, limited))
      const roomier = await store.runs.accept(owner, newRun(owner, elsewhere, { maxOpenRunsPerUser: 2 }))

      expect(full).toEqual({ status: 'too_many_open_runs', open: 1 })
      expect([other, roomier]).toMatchObject([{ status: 'started' }, { status: 'started' }])
    })

    it('are due when an approval is answered, and at the latest when they said; then they were parked [RUN-08]', async () => {
      const store = await shared()
      const node = createId('node')
      const asked = requested('')
      const waiting = await newRunAtWork(store, newOwner(), { node })
      const answered = await newRunAtWork(store, newOwner(), { node })
      await store.events.append(answered.owner, answered.threadId, {
        fence: answered.fence,
        at: START,
        events: [{ ...asked, runId: answered.runId }],
      })
      await store.leases.release(node, waiting.fence, { until: START + 50, parked: { approvals: 0 } })
      await store.leases.release(node, answered.fence, { until: START + LONG_MS, parked: { approvals: 1 } })
      const due = (now: number) => store.leases.takeOver(node, { now, until: START + LONG_MS, limit: 1 })

      const early = await due(START + 49)
      await store.approvals.resolve(answered.owner, asked.approvalId, { decision: 'approved', at: START + 1 })
      const first = await due(START + 49)
      const second = await due(START + 50)

      expect(early).toEqual([])
      expect(first).toEqual([expect.objectContaining({ runId: answered.runId, epoch: 2, parked: true })])
      expect(second).toEqual([expect.objectContaining({ runId: waiting.runId, epoch: 2, parked: true })])
      expect(await store.runs.get(answered.owner, answered.runId)).toMatchObject({ parked: false, epoch: 2, node })
    })

    it('are due at once when an answer came before they were parked [RUN-08]', async () => {
      const store = await shared()
      const node = createId('node')
      const { owner, threadId, runId, fence } = await newRunAtWork(store, newOwner(), { node })
      const asked = requested(runId)
      await store.events.append(owner, threadId, { fence, at: START, events: [asked] })
      await store.approvals.resolve(owner, asked.approvalId, { decision: 'denied', at: START })

      await store.leases.release(node, fence, { until: START + LONG_MS, parked: { approvals: 1 } })

      const taken = await store.leases.takeOver(node, { now: START, until: START + LONG_MS, limit: 1 })
      expect(taken).toEqual([expect.objectContaining({ runId, parked: true })])
    })

    it('are given back only by who holds them', async () => {
      const store = await shared()
      const node = createId('node')
      const { owner, runId, fence } = await newRunAtWork(store, newOwner(), { node })

      await store.leases.release('node_other', fence, { until: START - 1, parked: { approvals: 0 } })
      await store.leases.release(node, { ...fence, epoch: 2 }, { until: START - 1, parked: { approvals: 0 } })

      expect(await store.runs.get(owner, runId)).toMatchObject({ parked: false })
      expect(await store.leases.takeOver(node, { now: START, until: START + LONG_MS, limit: 1 })).toEqual([])
    })
  })

  describe('runs that are handed over', () => {
    it('are due for any node and were not parked [RUN-14]', async () => {
      const store = await shared()
      const node = createId('node')
      const { runId, fence } = await newRunAtWork(store, newOwner(), { node })

      await store.leases.release(node, fence, { until: START })

      const taken = await store.leases.takeOver('node_next', { now: START, until: START + LONG_MS, limit: 1 })
      expect(taken).toEqual([expect.objectContaining({ runId, epoch: 2, parked: false, node: 'node_next' })])
    })
  })

  describe('a stop', () => {
    it('is told to whoever holds the run or takes it over, and makes a parked run due [RUN-09]', async () => {
      const store = await shared()
      const node = createId('node')
      const atWork = await newRunAtWork(store, newOwner(), { node })
      const parked = await newRunAtWork(store, newOwner(), { node })
      await store.leases.release(node, parked.fence, { until: START + LONG_MS, parked: { approvals: 0 } })

      const stopped = await store.runs.requestStop(atWork.owner, atWork.runId)
      await store.runs.requestStop(parked.owner, parked.runId)

      expect(stopped).toMatchObject({ runId: atWork.runId, stopping: true, outcome: null })
      const beat = await store.leases.heartbeat(node, [atWork.fence], START + LONG_MS)
      expect(beat).toEqual({ lost: [], stopping: [atWork.runId] })
      const taken = await store.leases.takeOver(node, { now: START, until: START + LONG_MS, limit: 1 })
      expect(taken).toEqual([expect.objectContaining({ runId: parked.runId, stopping: true, parked: true })])
    })

    it('before the run is parked makes it due at once [RUN-09]', async () => {
      const store = await shared()
      const node = createId('node')
      const { owner, runId, fence } = await newRunAtWork(store, newOwner(), { node })

      await store.runs.requestStop(owner, runId)
      await store.leases.release(node, fence, { until: START + LONG_MS, parked: { approvals: 0 } })

      const taken = await store.leases.takeOver(node, { now: START, until: START + LONG_MS, limit: 1 })
      expect(taken).toEqual([expect.objectContaining({ runId, stopping: true })])
    })

    it('of a run that ended, or of somebody else’s, changes nothing', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      await store.events.append(owner, threadId, { fence, at: START, events: [completed(runId)] })

      const ended = await store.runs.requestStop(owner, runId)
      const foreign = await store.runs.requestStop(newOwner(), runId)

      expect(ended).toMatchObject({ outcome: 'completed', stopping: false })
      expect(foreign).toBeUndefined()
    })
  })

  describe('arguments that the log holds redacted', () => {
    it('are kept for their owner until the run ends [CALL-08]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const inputs = [{ callId: 'call_1', input: { key: 's3cret' } }]
      await store.events.append(owner, threadId, { fence, at: START, events: [message(runId, 'a')], inputs })

      const kept = await store.runs.keptInputs(owner, runId)
      const foreign = await store.runs.keptInputs(newOwner(), runId)
      await store.events.append(owner, threadId, { fence, at: START, events: [completed(runId)] })

      expect([...kept]).toEqual([['call_1', { key: 's3cret' }]])
      expect(foreign.size).toBe(0)
      expect((await store.runs.keptInputs(owner, runId)).size).toBe(0)
      expect(JSON.stringify(await readAll(store, owner, threadId))).not.toContain('s3cret')
    })

    it('are those of the approver once they were edited [RUN-08]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const asked = [requested(runId), requested(runId)] as const
      const inputs = asked.map(({ callId }) => ({ callId, input: { key: 'first' } }))
      await store.events.append(owner, threadId, { fence, at: START, events: [...asked], inputs })
      const answer = { decision: 'approved', at: START, input: { key: '[redacted]' } } as const

      await store.approvals.resolve(owner, asked[0].approvalId, { ...answer, keptInput: { key: 'second' } })
      await store.approvals.resolve(owner, asked[1].approvalId, { ...answer, input: { plain: 'third' } })

      const kept = await store.runs.keptInputs(owner, runId)
      expect(kept.get(asked[0].callId)).toEqual({ key: 'second' })
      expect(kept.get(asked[1].callId)).toEqual({ plain: 'third' })
      expect(JSON.stringify(await readAll(store, owner, threadId))).not.toContain('second')
    })
  })

  describe('a batch of events', () => {
    it('that is said again is answered as before, also when it ended the run, and written once [RUN-05]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const first = { fence, at: START, events: [message(runId, 'a'), message(runId, 'b')], batch: 1 }
      const last = { fence, at: START, events: [message(runId, 'a'), completed(runId)], batch: 2 }

      const answers = [
        await store.events.append(owner, threadId, first),
        await store.events.append(owner, threadId, first),
        await store.events.append(owner, threadId, last),
        await store.events.append(owner, threadId, last),
      ]

      const logged = await readAll(store, owner, threadId)
      expect(answers).toEqual([logged.slice(1, 3), logged.slice(1, 3), logged.slice(3), logged.slice(3)])
      expect(logged).toHaveLength(5)
    })

    it('of an earlier claim is fenced, whatever its number', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store, newOwner(), { leaseMs: 1 })
      await store.leases.takeOver('node_b', { now: START + 1, until: START + LONG_MS, limit: 1 })

      const late = store.events.append(owner, threadId, { fence, at: START, events: [message(runId, 'x')], batch: 1 })

      expect(await refusal(late)).toBe('FENCED')
    })
  })

  describe('what an abandoned call settles with', () => {
    const late = (runId: string) =>
      ({ type: 'tool_late', runId, callId: 'call_1', tool: 'slow', settled: 'resolved', afterMs: 9 }) as const

    it('is recorded while its run is at work and after its end [CALL-05]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const event = late(runId)

      const during = await store.events.appendLate(owner, threadId, { at: START, event })
      await store.events.append(owner, threadId, { fence, at: START, events: [completed(runId)] })
      const after = await store.events.appendLate(owner, threadId, { at: START + 5, event })

      expect(during).toEqual([{ seq: 2, at: START, event }])
      expect(after).toEqual([{ seq: 4, at: START + 5, event }])
      expect((await readEvents(store, owner, threadId)).map(({ type }) => type)).toEqual([
        'message_added',
        'tool_late',
        'agent_completed',
        'tool_late',
      ])
    })

    it('is not recorded in another thread, nor for another owner', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      await store.events.append(owner, threadId, { fence, at: START, events: [completed(runId)] })
      const elsewhere = await newThread(store, owner)
      const event = late(runId)

      const other = await store.events.appendLate(owner, elsewhere, { at: START, event })
      const foreign = store.events.appendLate(newOwner(), threadId, { at: START, event })

      expect(other).toEqual([])
      expect(await refusal(foreign)).toBe('NOT_FOUND')
    })
  })
}
