/** Rules of the store contract: health and closing. @module */
import type { Store } from '../../agent/ports.ts'
import { put as putAttachment } from './attachments.ts'
import { newOwner, newRun, refusal, START, type Suite } from './fixtures.ts'

const owner = newOwner()

const everyCall: readonly (readonly [string, (store: Store) => Promise<unknown>])[] = [
  ['threads.create', (store) => store.threads.create(owner, { threadId: 't', title: '', at: START })],
  ['threads.get', (store) => store.threads.get(owner, 't')],
  ['threads.list', (store) => store.threads.list(owner)],
  ['threads.rename', (store) => store.threads.rename(owner, 't', { title: 'x', at: START })],
  ['threads.delete', (store) => store.threads.delete(owner, 't')],
  [
    'events.append',
    (store) => store.events.append(owner, 't', { fence: { runId: 'r', epoch: 1 }, at: START, events: [] }),
  ],
  ['events.read', (store) => store.events.read(owner, 't', { after: 0 })],
  ['runs.accept', (store) => store.runs.accept(owner, newRun(owner, 't'))],
  ['runs.get', (store) => store.runs.get(owner, 'r')],
  ['leases.heartbeat', (store) => store.leases.heartbeat('n', [], START)],
  ['leases.release', (store) => store.leases.release('n', { runId: 'r', epoch: 1 }, { until: START })],
  ['leases.takeOver', (store) => store.leases.takeOver('n', { now: START, until: START, limit: 1 })],
  ['approvals.get', (store) => store.approvals.get(owner, 'a')],
  ['approvals.listOpen', (store) => store.approvals.listOpen(owner, 't')],
  ['approvals.resolve', (store) => store.approvals.resolve(owner, 'a', { decision: 'denied', at: START })],
  [
    'usage.reserve',
    (store) =>
      store.usage.reserve(owner, {
        fence: { runId: 'r', epoch: 1 },
        holder: 'time',
        at: START,
        budgets: [],
        wants: [],
      }),
  ],
  ['usage.read', (store) => store.usage.read(owner, { at: START, budgets: [] })],
  ['records.put', (store) => store.records.put(owner, 'c', 'i', 1, { at: START })],
  ['records.get', (store) => store.records.get(owner, 'c', 'i')],
  ['records.list', (store) => store.records.list(owner, 'c')],
  ['records.delete', (store) => store.records.delete(owner, 'c', 'i')],
  ['attachments.put', (store) => putAttachment(store, owner)],
  ['attachments.get', (store) => store.attachments.get(owner, 'a')],
  ['attachments.read', (store) => store.attachments.read(owner, 'a')],
  ['attachments.delete', (store) => store.attachments.delete(owner, 'a')],
  [
    'revocations.add',
    (store) => store.revocations.add({ tenant: 't', user: null, tokenId: 'i', at: START, until: START }),
  ],
  ['revocations.list', (store) => store.revocations.list({ after: 0 })],
  ['audit.append', (store) => store.audit.append([])],
  ['audit.list', (store) => store.audit.list({})],
  ['audit.inputHashKey', (store) => store.audit.inputHashKey()],
  ['audit.prune', (store) => store.audit.prune({ keepFrom: START, maxEntries: 1 })],
]

export function closingRules({ describe, it, expect, store: shared, makeStore }: Suite): void {
  describe('closing', () => {
    it('is healthy while it works [OPS-02]', async () => {
      expect((await shared()).health()).toEqual({ state: 'healthy', reasons: [] })
    })

    it('finishes what was accepted, and closes once', async () => {
      const store = await makeStore()
      const created = Array.from({ length: 50 }, (_, index) =>
        store.threads.create(owner, { threadId: `thr_${index}`, title: '', at: START }),
      )

      await Promise.all([store.close(), store.close(), store[Symbol.asyncDispose]()])

      expect(await Promise.all(created)).toHaveLength(50)
      expect(store.health().state).toBe('unhealthy')
    })

    it('finishes more than fits one commit, whenever it came', async () => {
      const store = await makeStore()
      const create = (name: string) => (_: unknown, index: number) =>
        store.threads.create(owner, { threadId: `thr_${name}_${index}`, title: '', at: START })
      const early = Array.from({ length: 6_000 }, create('early'))
      await new Promise<void>((resolve) => void setImmediate(resolve))
      const late = Array.from({ length: 10 }, create('late'))
      await new Promise<void>((resolve) => void setImmediate(resolve))

      await store.close()

      expect(await Promise.all([...early, ...late])).toHaveLength(6_010)
    })

    it('refuses every call afterwards', async () => {
      const store = await makeStore()
      await store.close()

      const refusals = await Promise.all(everyCall.map(async ([name, call]) => [name, await refusal(call(store))]))

      expect(refusals).toEqual(everyCall.map(([name]) => [name, 'STORE_CLOSED']))
    })
  })
}
