import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Approvers, mayAnswer } from './approvers.ts'
import type { Principal } from './vocabulary.ts'

const owner = { tenant: 'acme', user: 'ann' }

function person(user: string, roles: readonly string[] = [], tenant = 'acme'): Principal {
  return { tenant, user, roles, scopes: [] }
}

function some(change: Partial<Approvers>): Approvers {
  return { roles: [], users: [], requester: false, ...change }
}

describe('an approval is answered', () => {
  it('by the one who asks, and nobody else, when nobody is named [RUN-08]', () => {
    expect(mayAnswer(person('ann'), { owner })).toBe(true)
    expect(mayAnswer(person('bob', ['finance']), { owner })).toBe(false)
  })

  it('by whoever has one of the roles or is named, and by the requester only when that is said [RUN-08]', () => {
    const approvers = [some({ roles: ['finance', 'audit'], users: ['eve', 'ann'] })]
    const withRequester = [some({ roles: ['finance'], requester: true })]

    expect(mayAnswer(person('dan', ['audit']), { owner, approvers })).toBe(true)
    expect(mayAnswer(person('eve'), { owner, approvers })).toBe(true)
    expect(mayAnswer(person('dan', ['staff']), { owner, approvers })).toBe(false)
    expect(mayAnswer(person('ann', ['finance']), { owner, approvers })).toBe(false)
    expect(mayAnswer(person('ann'), { owner, approvers: withRequester })).toBe(true)
  })

  it('by nobody when nobody is named, and by no part of a role [RUN-08]', () => {
    const admins = [some({ roles: ['admin'] })]
    const text = 'administrator' as unknown as readonly string[]

    expect(mayAnswer(person('ann'), { owner, approvers: [] })).toBe(false)
    expect(mayAnswer(person('dan', text), { owner, approvers: admins })).toBe(false)
    expect(mayAnswer(person('dan', ['administrator']), { owner, approvers: admins })).toBe(false)
  })

  it('never across tenants, and one more rule never lets one more person in [RUN-06] [RUN-08]', () => {
    const word = fc.constantFrom('ann', 'bob', 'eve', 'finance', 'audit')
    const rule = fc.record({ roles: fc.array(word), users: fc.array(word), requester: fc.boolean() })
    const principal = fc.record({
      tenant: fc.constantFrom('acme', 'other'),
      user: word,
      roles: fc.array(word),
      scopes: fc.constant([]),
    })

    fc.assert(
      fc.property(principal, fc.array(rule, { minLength: 1 }), rule, (asked, approvers, added) => {
        const before = mayAnswer(asked, { owner, approvers })
        const after = mayAnswer(asked, { owner, approvers: [...approvers, added] })

        expect(before && asked.tenant !== owner.tenant).toBe(false)
        expect(after && !before).toBe(false)
        expect(after).toBe(before && mayAnswer(asked, { owner, approvers: [added] }))
      }),
    )
  })
})
