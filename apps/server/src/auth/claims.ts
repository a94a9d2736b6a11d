/**
 * Turns the verified claims of a token into a principal. The law: who this is, is said by the token or by nobody.
 *
 * @module
 */
import type { ClaimNames } from 'toolcrib/gateway'
import type { Principal } from 'toolcrib/protocol'

export type Mapped =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly claim: string; readonly expected: string }

const idRule = 'a text of 1 to 256 characters without control characters'
const wordsRule = 'a list of at most 256 texts'
const maxWords = 256

export function principalOf(claims: Readonly<Record<string, unknown>>, names: ClaimNames): Mapped {
  const { user = 'sub', tenant = 'tenant', name = 'name', roles = 'roles', scopes = 'scope', defaultTenant } = names
  const userId = claimAt(claims, user)
  if (!isId(userId)) return { ok: false, claim: user, expected: idRule }
  const tenantId = claimAt(claims, tenant) ?? defaultTenant
  if (!isId(tenantId)) return { ok: false, claim: tenant, expected: idRule }
  const roleNames = wordsOf(claimAt(claims, roles))
  if (roleNames === undefined) return { ok: false, claim: roles, expected: wordsRule }
  const scopeNames = wordsOf(claimAt(claims, scopes))
  if (scopeNames === undefined) return { ok: false, claim: scopes, expected: `${wordsRule}, or one text with spaces` }

  const shown = claimAt(claims, name)
  const named = typeof shown === 'string' && shown !== '' ? { name: shown.slice(0, 256) } : {}
  return { ok: true, principal: { tenant: tenantId, user: userId, ...named, roles: roleNames, scopes: scopeNames } }
}

/** The claim itself, or, with dots, one inside of an object: namespaced claims may have dots of their own. */
function claimAt(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name] ?? undefined
  let current: unknown = claims
  for (const key of name.split('.')) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined
    current = (current as Record<string, unknown>)[key]
  }
  return current ?? undefined
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 256 && !/\p{Cc}/u.test(value)
}

function wordsOf(value: unknown): readonly string[] | undefined {
  if (value === undefined) return []
  const words = typeof value === 'string' ? value.split(' ').filter((word) => word !== '') : value
  if (!Array.isArray(words) || words.length > maxWords) return undefined
  return words.every((word) => typeof word === 'string') ? words : undefined
}
