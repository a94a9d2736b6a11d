import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import type { RunQuery } from '../../../agent/administration-ports.ts'
import { maxRunsLookedAt } from '../rules/administration.ts'
import { administrationReads, listOf, lookedAt } from './administration.ts'
import { migrate } from './migrations.ts'
import { createStatements } from './statements.ts'

describe('the list of runs', () => {
  it.each<readonly [string, RunQuery, string]>([
    ['all tenants', { tenant: null }, 'runs_by_start'],
    ['a tenant', { tenant: 'acme' }, 'runs_by_tenant'],
    ['a tenant, some time ago', { tenant: 'acme', from: 1, to: 9 }, 'runs_by_tenant'],
    ['a tenant, after a page', { tenant: 'acme', after: { startedAt: 5, runId: 'run' } }, 'runs_by_tenant'],
    ['a tenant and an agent that failed', { tenant: 'acme', agent: 'clerk', state: 'failed' }, 'runs_by_tenant'],
    ['a user', { tenant: 'acme', user: 'ann' }, 'runs_by_user (user=? AND tenant=?)'],
    ['a user, after a page', { tenant: 'acme', user: 'ann', after: { startedAt: 5, runId: 'run' } }, 'runs_by_user'],
    ['people of one name', { tenant: null, user: 'ann' }, 'runs_by_user (user=?)'],
    ['who waits', { tenant: 'acme', state: 'waiting' }, 'runs_at_work_by_owner'],
    ['who waits in all tenants', { tenant: null, state: 'waiting' }, 'runs_at_work_by_start'],
  ])('of %s looks at a range of one index, and sorts at most a page [WEB-03]', (_what, query, index) => {
    using database = new DatabaseSync(':memory:')
    migrate(database, 0)
    const looked = lookedAt(query)
    const list = listOf({ ...query, limit: 50 })

    const plan = planOf(database, looked.sql, looked.values)
    const whole = planOf(database, list.sql, list.values)

    expect(plan.some((detail) => detail.includes(`INDEX ${index}`))).toBe(true)
    expect(whole.filter((detail) => /^SCAN (runs|threads|approvals|events)\b(?!.*INDEX)/.test(detail))).toEqual([])
  })

  it('finds an id of a run or a thread by index [WEB-03]', () => {
    using database = new DatabaseSync(':memory:')
    migrate(database, 0)
    const { sql, values } = lookedAt({ tenant: 'acme', id: 'run_1' })

    const plan = planOf(database, sql, values).join('\n')

    expect(plan).toContain('SEARCH runs USING INTEGER PRIMARY KEY (rowid=?)')
    expect(plan).toContain('sqlite_autoindex_runs_1 (run_id=?')
    expect(plan).toContain('threads USING COVERING INDEX threads_by_id')
    expect(plan).not.toContain('SCAN')
  })

  it('stops after so many runs that do not pass, and says from where to go on [WEB-03]', () => {
    using database = new DatabaseSync(':memory:')
    migrate(database, 0)
    database.exec("INSERT INTO threads VALUES (1, 'acme', 'ann', 'thr', '', '', 0, 0, 0, NULL, NULL, NULL)")
    const add = database.prepare(
      `INSERT INTO runs (run_id, tenant, user, thread_key, idempotency_key, message_id, agent, principal, started_at,
         epoch, node, lease_until, outcome) VALUES (?, 'acme', 'ann', 1, ?, '', ?, '{}', ?, 1, '', 0, 'completed')`,
    )
    add.run('run_clerk', 'first', 'clerk', 0)
    for (let number = 1; number <= maxRunsLookedAt; number++) add.run(`run_${number}`, `${number}`, 'other', number)
    const statements = createStatements(database)
    const query = { tenant: 'acme', agent: 'clerk', limit: 10 }

    const first = administrationReads.listRuns(statements, query)
    const second = administrationReads.listRuns(statements, {
      ...query,
      after: first.next ?? { startedAt: 0, runId: '' },
    })

    expect(first).toEqual({ runs: [], next: { startedAt: 1, runId: 'run_1' } })
    expect(second).toMatchObject({ runs: [{ runId: 'run_clerk' }], next: null })
  })
})

it('tells of runs from before there was a list what their log tells [WEB-03]', () => {
  using database = new DatabaseSync(':memory:')
  migrate(database, 0, 6)
  database.exec(`
    INSERT INTO threads VALUES (1, 'acme', 'ann', 'thr', '', '', 0, 0, 0, NULL, NULL, NULL);
    INSERT INTO runs (run_id, tenant, user, thread_key, idempotency_key, message_id, agent, principal, started_at, epoch,
      node, lease_until, outcome, usage, ended_at) VALUES ('run_2', 'acme', 'ann', 1, '', '', 'clerk', '{}', 7, 2, '', 0,
      'completed', '{"inputTokens":3,"outputTokens":5,"calls":4,"costMicros":9}', 12)`)
  const add = database.prepare('INSERT INTO events (thread_key, seq, at, event) VALUES (1, ?, 7, ?)')
  const log = [
    { type: 'message_added', runId: 'run_1' },
    { type: 'agent_completed', runId: 'run_1' },
    { type: 'message_added', runId: 'run_2' },
    { type: 'agent_started', runId: 'run_2', model: 'scripted', attempt: 1 },
    { type: 'agent_started', runId: 'run_2', model: 'scripted', attempt: 2 },
    { type: 'step_completed', runId: 'run_2' },
    { type: 'agent_completed', runId: 'run_2' },
    { type: 'message_added', runId: 'run_3' },
  ]
  for (const [index, event] of log.entries()) add.run(index + 1, JSON.stringify(event))

  migrate(database, 6)

  const query = { tenant: 'acme', runId: 'run_2', after: 0, limit: 100 }
  const found = administrationReads.readRun(createStatements(database), query)
  expect(found).toMatchObject({
    run: { model: 'scripted', attempts: 2, endedAt: 12, used: { steps: 1, calls: 4, tokens: 8, costMicros: 9 } },
    readTo: 7,
    more: false,
  })
  expect(found?.rows.map(({ seq }) => seq)).toEqual([3, 4, 5, 6, 7])
})

function planOf(database: DatabaseSync, sql: string, values: readonly (string | number | null | Uint8Array)[]) {
  return database
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all(...values)
    .map(({ detail }) => String(detail))
}
