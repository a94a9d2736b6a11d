/** The audit in the database. The law: an entry is written in the transaction of what it tells of, and seals the one before. @module */
import type { AuditQuery } from '../../../agent/administration-ports.ts'
import type { AuditEntry, AuditKind, NewAuditEntry } from '../../../protocol/audit.ts'
import type { JsonObject } from '../../../protocol/vocabulary.ts'
import { countPrunable, sealed } from '../rules/audit.ts'
import type { ReadCommands, WriteCommands } from './commands.ts'
import type { Parameter, Statements } from './statements.ts'

interface AuditRow {
  readonly number: number
  readonly at: number
  readonly kind: AuditKind
  readonly tenant: string | null
  readonly user: string | null
  readonly done_by: string | null
  readonly run_id: string | null
  readonly call_id: string | null
  readonly tool: string | null
  readonly outcome: string | null
  readonly facts: string
  readonly hash: string
}

export function writeAudit(db: Statements, entry: NewAuditEntry): void {
  const last = db.get<Pick<AuditRow, 'number' | 'hash'>>('SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1')
  const { number, hash } = sealed(entry, last)
  db.run(
    `INSERT INTO audit (number, at, kind, tenant, user, done_by, run_id, call_id, tool, outcome, facts, hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    number,
    entry.at,
    entry.kind,
    entry.tenant,
    entry.user,
    entry.by,
    entry.runId,
    entry.callId,
    entry.tool,
    entry.outcome,
    JSON.stringify(entry.facts),
    hash,
  )
}

export const auditWrites: Pick<WriteCommands, 'appendAudit' | 'pruneAudit'> = {
  appendAudit(db, entries) {
    for (const entry of entries) writeAudit(db, entry)
    return null
  },

  pruneAudit(db, { keepFrom, maxEntries, limit }) {
    const last = db.get<{ number: number }>('SELECT number FROM audit ORDER BY number DESC LIMIT 1')
    if (last === undefined) return 0
    const oldest = db.all<{ number: number; at: number }>('SELECT number, at FROM audit ORDER BY number LIMIT ?', limit)
    const count = countPrunable(oldest, last.number, { keepFrom, maxEntries: maxEntries ?? Number.POSITIVE_INFINITY })
    const newest = oldest[count - 1]
    return newest === undefined ? 0 : db.run('DELETE FROM audit WHERE number <= ?', newest.number)
  },
}

export const auditReads: Pick<ReadCommands, 'listAudit' | 'inputHashKey'> = {
  inputHashKey(db) {
    const row = db.get<{ key: Uint8Array }>("SELECT key FROM store_keys WHERE name = 'input_hash'")
    if (row === undefined) throw new Error('the key of the hashes is gone')
    return row.key
  },

  listAudit(db, query, limit) {
    const { where, parameters } = conditionsOf(query)
    const sql = `SELECT number, at, kind, tenant, user, done_by, run_id, call_id, tool, outcome, facts, hash FROM audit
       ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`} ORDER BY number DESC LIMIT ?`
    return db.all<AuditRow>(sql, ...parameters, limit).map(entryOfRow)
  },
}

interface Conditions {
  readonly where: string[]
  readonly parameters: Parameter[]
}

function conditionsOf(query: AuditQuery): Conditions {
  const { tenant, house = false, kinds, user, tool, outcome, runId, callId, since, until, after, before } = query
  const where: string[] = []
  const parameters: Parameter[] = []
  const add = (condition: string, value: Parameter | undefined): void => {
    if (value === undefined) return
    where.push(condition)
    parameters.push(value)
  }
  // With the house's own it is nearly everything: then the order of the table is the quicker way.
  add(house ? '(+tenant = ? OR tenant IS NULL)' : 'tenant = ?', tenant)
  add('user = ?', user)
  add('run_id = ?', runId)
  add('call_id = ?', callId)
  add('tool = ?', tool)
  add('outcome = ?', outcome)
  add('at >= ?', since)
  add('at < ?', until)
  add('number > ?', after)
  add('number < ?', before)
  if (kinds !== undefined) {
    where.push(`kind IN (${kinds.map(() => '?').join()})`)
    parameters.push(...kinds)
  }
  return { where, parameters }
}

function entryOfRow(row: AuditRow): AuditEntry {
  const { number, at, kind, tenant, user, tool, outcome, hash } = row
  const named = { by: row.done_by, runId: row.run_id, callId: row.call_id }
  return { number, at, kind, tenant, user, ...named, tool, outcome, facts: JSON.parse(row.facts) as JsonObject, hash }
}
