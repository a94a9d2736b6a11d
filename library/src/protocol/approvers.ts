/**
 * Who may answer an approval. The law: one pure answer for every door, and no tenant is ever crossed.
 *
 * @module
 */
import type { Owner, Principal } from './vocabulary.ts'

/** Some people of the requester's tenant. Nobody is among them who is not named. */
export interface Approvers {
  /** Whoever has any of these roles… */
  readonly roles: readonly string[]
  /** …and these users… */
  readonly users: readonly string[]
  /** …and, when true, the one who asks; otherwise not even with one of the roles, nor when named. */
  readonly requester: boolean
}

/** What decides who may answer. */
export interface Answerable {
  /** Who asks. */
  readonly owner: Owner
  /** Who may answer is among each of these; absent: the one who asks, and nobody else. */
  readonly approvers?: readonly Approvers[]
}

export function mayAnswer({ tenant, user, roles }: Principal, { owner, approvers }: Answerable): boolean {
  if (tenant !== owner.tenant) return false
  const isRequester = user === owner.user
  if (approvers === undefined) return isRequester
  // An empty list names nobody: `every` alone would say yes.
  return approvers.length > 0 && approvers.every(isAmong)

  function isAmong(some: Approvers): boolean {
    if (isRequester) return some.requester
    // A text in the place of the list would include parts of words.
    return some.users.includes(user) || (Array.isArray(roles) && some.roles.some((role) => roles.includes(role)))
  }
}

/** For people to read, such as `role "finance" or user "eve"`. */
export function describeApprovers(approvers: readonly Approvers[]): string {
  const each = approvers.map(({ roles, users, requester }) => {
    const named = [...roles.map((role) => `role "${role}"`), ...users.map((user) => `user "${user}"`)]
    return [...named, ...(requester ? ['the one who asks'] : [])].join(' or ')
  })
  return each.join(', being also ') || 'nobody'
}
