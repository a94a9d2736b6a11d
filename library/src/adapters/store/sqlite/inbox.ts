/** What a principal may answer. The law: every statement names their tenant, and `mayAnswer` says yes to all that is found. @module */
import type { InboxRecord } from '../../../agent/ports.ts'
import { mayAnswer } from '../../../protocol/approvers.ts'
import type { Principal } from '../../../protocol/vocabulary.ts'
import { addressesFor, awaits, comparePlaces, type InboxPlace } from '../rules/inbox.ts'
import type { ReadCommands } from './commands.ts'
import { type ApprovalRow, approvalOf } from './rows.ts'
import type { Statements } from './statements.ts'

interface InboxRow extends ApprovalRow {
  readonly user: string
  readonly requested_at: number
  readonly principal: string | null
}

interface AddressRow {
  readonly user: string
  readonly approval_id: string
  readonly requested_at: number
}

const SELECT_INBOX = `SELECT approvals.user, thread_id, request, status, answered_by, events.at AS requested_at, principal
  FROM approvals JOIN threads USING (thread_key)
  JOIN events ON events.thread_key = approvals.thread_key AND events.seq = approvals.seq
  LEFT JOIN runs ON runs.run_id = approvals.run_id AND runs.tenant = approvals.tenant AND runs.user = approvals.user`

export const inboxReads: Pick<ReadCommands, 'getFromInbox' | 'listInbox'> = {
  getFromInbox(db, principal, approvalId) {
    const { tenant, user } = principal
    return (
      db
        // Their own first, should somebody else's have the same id.
        .all<InboxRow>(
          `${SELECT_INBOX} WHERE approvals.tenant = ? AND approval_id = ? ORDER BY approvals.user <> ?`,
          tenant,
          approvalId,
          user,
        )
        .map((row) => recordOf(tenant, row))
        .find((record) => mayAnswer(principal, record))
    )
  },

  listInbox(db, principal, { now, after, limit }) {
    const { tenant } = principal
    const last = after === null ? undefined : inboxReads.getFromInbox(db, principal, after)
    const found: InboxRecord[] = []
    for (const { user, approvalId } of placesFor(db, principal, last)) {
      if (found.length >= limit) break
      const row = db.get<InboxRow>(
        `${SELECT_INBOX} WHERE approvals.tenant = ? AND approvals.user = ? AND approval_id = ?`,
        tenant,
        user,
        approvalId,
      )
      const record = row && recordOf(tenant, row)
      if (record !== undefined && awaits(principal, record, now)) found.push(record)
    }
    return found
  },
}

type Place = InboxPlace & { readonly user: string }

/** Where approvals are that may be for this principal: each once, oldest first. */
function placesFor(db: Statements, principal: Principal, last: InboxPlace | undefined): readonly Place[] {
  const places = new Map<string, Place>()
  for (const address of addressesFor(principal)) {
    const rows = db.all<AddressRow>(
      'SELECT user, approval_id, requested_at FROM approvers WHERE tenant = ? AND address = ? AND requested_at >= ?',
      principal.tenant,
      address,
      last?.requestedAt ?? Number.MIN_SAFE_INTEGER,
    )
    for (const { user, approval_id: approvalId, requested_at: requestedAt } of rows) {
      places.set(JSON.stringify([user, approvalId]), { user, approvalId, requestedAt })
    }
  }
  const ordered = [...places.values()].sort(comparePlaces)
  return last === undefined ? ordered : ordered.filter((place) => comparePlaces(place, last) > 0)
}

function recordOf(tenant: string, row: InboxRow): InboxRecord {
  const name = row.principal === null ? undefined : (JSON.parse(row.principal) as Principal).name
  return {
    ...approvalOf(row),
    owner: { tenant, user: row.user },
    requestedAt: row.requested_at,
    ...(name === undefined ? {} : { requesterName: name }),
  }
}
