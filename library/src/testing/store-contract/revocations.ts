/** Rules of the store contract: revocations. @module */
import type { NewRevocation } from '../../agent/ports.ts'
import { LONG_MS, newOwner, START, type Suite } from './fixtures.ts'

export function revocationRules({ describe, it, expect, makeStore }: Suite): void {
  describe('revocations', () => {
    it('are read in the order in which they were made, from any number on, at most so many [CONN-05]', async () => {
      await using store = await makeStore()
      const made = [revocation({ tokenId: 'a' }), revocation({}), revocation({ user: null, tokenId: 'c' })]
      for (const one of made) await store.revocations.add(one)

      const all = await store.revocations.list({ after: 0 })
      const [first, second] = all
      const rest = await store.revocations.list({ after: first?.number ?? 0, limit: 1 })

      expect(all).toEqual(made.map((one, index) => ({ ...one, number: all[index]?.number })))
      expect(all.map(({ number }) => number)).toEqual(all.map(({ number }) => number).toSorted((a, b) => a - b))
      expect(rest).toEqual([second])
      expect(await store.revocations.list({ after: all.at(-1)?.number ?? 0 })).toEqual([])
    })

    it('of the same user and token are replaced, and read again by whoever had read the old one [CONN-05]', async () => {
      await using store = await makeStore()
      const owner = newOwner()
      const [once, other, again] = [
        revocation({ ...owner, at: START }),
        revocation({ ...owner, tokenId: 'other' }),
        revocation({ ...owner, at: START + 5 }),
      ]
      for (const one of [once, other]) await store.revocations.add(one)
      const read = (await store.revocations.list({ after: 0 })).at(-1)?.number ?? 0

      await store.revocations.add(again)

      expect(await store.revocations.list({ after: read })).toMatchObject([again])
      expect(await store.revocations.list({ after: 0 })).toMatchObject([other, again])
    })

    it('of others with the same names stay', async () => {
      await using store = await makeStore()
      const [mine, theirs, nobodys] = [
        revocation({ tokenId: 'same' }),
        revocation({ tokenId: 'same' }),
        revocation({ user: null, tokenId: 'same' }),
      ]
      for (const one of [mine, theirs, nobodys, nobodys]) await store.revocations.add(one)

      expect(await store.revocations.list({ after: 0 })).toMatchObject([mine, theirs, nobodys])
    })

    it('are forgotten by the next one after their end', async () => {
      await using store = await makeStore()
      await store.revocations.add(revocation({ tokenId: 'short', until: START + 10 }))
      await store.revocations.add(revocation({ tokenId: 'long', until: START + 11 }))

      await store.revocations.add(revocation({ tokenId: 'later', at: START + 10 }))

      const kept = await store.revocations.list({ after: 0 })
      expect(kept.map(({ tokenId }) => tokenId)).toEqual(['long', 'later'])
    })
  })
}

function revocation(change: Partial<NewRevocation>): NewRevocation {
  return { ...newOwner(), tokenId: null, at: START, until: START + LONG_MS, ...change }
}
