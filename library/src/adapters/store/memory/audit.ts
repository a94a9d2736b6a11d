/** The audit in memory. The law: it grows at its end, and is forgotten from its beginning. @module */
import { randomBytes } from 'node:crypto'
import type { AuditStore } from '../../../agent/administration-ports.ts'
import type { AuditEntry, NewAuditEntry } from '../../../protocol/audit.ts'
import { countPrunable, isAskedFor, plainEntry, sealed } from '../rules/audit.ts'
import { defaultLimits, rowLimit } from '../rules/defaults.ts'

export interface MemoryAudit {
  /** Made and sealed when it is asked for: it is written for each call, and read seldom. */
  readonly add: (make: () => NewAuditEntry) => void
  /** Oldest first. */
  readonly entries: () => AuditEntry[]
}

export function createMemoryAudit(): MemoryAudit {
  const entries: AuditEntry[] = []
  const waiting: (() => NewAuditEntry)[] = []
  return {
    add: (make) => void waiting.push(make),
    entries() {
      for (const make of waiting.splice(0)) entries.push(sealed(make(), entries.at(-1)))
      return entries
    },
  }
}

export function createMemoryAuditStore({ entries, add }: MemoryAudit): AuditStore {
  const key = new Uint8Array(randomBytes(32))
  return {
    async inputHashKey() {
      return key.slice()
    },
    async append(added) {
      for (const entry of added.map(plainEntry)) add(() => entry)
    },
    async list({ limit, ...query }) {
      const asked = entries()
        .filter((entry) => isAskedFor(entry, query))
        .reverse()
      return structuredClone(asked.slice(0, rowLimit(limit, defaultLimits.audit)))
    },
    async prune({ limit, ...kept }) {
      const oldest = entries().slice(0, rowLimit(limit, defaultLimits.prunedAudit))
      const count = countPrunable(oldest, entries().at(-1)?.number ?? 0, kept)
      entries().splice(0, count)
      return count
    },
  }
}
