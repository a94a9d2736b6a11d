/**
 * What waits for a principal, of their own and of others. The law: an approver sees what is to be done and who asks, and
 * nothing else of the thread.
 *
 * @module
 */
import type { InboxApproval } from '../protocol/frames.ts'
import type { Principal } from '../protocol/vocabulary.ts'
import type { Clock, InboxRecord, Store } from './ports.ts'

export interface InboxPage {
  readonly approvals: readonly InboxApproval[]
  /** There are others after the last of these. */
  readonly more: boolean
}

export interface InboxQuery {
  /** Default 100. */
  readonly limit?: number
  /** An `approvalId`: those that were asked after it. */
  readonly after?: string
}

/** A page ends early once its arguments have so many characters, so that no long one makes a page that cannot be sent. */
const MAX_PAGE_CHARS = 262_144

/** Those that they may answer now, oldest first. Rejects with what the store rejects with. */
export async function readInbox(
  { store, clock }: { readonly store: Pick<Store, 'inbox'>; readonly clock: Clock },
  principal: Principal,
  { limit = 100, after }: InboxQuery,
): Promise<InboxPage> {
  const page = { now: clock.now(), limit: limit + 1, ...(after === undefined ? {} : { after }) }
  const found = await store.inbox.list(principal, page)
  const approvals: InboxApproval[] = []
  let chars = 0
  for (const record of found) {
    chars += JSON.stringify(record.input).length
    if (approvals.length === limit || (approvals.length > 0 && chars > MAX_PAGE_CHARS)) break
    approvals.push(approvalFor(principal, record))
  }
  return { approvals, more: approvals.length < found.length }
}

/** What of it its approver is shown. */
export function approvalFor(principal: Principal, record: InboxRecord): InboxApproval {
  const { approvalId, tool, input, effect, owner, requesterName: name, requestedAt, expiresAt, threadId } = record
  const requester = name === undefined ? { user: owner.user } : { user: owner.user, name }
  const whose = record.offered === undefined ? {} : { offered: record.offered }
  const shown = { approvalId, tool, input, effect, ...whose, requester, requestedAt, expiresAt }
  return owner.user === principal.user ? { ...shown, threadId } : shown
}
