/**
 * A store that forgets: for tests and for trying things out. The law: it answers exactly as a durable store does.
 *
 * @module
 */
import { StoreError } from '../../agent/errors.ts'
import type { Store } from '../../agent/ports.ts'
import { createMemoryAdministration } from './memory/administration.ts'
import { createMemoryApprovals } from './memory/approvals.ts'
import { createMemoryAttachments } from './memory/attachments.ts'
import { createMemoryAuditStore } from './memory/audit.ts'
import { createMemoryInbox } from './memory/inbox.ts'
import { createMemoryRecords } from './memory/records.ts'
import { createMemoryRevocations } from './memory/revocations.ts'
import { createMemoryLeases, createMemoryRuns } from './memory/runs.ts'
import { createMemoryState } from './memory/state.ts'
import { createMemoryEvents, createMemoryThreads } from './memory/threads.ts'
import { createMemoryUsageStore } from './memory/usage.ts'
import { guardParts } from './rules/guarded.ts'

/** Everything is lost with the process. Calls take effect in the order they are made. */
export function createMemoryStore(): Store {
  const state = createMemoryState()
  let closed = false
  const parts = guardParts(
    {
      threads: createMemoryThreads(state),
      events: createMemoryEvents(state),
      runs: createMemoryRuns(state),
      leases: createMemoryLeases(state),
      approvals: createMemoryApprovals(state),
      inbox: createMemoryInbox(state),
      records: createMemoryRecords(state),
      revocations: createMemoryRevocations(),
      attachments: createMemoryAttachments(state),
      usage: createMemoryUsageStore(state),
      audit: createMemoryAuditStore(state.audit),
      administration: createMemoryAdministration(state),
    },
    () => {
      if (closed) throw new StoreError('STORE_CLOSED', {})
    },
  )
  const close = async (): Promise<void> => {
    closed = true
  }
  return {
    ...parts,
    health: () =>
      closed ? { state: 'unhealthy', reasons: ['the store is closed'] } : { state: 'healthy', reasons: [] },
    close,
    [Symbol.asyncDispose]: close,
  }
}
