/** Rules of the store contract: whatever is not the owner's answers exactly like what does not exist. @module */
import type { Store } from '../../agent/ports.ts'
import type { Owner } from '../../protocol/vocabulary.ts'
import { put as putAttachment } from './attachments.ts'
import {
  completed,
  LONG_MS,
  message,
  newOwner,
  newRun,
  newRunAtWork,
  newThread,
  readAll,
  refusal,
  requested,
  START,
  type Suite,
} from './fixtures.ts'

interface Place {
  readonly threadId: string
  readonly runId: string
  readonly approvalId: string
}

type Attempt = (store: Store, owner: Owner, place: Place) => Promise<unknown>

const nothing = { resolved: undefined }

const attempts: readonly (readonly [string, unknown, Attempt])[] = [
  ['threads.get', nothing, (store, owner, { threadId }) => store.threads.get(owner, threadId)],
  ['threads.list', { resolved: [] }, (store, owner) => store.threads.list(owner)],
  ['threads.list with a query', { resolved: [] }, (store, owner) => store.threads.list(owner, { query: 'canary' })],
  [
    'threads.rename',
    nothing,
    (store, owner, { threadId }) => store.threads.rename(owner, threadId, { title: 'mine', at: START }),
  ],
  ['threads.delete', { resolved: false }, (store, owner, { threadId }) => store.threads.delete(owner, threadId)],
  [
    'events.append',
    'NOT_FOUND',
    (store, owner, { threadId, runId }) =>
      store.events.append(owner, threadId, { fence: { runId, epoch: 1 }, at: START, events: [message(runId, 'mine')] }),
  ],
  [
    'events.append for another run',
    'NOT_FOUND',
    (store, owner, { threadId, runId }) =>
      store.events.append(owner, threadId, {
        fence: { runId, epoch: 1 },
        at: START,
        events: [message('other', 'mine')],
      }),
  ],
  ['events.read', nothing, (store, owner, { threadId }) => store.events.read(owner, threadId, { after: 0 })],
  [
    'runs.accept',
    { resolved: { status: 'not_found' } },
    (store, owner, { threadId }) => store.runs.accept(owner, newRun(owner, threadId, { idempotencyKey: 'canary' })),
  ],
  ['runs.get', nothing, (store, owner, { runId }) => store.runs.get(owner, runId)],
  ['approvals.get', nothing, (store, owner, { approvalId }) => store.approvals.get(owner, approvalId)],
  ['approvals.listOpen', { resolved: [] }, (store, owner, { threadId }) => store.approvals.listOpen(owner, threadId)],
  [
    'approvals.resolve',
    { resolved: { status: 'not_found' } },
    (store, owner, { approvalId }) => store.approvals.resolve(owner, approvalId, { decision: 'approved', at: START }),
  ],
  [
    'inbox.get',
    nothing,
    (store, owner, { approvalId }) => store.inbox.get({ ...owner, roles: [], scopes: [] }, approvalId),
  ],
  [
    'inbox.list',
    { resolved: [] },
    (store, owner) => store.inbox.list({ ...owner, roles: [], scopes: [] }, { now: START }),
  ],
  ['records.get', nothing, (store, owner) => store.records.get(owner, 'notes', 'canary')],
  ['attachments.get', nothing, (store, owner) => store.attachments.get(owner, 'canary')],
  ['attachments.read', nothing, (store, owner) => store.attachments.read(owner, 'canary')],
  ['attachments.delete', { resolved: 'not_found' }, (store, owner) => store.attachments.delete(owner, 'canary')],
  [
    'attachments.put, after a day and in all the room that one may take',
    nothing,
    async (store, owner) => {
      await putAttachment(store, owner, { attachmentId: 'canary', at: START + 1e9, maxTotalBytes: 3 })
    },
  ],
  [
    'runs.accept with an attachment',
    'NOT_FOUND',
    async (store, owner) => {
      const threadId = await newThread(store, owner)
      const canary = { type: 'attachment', attachmentId: 'canary', name: '', mediaType: '', bytes: 0 } as const
      return store.runs.accept(owner, newRun(owner, threadId, { parts: [canary] }))
    },
  ],
  ['records.list', { resolved: [] }, (store, owner) => store.records.list(owner, 'notes')],
  ['records.delete', { resolved: false }, (store, owner) => store.records.delete(owner, 'notes', 'canary')],
  [
    'records.put',
    nothing,
    (store, owner) => store.records.put(owner, 'notes', 'canary', 'mine', { at: START + 1, maxRecords: 1 }),
  ],
]

const strangers: readonly (readonly [string, (owner: Owner) => Owner])[] = [
  ['another user of the same tenant', ({ tenant }) => ({ tenant, user: 'eve' })],
  ['the same user name in another tenant', ({ user }) => ({ tenant: 'elsewhere', user })],
  ['the two names the other way round', ({ tenant, user }) => ({ tenant: user, user: tenant })],
  ['a user whose name differs in case', ({ tenant, user }) => ({ tenant, user: user.toUpperCase() })],
  [
    'a user whose name differs in a lone surrogate',
    ({ tenant, user }) => ({ tenant, user: user.replace('\ud800', '\ud801') }),
  ],
  ['a user whose name ends at a NUL', ({ tenant, user }) => ({ tenant, user: `${user.split('\u0000')[0]}` })],
]

export function ownerRules({ describe, it, expect, store: shared }: Suite): void {
  describe.each(strangers)('to %s', (_who, strangerTo) => {
    it.each(attempts)(
      '%s answers as if nothing were there, and changes nothing [RUN-06]',
      async (_call, expected, attempt) => {
        const store = await shared()
        const { tenant, user } = newOwner()
        const owner = { tenant, user: `${user} \ud800\u0000x` }
        const place = await furnish(store, owner)
        const before = await everything(store, owner, place)

        const answer = await refusal(attempt(store, strangerTo(owner), place))
        const absent = await refusal(
          attempt(store, newOwner(), { threadId: 'none', runId: 'none', approvalId: 'none' }),
        )

        expect(answer).toEqual(expected)
        expect(answer).toEqual(absent)
        expect(await everything(store, owner, place)).toEqual(before)
      },
    )
  })

  describe('two owners', () => {
    it('may use the same ids and keys and never meet [RUN-06]', async () => {
      const store = await shared()
      const [ann, bob] = [newOwner(), newOwner()]
      const same = { runId: 'run_same', messageId: 'msg_same', idempotencyKey: 'key' }
      const say = async (owner: Owner, text: string) => {
        await store.threads.create(owner, { threadId: 'thr_same', title: text, at: START })
        const run = newRun(owner, 'thr_same', { ...same, parts: [{ type: 'text', text }], maxRunsPerUser: 1 })
        return store.runs.accept(owner, run)
      }

      const accepted = [await say(ann, 'of Ann'), await say(bob, 'of Bob')]

      expect(accepted.map(({ status }) => status)).toEqual(['started', 'started'])
      const logs = [await readAll(store, ann, 'thr_same'), await readAll(store, bob, 'thr_same')]
      expect(logs.map(([logged]) => logged)).toMatchObject([
        { seq: 1, event: { parts: [{ text: 'of Ann' }] } },
        { seq: 1, event: { parts: [{ text: 'of Bob' }] } },
      ])
    })

    it('lose nothing to each other: not a record to a deleted thread, not a run to a takeover [RUN-06]', async () => {
      const store = await shared()
      const [ann, bob] = [newOwner(), newOwner()]
      const ofAnn = await newRunAtWork(store, ann, { runId: 'run_twin', leaseMs: 10 })
      await newRunAtWork(store, bob, { runId: 'run_twin', leaseMs: 20 })
      await store.records.put(bob, 'outputs', 'out_twin', 'of Bob', { at: START })
      const output = { ...cutOutput, runId: 'run_twin' } as const

      const taken = await store.leases.takeOver('node_b', { now: START + 20, until: START + LONG_MS, limit: 1 })
      const fence = { runId: 'run_twin', epoch: 2 }
      await store.events.append(ann, ofAnn.threadId, { fence, at: START, events: [output, completed('run_twin')] })
      await store.threads.delete(ann, ofAnn.threadId)

      expect(taken.map(({ owner }) => owner)).toEqual([ann])
      expect(await store.runs.get(bob, 'run_twin')).toMatchObject({ epoch: 1, node: 'node_a', outcome: null })
      expect(await store.records.get(bob, 'outputs', 'out_twin')).toMatchObject({ value: 'of Bob' })
      await store.leases.takeOver('node_b', { now: START + 20, until: START + LONG_MS, limit: 1 })
    })
  })
}

const cutOutput = {
  type: 'tool_completed',
  step: 1,
  callId: 'call_1',
  tool: 'read_file',
  outcome: 'ok',
  output: 'of A…',
  truncated: { bytes: 9, handle: 'out_twin' },
  durationMs: 1,
} as const

/** Something of every kind, named `canary` where it can be named. */
async function furnish(store: Store, owner: Owner): Promise<Place> {
  const parts = [{ type: 'text', text: 'canary' }] as const
  const { threadId, runId, fence } = await newRunAtWork(store, owner, { parts, idempotencyKey: 'canary' })
  const request = requested(runId)
  await store.events.append(owner, threadId, { fence, at: START, events: [request] })
  await store.records.put(owner, 'notes', 'canary', 'canary', { at: START })
  await putAttachment(store, owner, { attachmentId: 'canary', name: 'canary' })
  return { threadId, runId, approvalId: request.approvalId }
}

async function everything(store: Store, owner: Owner, { threadId, runId, approvalId }: Place): Promise<unknown> {
  return {
    threads: await store.threads.list(owner),
    log: await readAll(store, owner, threadId),
    run: await store.runs.get(owner, runId),
    attachment: [await store.attachments.get(owner, 'canary'), await store.attachments.read(owner, 'canary')],
    approval: await store.approvals.get(owner, approvalId),
    records: await store.records.list(owner, 'notes'),
  }
}
