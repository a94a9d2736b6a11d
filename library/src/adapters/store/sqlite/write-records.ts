/** Commands that change records. The law: a collection never outgrows the limit its writer named. @module */
import { StoreError } from '../../../agent/errors.ts'
import type { WriteCommands } from './commands.ts'

export const recordWrites: Pick<WriteCommands, 'putRecord' | 'deleteRecord'> = {
  putRecord(db, { tenant, user }, { collection, id, value, at, maxRecords }) {
    const updated = db.run(
      `UPDATE records SET value = ?, updated_at = ? WHERE tenant = ? AND user = ? AND collection = ? AND id = ?`,
      value,
      at,
      tenant,
      user,
      collection,
      id,
    )
    if (updated > 0) return null
    if (maxRecords !== null) {
      const held = db.get<{ held: number }>(
        'SELECT count(*) AS held FROM records WHERE tenant = ? AND user = ? AND collection = ?',
        tenant,
        user,
        collection,
      )
      if (held !== undefined && held.held >= maxRecords) {
        throw new StoreError('RECORDS_FULL', { collection, max: maxRecords })
      }
    }
    db.run(
      `INSERT INTO records (tenant, user, collection, id, value, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      tenant,
      user,
      collection,
      id,
      value,
      at,
      at,
    )
    return null
  },

  deleteRecord(db, { tenant, user }, collection, id) {
    return (
      db.run(
        'DELETE FROM records WHERE tenant = ? AND user = ? AND collection = ? AND id = ?',
        tenant,
        user,
        collection,
        id,
      ) > 0
    )
  },
}
