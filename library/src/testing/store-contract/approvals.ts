/** Rules of the store contract: approvals. @module */
import { completed, message, nested, newRunAtWork, readAll, requested, START, type Suite } from './fixtures.ts'

export function approvalRules({ describe, it, expect, store: shared }: Suite): void {
  describe('approvals', () => {
    it('are opened by their event and listed in the order they were asked', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const [first, second] = [requested(runId), requested(runId)]

      await store.events.append(owner, threadId, { fence, at: START, events: [first, message(runId, 'a'), second] })

      const open = [first, second].map((request) => ({ ...request, threadId, status: 'open' }))
      expect(await store.approvals.listOpen(owner, threadId)).toEqual(open)
      expect(await store.approvals.get(owner, first.approvalId)).toEqual(open[0])
    })

    it('are resolved once, with their event; the first answer stands [RUN-08]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const request = requested(runId)
      const { approvalId, callId } = request
      await store.events.append(owner, threadId, { fence, at: START, events: [request] })
      const edited = { id: 'note_2' }
      const approve = { decision: 'approved', by: owner.user, reason: 'fine', input: edited, at: START + 1 } as const

      const first = await store.approvals.resolve(owner, approvalId, approve)
      const second = await store.approvals.resolve(owner, approvalId, { decision: 'denied', at: START + 2 })

      const event = {
        type: 'approval_resolved',
        runId,
        approvalId,
        callId,
        decision: 'approved',
        by: owner.user,
        reason: 'fine',
        input: edited,
      }
      const approval = { ...request, threadId, status: 'approved', by: owner.user }
      expect(first).toEqual({ status: 'resolved', approval, events: [{ seq: 3, at: START + 1, event }] })
      expect(second).toEqual({ status: 'already_resolved', approval })
      expect((await readAll(store, owner, threadId)).slice(2)).toEqual([{ seq: 3, at: START + 1, event }])
      expect(await store.approvals.listOpen(owner, threadId)).toEqual([])
    })

    it('keep the answer and the question as they were given, whatever is done to them afterwards', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const [asked, edited] = [{ id: 'note_1' }, { id: 'note_2' }]
      const request = requested(runId, { input: asked })
      const { approvalId } = request

      const appending = store.events.append(owner, threadId, { fence, at: START, events: [request] })
      asked.id = 'changed'
      await appending
      const resolving = store.approvals.resolve(owner, approvalId, { decision: 'approved', input: edited, at: START })
      edited.id = 'changed'
      await resolving

      expect((await store.approvals.get(owner, approvalId))?.input).toEqual({ id: 'note_1' })
      expect((await readAll(store, owner, threadId)).at(-1)?.event).toMatchObject({ input: { id: 'note_2' } })
    })

    it('are resolved once when many answer at the same time [RUN-08]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const request = requested(runId)
      await store.events.append(owner, threadId, { fence, at: START, events: [request] })

      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          store.approvals.resolve(owner, request.approvalId, { decision: 'denied', by: `tab ${index}`, at: START }),
        ),
      )

      const statuses = answers.map(({ status }) => status).sort()
      expect(statuses).toEqual([...Array(7).fill('already_resolved'), 'resolved'])
      expect(await readAll(store, owner, threadId)).toHaveLength(3)
    })

    it('are closed to people once expired, and still open to the node', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const request = requested(runId, { expiresAt: START + 10 })
      await store.events.append(owner, threadId, { fence, at: START, events: [request] })
      const { approvalId } = request

      const late = await store.approvals.resolve(owner, approvalId, { decision: 'approved', at: START + 10 })
      const lengthThen = (await readAll(store, owner, threadId)).length
      const node = await store.approvals.resolve(owner, approvalId, { decision: 'expired', at: START + 11 })

      expect(late).toEqual({ status: 'expired', approval: { ...request, threadId, status: 'open' } })
      expect(lengthThen).toBe(2)
      expect(node).toMatchObject({ status: 'resolved', approval: { status: 'expired' } })
    })

    it('can be resolved by the log too', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const request = requested(runId)
      const { approvalId, callId } = request
      const resolved = { type: 'approval_resolved', runId, approvalId, callId, decision: 'cancelled' } as const

      await store.events.append(owner, threadId, { fence, at: START, events: [request, resolved] })

      expect(await store.approvals.get(owner, approvalId)).toMatchObject({ status: 'cancelled' })
    })

    it('of a sub-agent are real, and are answered in the shape they were asked [RUN-12]', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const request = requested('run_inner')
      const { approvalId, callId } = request
      const asked = nested(runId, 'call_1', nested('run_middle', 'call_2', request))
      await store.events.append(owner, threadId, { fence, at: START, events: [asked] })
      const open = await store.approvals.listOpen(owner, threadId)

      const answered = await store.approvals.resolve(owner, approvalId, { decision: 'denied', by: 'ann', at: START })

      const resolved = {
        type: 'approval_resolved',
        runId: 'run_inner',
        approvalId,
        callId,
        decision: 'denied',
        by: 'ann',
      }
      const wrapped = { ...nested(runId, 'call_1', nested('run_middle', 'call_2', request)) }
      const event = { ...wrapped, event: { ...nested('run_middle', 'call_2', request), event: resolved } }
      expect(open).toEqual([{ ...request, threadId, status: 'open' }])
      expect(answered).toMatchObject({ status: 'resolved', events: [{ seq: 3, at: START, event }] })
      expect((await readAll(store, owner, threadId)).at(-1)).toEqual({ seq: 3, at: START, event })
    })

    it('that nobody answered end with the run that asked', async () => {
      const store = await shared()
      const { owner, threadId, runId, fence } = await newRunAtWork(store)
      const [own, inner] = [requested(runId), requested('run_inner')]
      const events = [own, nested(runId, 'call_1', inner), completed(runId)]
      await store.events.append(owner, threadId, { fence, at: START, events })

      const late = await store.approvals.resolve(owner, inner.approvalId, { decision: 'approved', at: START + 1 })

      expect(late).toMatchObject({ status: 'already_resolved', approval: { status: 'cancelled' } })
      expect(await store.approvals.listOpen(owner, threadId)).toEqual([])
      expect((await readAll(store, owner, threadId)).at(-1)?.event.type).toBe('agent_completed')
    })
  })
}
