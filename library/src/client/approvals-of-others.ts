/**
 * What waits for this user's answer, of other people, and in which of their own threads something waits. The law: however
 * many of one's own wait before them, those of others are found. @module
 */
import type { InboxApproval } from '../protocol/frames.ts'
import type { Client } from './client.ts'

export interface ApprovalsOfOthers {
  /** Oldest first. */
  readonly approvals: readonly InboxApproval[]
  /** Of one's own that were found on the way: the thread of each, as often as something waits in it. */
  readonly ownThreads: readonly string[]
  /** There may be others behind these. */
  readonly more: boolean
}

const MAX_PAGES = 20

/** The first so many, default 100, or some more. Rejects with `ClientError`. */
export async function approvalsOfOthers(
  client: Pick<Client, 'listApprovals'>,
  { limit = 100 }: { readonly limit?: number } = {},
): Promise<ApprovalsOfOthers> {
  let found: ApprovalsOfOthers = { approvals: [], ownThreads: [], more: true }
  let after: string | undefined
  for (let pages = 0; found.more && found.approvals.length < limit && pages < MAX_PAGES; pages++) {
    const page = await client.listApprovals({ limit, ...(after === undefined ? {} : { after }) })
    // One's own say in which thread they stand, and are answered there.
    const ofOthers = page.approvals.filter(({ threadId }) => threadId === undefined)
    const own = page.approvals.flatMap(({ threadId }) => (threadId === undefined ? [] : [threadId]))
    found = {
      approvals: [...found.approvals, ...ofOthers],
      ownThreads: [...found.ownThreads, ...own],
      more: page.more,
    }
    after = page.approvals.at(-1)?.approvalId
  }
  return found
}
