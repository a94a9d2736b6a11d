/**
 * Who finds an approval in their inbox. The law: what is found is only what `mayAnswer` says yes to; the addresses are a
 * quicker way there.
 *
 * @module
 */
import type { InboxRecord } from '../../../agent/ports.ts'
import { type Answerable, mayAnswer } from '../../../protocol/approvers.ts'
import type { Principal } from '../../../protocol/vocabulary.ts'

/** Under which addresses an approval is kept. Whoever may answer is among each of its approvers, so those of the first do. */
export function addressesOf({ owner, approvers }: Answerable): readonly string[] {
  if (approvers === undefined) return [userAddress(owner.user)]
  const [first] = approvers
  if (first === undefined) return []
  const users = first.requester ? [...first.users, owner.user] : first.users
  return [...new Set([...users.map(userAddress), ...first.roles.map(roleAddress)])]
}

/** Under which addresses a principal looks. */
export function addressesFor({ user, roles }: Principal): readonly string[] {
  return [...new Set([userAddress(user), ...roles.map(roleAddress)])]
}

/** Whether it is listed: its principal may answer it, now. */
export function awaits(principal: Principal, record: InboxRecord, now: number): boolean {
  return record.status === 'open' && record.expiresAt > now && mayAnswer(principal, record)
}

/** Oldest first. */
export interface InboxPlace {
  readonly requestedAt: number
  readonly approvalId: string
}

export function comparePlaces(one: InboxPlace, other: InboxPlace): number {
  if (one.requestedAt !== other.requestedAt) return one.requestedAt - other.requestedAt
  if (one.approvalId === other.approvalId) return 0
  return one.approvalId < other.approvalId ? -1 : 1
}

function userAddress(user: string): string {
  return `user:${user}`
}

function roleAddress(role: string): string {
  return `role:${role}`
}
