/** What a principal may answer, in memory. The law: nothing is found that `mayAnswer` does not say yes to. @module */
import type { InboxRecord, InboxStore } from '../../../agent/ports.ts'
import { mayAnswer } from '../../../protocol/approvers.ts'
import type { Principal } from '../../../protocol/vocabulary.ts'
import { defaultLimits, rowLimit } from '../rules/defaults.ts'
import { awaits, comparePlaces } from '../rules/inbox.ts'
import { recordOf } from './approvals.ts'
import type { MemoryApproval, MemoryState, OwnerState } from './state.ts'

export function createMemoryInbox(state: MemoryState): InboxStore {
  const tenantOf = ({ tenant }: Principal): readonly OwnerState[] =>
    [...state.owners.values()].filter(({ owner }) => owner.tenant === tenant)

  function find(principal: Principal, approvalId: string): InboxRecord | undefined {
    return (
      tenantOf(principal)
        // Their own first, should somebody else's have the same id.
        .toSorted((a, b) => Number(b.owner.user === principal.user) - Number(a.owner.user === principal.user))
        .flatMap((theirs) => {
          const held = theirs.approvals.get(approvalId)
          return held === undefined ? [] : [inboxRecordOf(theirs, held)]
        })
        .find((record) => mayAnswer(principal, record))
    )
  }

  return {
    async get(principal, approvalId) {
      return find(principal, approvalId)
    },
    async list(principal, { now, limit, after }) {
      const last = after === undefined ? undefined : find(principal, after)
      return tenantOf(principal)
        .flatMap((theirs) => [...theirs.approvals.values()].map((held) => inboxRecordOf(theirs, held)))
        .filter((record) => awaits(principal, record, now) && (last === undefined || comparePlaces(record, last) > 0))
        .sort(comparePlaces)
        .slice(0, rowLimit(limit, defaultLimits.inbox))
    },
  }
}

function inboxRecordOf({ owner, runs }: OwnerState, held: MemoryApproval): InboxRecord {
  const name = runs.get(held.runId)?.record.principal.name
  return {
    ...recordOf(held),
    owner,
    requestedAt: held.requestedAt,
    ...(name === undefined ? {} : { requesterName: name }),
  }
}
