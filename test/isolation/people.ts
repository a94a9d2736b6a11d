/**
 * Who takes part, and how they get in. The law: they are as alike as people of different owners can be, so that whatever is
 * keyed by less than tenant and user mixes them up; and nobody is let in by anything but what the server verifies.
 *
 * @module
 */
import { issueToken, sessionSecret } from '../../apps/server/src/auth/sessions.ts'
import { signIn } from '../../apps/server/src/server.fixture.ts'
import { canary } from './canary.ts'

export interface Person {
  /** Their place in the list: what their canaries carry. */
  readonly number: number
  readonly tenant: string
  readonly user: string
  readonly roles: readonly string[]
}

/** The same name in two tenants, two names that differ by a letter's case, and a neighbour. */
export const people: readonly Person[] = [
  { number: 0, tenant: 'local', user: 'ann', roles: ['user', 'operator'] },
  { number: 1, tenant: 'globex', user: 'ann', roles: ['user'] },
  { number: 2, tenant: 'local', user: 'bob', roles: ['user', 'operator'] },
  { number: 3, tenant: 'globex', user: 'Ann', roles: ['user', 'finance'] },
]

export function personAt(number: number): Person {
  const person = people[number]
  if (person === undefined) throw new Error(`Expected a person from 0 to ${people.length - 1}, got ${number}`)
  return person
}

/** Whether one may answer what the other's payments wait for, as the policy of the world says. */
export function approves(approver: number, requester: number): boolean {
  const { tenant, roles } = personAt(approver)
  return approver !== requester && tenant === personAt(requester).tenant && roles.includes('finance')
}

export function calledBy(number: number): string {
  const { tenant, user } = personAt(number)
  return `${user} of ${tenant}`
}

export function numberOf(owner: { readonly tenant: string; readonly user: string }): number | undefined {
  return people.find(({ tenant, user }) => tenant === owner.tenant && user === owner.user)?.number
}

/** A fresh token: from the sign-in over HTTP where that gives it, else signed with the server's own key. */
export async function enter(url: string, dataFolder: string, number: number): Promise<string> {
  const { tenant, user, roles } = personAt(number)
  if (tenant === 'local') return (await signIn(url, user)).token
  const principal = { tenant, user, roles, scopes: [], name: canary(number, 'name', 0) }
  const { token } = await issueToken(await sessionSecret(dataFolder), { principal, ttlMs: hourMs, now: Date.now() })
  return token
}

const hourMs = 3_600_000
