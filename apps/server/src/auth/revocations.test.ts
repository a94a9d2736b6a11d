import fc from 'fast-check'
import type { NewRevocation, RevocationStore } from 'toolcrib/agent'
import type { Identity } from 'toolcrib/gateway'
import { createMemoryStore } from 'toolcrib/store/memory'
import { createManualClock, type ManualClock } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { createLog } from '../log.ts'
import { openRevocations, type RevocationList } from './revocations.ts'

const log = createLog({ level: 'silent' })
const hour = 3_600_000

function open(store: RevocationStore, clock: ManualClock, clockToleranceMs = 0): Promise<RevocationList> {
  return openRevocations({ store, clock, log, maxTokenLifeMs: hour, clockToleranceMs })
}

function identity(user: string, rest: Partial<Identity> & { readonly tenant?: string } = {}): Identity {
  const { tenant = 'acme', ...credentials } = rest
  return { principal: { tenant, user, roles: [], scopes: [] }, expiresAt: null, ...credentials }
}

describe('the list of revocations', () => {
  it('holds all of a user that was issued up to then, and nothing of anybody else [CONN-05]', async () => {
    const clock = createManualClock(10_000)
    using list = await open(createMemoryStore().revocations, clock)

    await list.add({ tenant: 'acme', user: 'ann', tokenId: null })

    const held = {
      before: list.has(identity('ann', { issuedAt: 9_000, tokenId: 'a' })),
      inTheSameMoment: list.has(identity('ann', { issuedAt: 10_000 })),
      nobodyKnowsWhen: list.has(identity('ann')),
      after: list.has(identity('ann', { issuedAt: 10_001, tokenId: 'b' })),
      anotherUser: list.has(identity('bob', { issuedAt: 9_000 })),
      anotherTenant: list.has(identity('ann', { issuedAt: 9_000, tenant: 'globex' })),
    }
    expect(held).toEqual({
      before: true,
      inTheSameMoment: true,
      nobodyKnowsWhen: true,
      after: false,
      anotherUser: false,
      anotherTenant: false,
    })
  })

  it('counts as before what an issuer signed whose clock is ahead within the tolerance [CONN-05]', async () => {
    using list = await open(createMemoryStore().revocations, createManualClock(10_000), 5_000)

    await list.add({ tenant: 'acme', user: 'ann', tokenId: null })

    expect(list.has(identity('ann', { issuedAt: 15_000 }))).toBe(true)
    expect(list.has(identity('ann', { issuedAt: 15_001 }))).toBe(false)
  })

  it('holds one token, of its user or of whoever has it, in its tenant only [CONN-05]', async () => {
    using list = await open(createMemoryStore().revocations, createManualClock())

    await list.add({ tenant: 'acme', user: 'ann', tokenId: 'own' })
    await list.add({ tenant: 'acme', user: null, tokenId: 'any' })

    expect([
      list.has(identity('ann', { tokenId: 'own' })),
      list.has(identity('bob', { tokenId: 'own' })),
      list.has(identity('bob', { tokenId: 'any' })),
      list.has(identity('bob', { tokenId: 'any', tenant: 'globex' })),
      list.has(identity('ann', { tokenId: 'other', issuedAt: 1 })),
      list.has(identity('ann')),
    ]).toEqual([true, false, true, false, false, false])
  })

  it('is the same after a restart, and learns within two seconds what another node revoked [CONN-05]', async () => {
    const clock = createManualClock()
    const { revocations } = createMemoryStore()
    using here = await open(revocations, clock)
    await here.add({ tenant: 'acme', user: 'ann', tokenId: 'before' })
    using there = await open(revocations, clock)
    const told: (string | null)[] = []
    there.subscribe(({ user }) => told.push(user))
    const known = there.has(identity('ann', { tokenId: 'before' }))

    await here.add({ tenant: 'acme', user: 'bob', tokenId: null })
    const early = there.has(identity('bob'))
    await clock.advance(2_000)

    expect([known, early, there.has(identity('bob')), told]).toEqual([true, false, true, ['bob']])
  })

  it('reads more than one page', async () => {
    const clock = createManualClock()
    const { revocations } = createMemoryStore()
    const named = (index: number): NewRevocation => ({
      tenant: 'acme',
      user: null,
      tokenId: `t${index}`,
      at: clock.now(),
      until: clock.now() + hour,
    })
    for (let index = 0; index < 1_200; index++) await revocations.add(named(index))

    using list = await open(revocations, clock)

    const missing = Array.from({ length: 1_200 }, (_, index) => `t${index}`).filter(
      (tokenId) => !list.has(identity('ann', { tokenId })),
    )
    expect(missing).toEqual([])
  })

  it('forgets a token when that has expired, and a user after the longest life of a token', async () => {
    const clock = createManualClock(0)
    const { revocations } = createMemoryStore()
    using list = await open(revocations, clock)
    await list.add({ tenant: 'acme', user: 'ann', tokenId: 'short', expiresAt: 60_000 })
    await list.add({ tenant: 'acme', user: 'ann', tokenId: null })
    const has = (): readonly boolean[] => [
      list.has(identity('ann', { tokenId: 'short', issuedAt: 1 })),
      list.has(identity('ann', { issuedAt: 0 })),
    ]

    await clock.advance(59_999)
    const [early] = has()
    await clock.advance(hour)

    expect([early, ...has()]).toEqual([true, false, false])
    await list.add({ tenant: 'acme', user: 'bob', tokenId: 'next' })
    expect((await revocations.list({ after: 0 })).map(({ tokenId }) => tokenId)).toEqual(['next'])
  })

  it('remembers so many tokens of a user, and then takes all of them back instead [CONN-05]', async () => {
    const clock = createManualClock(0)
    const { revocations } = createMemoryStore()
    using list = await open(revocations, clock)
    for (let index = 0; index < 1_001; index++) await list.add({ tenant: 'acme', user: 'ann', tokenId: `t${index}` })

    const kept = await revocations.list({ after: 0, limit: 2_000 })

    expect([kept.length, kept.at(-1)?.tokenId]).toEqual([1_001, null])
    expect(list.has(identity('ann', { tokenId: 'never revoked alone', issuedAt: 0 }))).toBe(true)
  })

  it('holds what the store could not keep until a restart, and says that it could not [CONN-05]', async () => {
    const { revocations } = createMemoryStore()
    const broken: RevocationStore = { ...revocations, add: () => Promise.reject(new Error('the disk is full')) }
    using list = await open(broken, createManualClock())

    await expect(list.add({ tenant: 'acme', user: 'ann', tokenId: null })).rejects.toThrow('the disk is full')

    expect(list.has(identity('ann'))).toBe(true)
  })

  it('goes on reading after the store could not be read for a while', async () => {
    const clock = createManualClock()
    const { revocations } = createMemoryStore()
    let isBroken = false
    const flaky: RevocationStore = {
      ...revocations,
      list: (range) => (isBroken ? Promise.reject(new Error('busy')) : revocations.list(range)),
    }
    using list = await open(flaky, clock)
    isBroken = true
    await revocations.add({ tenant: 'acme', user: 'ann', tokenId: null, at: clock.now(), until: clock.now() + hour })
    await clock.advance(2_000)
    const during = list.has(identity('ann'))
    isBroken = false

    await clock.advance(2_000)

    expect([during, list.has(identity('ann'))]).toEqual([false, true])
  })

  it('leaves no timer behind when it is disposed, also in the middle of a reading', async () => {
    const clock = createManualClock()
    const { revocations } = createMemoryStore()
    const reading = Promise.withResolvers<void>()
    let slow = false
    const list = await open(
      {
        ...revocations,
        list: async (range) => {
          if (slow) await reading.promise
          return revocations.list(range)
        },
      },
      clock,
    )
    slow = true
    await clock.advance(2_000)

    list[Symbol.dispose]()
    reading.resolve()
    await clock.advance(10_000)

    expect(clock.pending).toBe(0)
  })

  it('agrees, on every node that has read it, with what was ever revoked, whatever the order [CONN-05]', async () => {
    const user = fc.constantFrom('ann', 'bob')
    const step = fc.oneof(
      fc.record({ do: fc.constant('user' as const), user, node: fc.nat(1) }),
      fc.record({
        do: fc.constant('token' as const),
        user: fc.option(user),
        tokenId: fc.constantFrom('a', 'b'),
        node: fc.nat(1),
      }),
      fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 500, 2_000) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        const clock = createManualClock(1_000)
        const { revocations } = createMemoryStore()
        using first = await open(revocations, clock)
        using second = await open(revocations, clock)
        const nodes = [first, second]
        const usersUntil = new Map<string, number>()
        const tokens = new Set<string>()
        for (const one of steps) {
          if (one.do === 'wait') await clock.advance(one.ms)
          else if (one.do === 'user') {
            usersUntil.set(one.user, clock.now())
            await nodes[one.node]?.add({ tenant: 'acme', user: one.user, tokenId: null })
          } else {
            tokens.add(`${one.user} ${one.tokenId}`)
            await nodes[one.node]?.add({ tenant: 'acme', user: one.user, tokenId: one.tokenId })
          }
        }
        await clock.advance(2_000)

        const asked = ['ann', 'bob'].flatMap((name) =>
          ['a', 'b', 'c'].flatMap((tokenId) =>
            [500, 1_000, 1_500, 3_000].map((issuedAt) => identity(name, { tokenId, issuedAt })),
          ),
        )
        const expected = asked.map(
          ({ principal, tokenId, issuedAt = 0 }) =>
            tokens.has(`${principal.user} ${tokenId}`) ||
            tokens.has(`null ${tokenId}`) ||
            issuedAt <= (usersUntil.get(principal.user) ?? -1),
        )
        expect(asked.map((one) => first.has(one))).toEqual(expected)
        expect(asked.map((one) => second.has(one))).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })
})
