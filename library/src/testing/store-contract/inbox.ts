/** Rules of the store contract: what a principal may answer. @module */
import type { InboxRecord, Store } from '../../agent/ports.ts'
import type { Approvers } from '../../protocol/approvers.ts'
import type { ApprovalRequested } from '../../protocol/events.ts'
import { createId } from '../../protocol/ids.ts'
import type { Owner, Principal } from '../../protocol/vocabulary.ts'
import { completed, nested, newRunAtWork, requested, START, type Suite } from './fixtures.ts'

const NOW = { now: START + 1 }

interface Asked {
  readonly owner: Owner
  readonly threadId: string
  readonly requests: readonly ApprovalRequested[]
  /** What whoever may answer the first of them finds. */
  readonly record: InboxRecord
}

/** Ann asks, in a tenant of the test's own, for as many approvals as there are changes to the usual one. */
async function ask(store: Store, tenant: string, changes: readonly Partial<ApprovalRequested>[]): Promise<Asked> {
  const { owner, threadId, runId, fence } = await newRunAtWork(store, { tenant, user: 'ann' })
  const requests = changes.map((change) => requested(runId, change))
  await store.events.append(owner, threadId, { fence, at: START, events: requests })
  const [first = requested(runId)] = requests
  const record = { ...first, threadId, status: 'open', owner, requesterName: 'Ann', requestedAt: START } as const
  return { owner, threadId, requests, record }
}

function by(change: Partial<Approvers>): Pick<ApprovalRequested, 'approvers'> {
  return { approvers: [{ roles: [], users: [], requester: false, ...change }] }
}

export function inboxRules({ describe, it, expect, store: shared }: Suite): void {
  const listed = async (store: Store, principal: Principal): Promise<readonly string[]> =>
    (await store.inbox.list(principal, NOW)).map(({ approvalId }) => approvalId)

  describe('an inbox', () => {
    it('has what its principal may answer by name or by role, with who asks and when [RUN-08]', async () => {
      const store = await shared()
      const tenant = createId('con')
      const { record } = await ask(store, tenant, [by({ roles: ['finance', 'audit'], users: ['eve'] })])
      const eve = { tenant, user: 'eve', roles: [], scopes: [] }
      const dan = { tenant, user: 'dan', roles: ['staff', 'audit', 'finance'], scopes: [] }

      expect(await store.inbox.list(eve, NOW)).toEqual([record])
      expect(await store.inbox.list(dan, NOW)).toEqual([record])
      expect(await store.inbox.get(dan, record.approvalId)).toEqual(record)
    })

    it("has one's own, unless others must agree [RUN-08]", async () => {
      const store = await shared()
      const tenant = createId('con')
      const asked = await ask(store, tenant, [
        {},
        by({ users: ['ann', 'eve'], roles: ['staff'] }),
        by({ users: ['eve'], requester: true }),
      ])
      const [own, others, both] = asked.requests.map(({ approvalId }) => approvalId)
      const ann = { tenant, user: 'ann', roles: ['staff'], scopes: [] }

      expect(new Set(await listed(store, ann))).toEqual(new Set([own, both]))
      expect(await store.inbox.get(ann, `${others}`)).toBeUndefined()
    })

    it('of whoever is not among each of the approvers has nothing of it [RUN-08]', async () => {
      const store = await shared()
      const tenant = createId('con')
      const finance = { roles: ['finance'], users: [], requester: false }
      const audit = { roles: ['audit'], users: ['eve'], requester: true }
      const { record, requests } = await ask(store, tenant, [{ approvers: [finance, audit] }, { approvers: [] }])
      const person = (user: string, ...roles: string[]): Principal => ({ tenant, user, roles, scopes: [] })
      const [both, nobodys] = requests.map(({ approvalId }) => approvalId)

      expect(await listed(store, person('dan', 'finance'))).toEqual([])
      expect(await listed(store, person('eve'))).toEqual([])
      expect(await listed(store, person('ann', 'finance', 'audit'))).toEqual([])
      expect(await listed(store, person('dan', 'finance', 'audit'))).toEqual([both])
      expect(await listed(store, person('eve', 'finance'))).toEqual([both])
      expect(await store.inbox.get(person('dan', 'finance'), record.approvalId)).toBeUndefined()
      expect(await store.inbox.get(person('ann', 'finance'), `${nobodys}`)).toBeUndefined()
    })

    it('never crosses a tenant, whatever the names and roles are [RUN-06] [RUN-08]', async () => {
      const store = await shared()
      const [tenant, elsewhere] = [createId('con'), createId('con')]
      const { record } = await ask(store, tenant, [by({ roles: ['finance'], users: ['eve'], requester: true })])
      const people = ['ann', 'eve', 'role:finance', 'finance', 'user:eve']

      const found = people.map(async (user) => {
        const principal = { tenant: elsewhere, user, roles: ['finance'], scopes: [] }
        return [await store.inbox.list(principal, NOW), await store.inbox.get(principal, record.approvalId)]
      })
      const roleless = people.slice(2).map((user) => listed(store, { tenant, user, roles: ['user:eve'], scopes: [] }))

      expect(await Promise.all(found)).toEqual(people.map(() => [[], undefined]))
      expect(await Promise.all(roleless)).toEqual([[], [], []])
    })

    it('keeps apart two names that differ only in a lone surrogate or a NUL [RUN-06]', async () => {
      const store = await shared()
      const tenant = createId('con')
      const { record } = await ask(store, tenant, [by({ users: ['eve \ud800'], roles: ['role \u0000'] })])
      const person = (user: string, role: string): Principal => ({ tenant, user, roles: [role], scopes: [] })

      expect(await listed(store, person('eve \ud801', 'role '))).toEqual([])
      expect(await listed(store, person('eve \ud800', ''))).toEqual([record.approvalId])
      expect(await listed(store, person('dan', 'role \u0000'))).toEqual([record.approvalId])
    })

    it('loses what is answered, and can still tell that it was; loses what has expired [RUN-08]', async () => {
      const store = await shared()
      const tenant = createId('con')
      const change = by({ users: ['eve'] })
      const { owner, record, requests } = await ask(store, tenant, [change, { ...change, expiresAt: START + 10 }])
      const eve = { tenant, user: 'eve', roles: [], scopes: [] }
      const all = await store.inbox.list(eve, { now: START + 9 })
      const { approvalId } = record

      const late = await store.inbox.list(eve, { now: START + 10 })
      await store.approvals.resolve(owner, approvalId, { decision: 'denied', by: 'eve', at: START + 1 })

      expect(all.map((found) => found.approvalId)).toEqual(requests.map((request) => request.approvalId).toSorted())
      expect(late).toEqual([record])
      expect(await store.inbox.list(eve, { now: START + 10 })).toEqual([])
      expect(await store.inbox.get(eve, approvalId)).toEqual({ ...record, status: 'denied', by: 'eve' })
    })

    it('loses what ends with its run, and with its thread', async () => {
      const store = await shared()
      const tenant = createId('con')
      const { owner, threadId, runId, fence } = await newRunAtWork(store, { tenant, user: 'ann' })
      const inner = requested('run_inner', by({ users: ['eve'] }))
      const eve = { tenant, user: 'eve', roles: [], scopes: [] }
      await store.events.append(owner, threadId, { fence, at: START, events: [nested(runId, 'call_1', inner)] })
      const before = await store.inbox.list(eve, NOW)

      await store.events.append(owner, threadId, { fence, at: START, events: [completed(runId)] })
      const ended = [await store.inbox.list(eve, NOW), await store.inbox.get(eve, inner.approvalId)]
      await store.threads.delete(owner, threadId)

      expect(before).toMatchObject([{ approvalId: inner.approvalId, requesterName: 'Ann', owner }])
      expect(ended).toMatchObject([[], { status: 'cancelled' }])
      expect(await store.inbox.get(eve, inner.approvalId)).toBeUndefined()
    })

    it('is read page by page, oldest first, each once, also from one that was answered meanwhile', async () => {
      const store = await shared()
      const tenant = createId('con')
      const { owner, threadId, runId, fence } = await newRunAtWork(store, { tenant, user: 'ann' })
      const requests = Array.from({ length: 5 }, () => requested(runId, by({ roles: ['finance'], users: ['eve'] })))
      const [first, ...rest] = requests
      await store.events.append(owner, threadId, { fence, at: START + 2, events: rest })
      await store.events.append(owner, threadId, { fence, at: START + 1, events: first === undefined ? [] : [first] })
      const eve = { tenant, user: 'eve', roles: ['finance'], scopes: [] }
      const read = async (limit: number, after: string): Promise<readonly string[]> =>
        (await store.inbox.list(eve, { ...NOW, limit, after })).map(({ approvalId }) => approvalId)
      const order = await listed(store, eve)
      const [oldest = '', second = ''] = order

      const one = await read(1, oldest)
      await store.approvals.resolve(owner, second, { decision: 'denied', by: 'eve', at: START + 3 })
      const others = await read(10, second)

      expect(order[0]).toBe(first?.approvalId)
      expect(order.toSorted()).toEqual(requests.map(({ approvalId }) => approvalId).toSorted())
      expect([one, others]).toEqual([[second], order.slice(2)])
      expect(await read(0, oldest)).toEqual([])
      expect(await read(10, order.at(-1) ?? '')).toEqual([])
      expect(await read(10, 'apr_unknown')).toEqual([oldest, ...order.slice(2)])
    })

    it("finds one's own first when somebody else uses the same id", async () => {
      const store = await shared()
      const tenant = createId('con')
      const both = { approvalId: 'apr_same', ...by({ users: ['ann', 'bob', 'eve'], requester: true }) }
      const people = [
        { tenant, user: 'ann', roles: [], scopes: [] },
        { tenant, user: 'bob', roles: [], scopes: [] },
      ]
      for (const owner of people) {
        const { threadId, runId, fence } = await newRunAtWork(store, owner)
        await store.events.append(owner, threadId, { fence, at: START, events: [requested(runId, both)] })
      }

      const found = people.map(async (person) => (await store.inbox.get(person, 'apr_same'))?.owner.user)

      expect(await Promise.all(found)).toEqual(['ann', 'bob'])
      expect(await store.inbox.list({ tenant, user: 'eve', roles: [], scopes: [] }, NOW)).toHaveLength(2)
    })
  })
}
