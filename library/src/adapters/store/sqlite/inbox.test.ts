import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { completed, newRunAtWork, requested, START } from '../../../testing/store-contract/fixtures.ts'
import { createSqliteStore } from '../sqlite.ts'
import { temporaryFolder } from './fixtures/temporary.ts'

it('keeps no address of an approval that was answered, expired, ended with its run or went with its thread', async () => {
  using folder = temporaryFolder()
  const store = await createSqliteStore({ folder: folder.path })
  const by = { approvers: [{ roles: ['finance'], users: ['eve', 'dan'], requester: true }] }
  const { owner, threadId, runId, fence } = await newRunAtWork(store)
  const requests = Array.from({ length: 3 }, () => requested(runId, by))
  const [answered, expired, last] = requests.map(({ approvalId }) => approvalId)
  await store.events.append(owner, threadId, { fence, at: START, events: requests })
  const gone = await newRunAtWork(store)
  const ended = { fence: gone.fence, at: START }
  await store.events.append(gone.owner, gone.threadId, { ...ended, events: [requested(gone.runId, by)] })

  await store.approvals.resolve(owner, `${answered}`, { decision: 'denied', by: 'eve', at: START })
  await store.approvals.resolve(owner, `${expired}`, { decision: 'expired', at: START })
  await store.events.append(gone.owner, gone.threadId, { ...ended, events: [completed(gone.runId)] })
  await store.threads.delete(gone.owner, gone.threadId)
  await store.close()

  using database = new DatabaseSync(folder.database, { readOnly: true })
  const kept = database.prepare('SELECT approval_id, address FROM approvers ORDER BY address').all()
  const addresses = ['role:finance', 'user:dan', 'user:eve', `user:${owner.user}`]
  expect(new Set(kept.map(({ address }) => address))).toEqual(new Set(addresses))
  expect(new Set(kept.map(({ approval_id }) => approval_id))).toEqual(new Set([last]))
})
