/** Records in memory. The law: a collection never outgrows the limit its writer named. @module */
import { StoreError } from '../../../agent/errors.ts'
import type { RecordStore, StoredRecord } from '../../../agent/ports.ts'
import type { JsonValue } from '../../../protocol/vocabulary.ts'
import { defaultLimits, rowLimit } from '../rules/defaults.ts'
import type { MemoryRecord, MemoryState } from './state.ts'

export function createMemoryRecords(state: MemoryState): RecordStore {
  return {
    async put(owner, collection, id, value, { at, maxRecords = Number.POSITIVE_INFINITY }) {
      const { collections } = state.of(owner)
      const records = collections.get(collection) ?? new Map<string, MemoryRecord>()
      const known = records.get(id)
      if (known === undefined && records.size >= maxRecords) {
        throw new StoreError('RECORDS_FULL', { collection, max: maxRecords })
      }
      const json = JSON.stringify(value)
      if (known === undefined) records.set(id, { createdAt: at, updatedAt: at, json })
      else Object.assign(known, { updatedAt: at, json })
      collections.set(collection, records)
    },
    async get(owner, collection, id) {
      const held = state.of(owner).collections.get(collection)?.get(id)
      return held && recordOf(id, held)
    },
    async list(owner, collection, options = {}) {
      const records = state.of(owner).collections.get(collection) ?? new Map<string, MemoryRecord>()
      return [...records]
        .reverse()
        .sort(([, a], [, b]) => b.createdAt - a.createdAt)
        .slice(0, rowLimit(options.limit, defaultLimits.records))
        .map(([id, held]) => recordOf(id, held))
    },
    async delete(owner, collection, id) {
      return state.of(owner).collections.get(collection)?.delete(id) ?? false
    },
  }
}

function recordOf(id: string, held: MemoryRecord): StoredRecord {
  return { id, value: JSON.parse(held.json) as JsonValue, createdAt: held.createdAt, updatedAt: held.updatedAt }
}
