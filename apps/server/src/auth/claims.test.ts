import { describe, expect, it } from 'vitest'
import { principalOf } from './claims.ts'

describe('a principal', () => {
  it('is read from the claims that the issuer uses', () => {
    const claims = {
      sub: 'ignored',
      email: 'ann@acme.example',
      'https://acme.example/tenant': 'acme',
      realm_access: { roles: ['user', 'staff'] },
      scp: ['notes:read'],
      nickname: 'Ann',
    }
    const names = {
      user: 'email',
      tenant: 'https://acme.example/tenant',
      roles: 'realm_access.roles',
      scopes: 'scp',
      name: 'nickname',
    }

    expect(principalOf(claims, names)).toEqual({
      ok: true,
      principal: {
        tenant: 'acme',
        user: 'ann@acme.example',
        name: 'Ann',
        roles: ['user', 'staff'],
        scopes: ['notes:read'],
      },
    })
  })

  it('belongs to the default tenant only when one is set', () => {
    expect(principalOf({ sub: 'ann' }, {})).toMatchObject({ ok: false, claim: 'tenant' })
    expect(principalOf({ sub: 'ann' }, { defaultTenant: 'acme' })).toMatchObject({ principal: { tenant: 'acme' } })
  })

  it('has no roles that it was not given, and none from an inherited property', () => {
    expect(principalOf({ sub: 'ann', tenant: 'acme' }, { roles: 'constructor.name' })).toMatchObject({
      principal: { roles: [], scopes: [] },
    })
  })

  it('is refused when a claim could be mistaken for another', () => {
    const refused = { ok: false, expected: 'a text of 1 to 256 characters without control characters' }

    expect(principalOf({ sub: 'ann\u0000', tenant: 'acme' }, {})).toEqual({ ...refused, claim: 'sub' })
    expect(principalOf({ sub: 'ann', tenant: ['acme'] }, {})).toEqual({ ...refused, claim: 'tenant' })
    expect(principalOf({ sub: 'ann', tenant: 'a'.repeat(257) }, {})).toEqual({ ...refused, claim: 'tenant' })
    expect(principalOf({ sub: 'ann', tenant: 'acme', roles: { admin: true } }, {})).toMatchObject({
      ok: false,
      claim: 'roles',
    })
  })
})
