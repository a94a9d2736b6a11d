/** What is used and reserved, in tables. The law: every statement names the tenant, and the user unless it sums up. @module */
import { StoreError } from '../../../agent/errors.ts'
import type { Owner } from '../../../protocol/vocabulary.ts'
import { type Counter, noUse, type Reservation, report, reserve, type UsageTable, type Use } from '../rules/usage.ts'
import type { ReadCommands, WriteCommands } from './commands.ts'
import type { Statements } from './statements.ts'

/** Larger sums could not be read back as they are. */
const most = Number.MAX_SAFE_INTEGER

export const usageWrites: Pick<WriteCommands, 'reserveUsage'> = {
  reserveUsage(db, owner, request) {
    const { runId, epoch } = request.fence
    const run = db.get(
      `SELECT 1 AS held FROM runs
       WHERE run_id = ? AND tenant = ? AND user = ? AND epoch = ? AND outcome IS NULL AND parked = 0`,
      runId,
      owner.tenant,
      owner.user,
      epoch,
    )
    if (run === undefined) throw new StoreError('FENCED', { runId, epoch })
    return reserve(usageTable(db, owner), request)
  },
}

export const usageReads: Pick<ReadCommands, 'readUsage'> = {
  readUsage(db, owner, { at, budgets }) {
    // Of one commit: between two, what is reserved becomes what is used.
    db.control('BEGIN')
    try {
      return report(usageTable(db, owner), at, budgets)
    } finally {
      db.control('COMMIT')
    }
  },
}

export function usageTable(db: Statements, { tenant, user }: Owner): UsageTable {
  const userOf = ({ per }: Pick<Counter, 'per'>): string => (per === 'user' ? user : '')
  return {
    add(counter, use) {
      const { per, window, startsAt, tool } = counter
      const { steps = 0, calls = 0, tokens = 0, costMicros = 0, runMs = 0 } = use
      const updated = db.run(
        `UPDATE usage SET steps = min(steps + ?, ${most}), calls = min(calls + ?, ${most}),
           tokens = min(tokens + ?, ${most}), cost_micros = min(cost_micros + ?, ${most}),
           run_ms = min(run_ms + ?, ${most})
         WHERE tenant = ? AND per = ? AND user = ? AND window = ? AND starts_at = ? AND tool = ?`,
        steps,
        calls,
        tokens,
        costMicros,
        runMs,
        tenant,
        per,
        userOf(counter),
        window,
        startsAt,
        tool,
      )
      if (updated > 0) return false
      db.run(
        `INSERT INTO usage (tenant, per, user, window, starts_at, tool, steps, calls, tokens, cost_micros, run_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        tenant,
        per,
        userOf(counter),
        window,
        startsAt,
        tool,
        steps,
        calls,
        tokens,
        costMicros,
        runMs,
      )
      return true
    },

    used(range) {
      const { per, tool, window, from, to } = range
      const row = db.get<Use>(
        `SELECT coalesce(min(sum(steps), ${most}), 0) AS steps, coalesce(min(sum(calls), ${most}), 0) AS calls,
           coalesce(min(sum(tokens), ${most}), 0) AS tokens, coalesce(min(sum(cost_micros), ${most}), 0) AS costMicros,
           coalesce(min(sum(run_ms), ${most}), 0) AS runMs FROM usage
         WHERE tenant = ? AND per = ? AND user = ? AND tool = ? AND window IN ('hour', ?, ?)
         AND starts_at >= ? AND starts_at < ?`,
        tenant,
        per,
        userOf(range),
        tool,
        window === 'hour' ? window : 'day',
        window,
        from,
        to,
      )
      return row ?? noUse
    },

    takeOlder(older) {
      const { per, window, before, keep } = older
      const user = userOf(older)
      const last = db.get<{ starts_at: number }>(
        `SELECT starts_at FROM usage WHERE tenant = ? AND per = ? AND user = ? AND tool = '' AND window = ?
         AND starts_at <= ? ORDER BY starts_at DESC LIMIT 1 OFFSET ?`,
        tenant,
        per,
        user,
        window,
        before,
        keep,
      )
      if (last === undefined) return []
      return db.all<Counter & Use>(
        `DELETE FROM usage WHERE tenant = ? AND per = ? AND user = ? AND window = ? AND starts_at <= ?
         RETURNING per, window, starts_at AS startsAt, tool, steps, calls, tokens, cost_micros AS costMicros,
           run_ms AS runMs`,
        tenant,
        per,
        user,
        window,
        last.starts_at,
      )
    },

    reservations: (runId, holder) =>
      db.all<Reservation>(
        `SELECT holder, resource, tool, amount, at FROM reservations
         WHERE tenant = ? AND user = ? AND run_id = ? AND holder = ?`,
        tenant,
        user,
        runId,
        holder,
      ),

    hold(runId, { holder, resource, tool, amount, at }) {
      db.run(
        `INSERT INTO reservations (tenant, user, run_id, holder, resource, tool, amount, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET tool = excluded.tool, amount = excluded.amount, at = excluded.at`,
        tenant,
        user,
        runId,
        holder,
        resource,
        tool,
        amount,
        at,
      )
    },

    drop(runId, holder) {
      db.run(
        'DELETE FROM reservations WHERE tenant = ? AND user = ? AND run_id = ? AND holder = ?',
        tenant,
        user,
        runId,
        holder,
      )
    },

    dropAll(runId, ended) {
      db.run(
        `DELETE FROM reservations WHERE tenant = ? AND user = ? AND run_id = ?
         AND (? = 1 OR resource <> 'calls' OR amount > 0)`,
        tenant,
        user,
        runId,
        ended ? 1 : 0,
      )
    },

    reserved({ per, resource, tool, from, to }) {
      const ofWhom = per === 'user' ? 'user = ?' : '? IS NOT NULL'
      const row = db.get<{ total: number }>(
        `SELECT coalesce(sum(amount), 0) AS total FROM reservations
         WHERE tenant = ? AND ${ofWhom} AND resource = ? AND (? IS NULL OR tool = ?) AND at >= ? AND at < ?`,
        tenant,
        user,
        resource,
        tool ?? null,
        tool ?? null,
        from,
        to,
      )
      return row?.total ?? 0
    },
  }
}
