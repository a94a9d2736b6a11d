/**
 * A store whose every call goes through one gate first. The law: after `close` nothing is answered but `STORE_CLOSED`.
 *
 * @module
 */
import type { Store } from '../../../agent/ports.ts'

/** The parts of a store: all of it but its own life. */
export type StoreParts = Omit<Store, 'health' | 'close' | typeof Symbol.asyncDispose>

/** Each call first calls `gate`; what that throws is what the call rejects with. */
export function guardParts(parts: StoreParts, gate: () => void): StoreParts {
  return {
    threads: guard(parts.threads, gate),
    events: guard(parts.events, gate),
    runs: guard(parts.runs, gate),
    leases: guard(parts.leases, gate),
    approvals: guard(parts.approvals, gate),
    inbox: guard(parts.inbox, gate),
    records: guard(parts.records, gate),
    attachments: guard(parts.attachments, gate),
    usage: guard(parts.usage, gate),
    revocations: guard(parts.revocations, gate),
    audit: guard(parts.audit, gate),
    administration: guard(parts.administration, gate),
  }
}

function guard<T extends object>(part: T, gate: () => void): T {
  const entries = Object.entries(part).map(([name, method]) => [
    name,
    async (...args: unknown[]) => {
      gate()
      return method(...args)
    },
  ])
  // Same keys, same signatures: every method of a part is asynchronous, and stays so.
  return Object.fromEntries(entries) as T
}
