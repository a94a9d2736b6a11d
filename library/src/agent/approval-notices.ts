/**
 * Word for those who may answer that there is one more to answer, or one less. The law: it is told after it was committed,
 * and names those it is for.
 *
 * @module
 */
import type { Answerable } from '../protocol/approvers.ts'
import type { CommittedEvents } from './event-log.ts'
import type { Logger, Store } from './ports.ts'
import { innermost } from './thread-events.ts'

export interface ApprovalNoticesOptions {
  readonly store: Pick<Store, 'approvals'>
  readonly logger: Logger
  readonly notify: (changed: Answerable) => void
}

/** What it answers settles when all that the events changed is told; it never rejects. */
export function createApprovalNotices(
  options: ApprovalNoticesOptions,
): (committed: CommittedEvents) => Promise<void> | undefined {
  const { store, logger, notify } = options

  /** The answer does not say who else may have given it; the record does. */
  async function tellOf(owner: CommittedEvents['owner'], approvalId: string): Promise<void> {
    try {
      const record = await store.approvals.get(owner, approvalId)
      if (record !== undefined) notify(answerable(owner, record))
    } catch (err) {
      logger.warn({ err, approvalId }, 'Nobody was told that an approval was answered')
    }
  }

  return ({ owner, events }) => {
    const told = events.flatMap(({ event }) => {
      const changed = innermost(event)
      if (changed.type === 'approval_requested') notify(answerable(owner, changed))
      return changed.type === 'approval_resolved' ? [tellOf(owner, changed.approvalId)] : []
    })
    return told.length === 0 ? undefined : Promise.all(told).then(() => {})
  }
}

function answerable({ tenant, user }: Answerable['owner'], { approvers }: Pick<Answerable, 'approvers'>): Answerable {
  const owner = { tenant, user }
  return approvers === undefined ? { owner } : { owner, approvers }
}
