import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import type { AuditQuery } from '../../../agent/administration-ports.ts'
import type { Store } from '../../../agent/ports.ts'
import type { NewAuditEntry } from '../../../protocol/audit.ts'
import { completed, newRunAtWork, requested, START } from '../../../testing/store-contract/fixtures.ts'
import { createSqliteStore } from '../sqlite.ts'
import { auditReads } from './audit.ts'
import { temporaryFolder } from './fixtures/temporary.ts'
import { migrate } from './migrations.ts'
import { createStatements } from './statements.ts'

describe('the audit on the disk', () => {
  it('is found by an index or read in the order of the table, and is never sorted [OPS-04]', () => {
    using database = new DatabaseSync(':memory:')
    migrate(database, 0)
    const planOf = (query: AuditQuery): string => {
      const plans: string[] = []
      const statements = createStatements(database)
      auditReads.listAudit(
        {
          ...statements,
          all<Row>(sql: string, ...parameters: (string | number | null | Uint8Array)[]): Row[] {
            const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters)
            plans.push(...steps.map(({ detail }) => String(detail)))
            return []
          },
        },
        query,
        100,
      )
      return plans.join('; ')
    }

    expect({
      everything: planOf({}),
      tenant: planOf({ tenant: 'acme', before: 500 }),
      tenantAndHouse: planOf({ tenant: 'acme', house: true, before: 500 }),
      user: planOf({ tenant: 'acme', user: 'ann', kinds: ['looked'] }),
      run: planOf({ tenant: 'acme', runId: 'run_1' }),
      call: planOf({ tenant: 'acme', house: true, callId: 'call_1', runId: 'run_1' }),
    }).toEqual({
      everything: 'SCAN audit',
      tenant: 'SEARCH audit USING INDEX audit_by_tenant (tenant=? AND rowid<?)',
      tenantAndHouse: 'SEARCH audit USING INTEGER PRIMARY KEY (rowid<?)',
      user: 'SEARCH audit USING INDEX audit_by_user (user=? AND tenant=?)',
      run: 'SEARCH audit USING INDEX audit_by_run (run_id=?)',
      call: 'SEARCH audit USING INDEX audit_by_call (call_id=?)',
    })
  })

  it('goes on with its numbers and its chain after a restart, and its key stays [OPS-04]', async () => {
    using folder = temporaryFolder()
    const first = await createSqliteStore({ folder: folder.path })
    await first.audit.append([entry('ann'), entry('bob')])
    const [key, before] = [await first.audit.inputHashKey(), await first.audit.list({})]
    await first.close()

    await using second = await createSqliteStore({ folder: folder.path })
    await second.audit.append([entry('cid')])

    const after = await second.audit.list({})
    expect(after.map(({ number, user }) => [number, user])).toEqual([
      [3, 'cid'],
      [2, 'bob'],
      [1, 'ann'],
    ])
    expect(after.slice(1)).toEqual(before)
    expect(await second.audit.inputHashKey()).toEqual(key)
  })

  it('holds nothing of a run whose batch was undone with others', async () => {
    using folder = temporaryFolder()
    await using store = await createSqliteStore({ folder: folder.path })
    const { owner, threadId, runId, fence } = await newRunAtWork(store)
    const question = requested(runId)

    const written = await Promise.allSettled([
      store.events.append(owner, threadId, { fence, at: START, events: [question] }),
      store.events.append(owner, threadId, { fence: { runId, epoch: 9 }, at: START, events: [completed(runId)] }),
      store.audit.append([entry('ann')]),
    ])

    expect(written.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await kindsOf(store)).toEqual(['approval_requested', 'looked'])
  })
})

async function kindsOf(store: Store): Promise<readonly string[]> {
  return (await store.audit.list({})).map(({ kind }) => kind).toReversed()
}

function entry(user: string): NewAuditEntry {
  const nothing = { by: null, runId: null, callId: null, tool: null, outcome: null, facts: {} }
  return { at: START, kind: 'looked', tenant: 'acme', user, ...nothing }
}
