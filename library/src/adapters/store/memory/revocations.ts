/** Revocations in memory. The law: they are read in the order in which they were made. @module */
import type { Revocation, RevocationStore } from '../../../agent/ports.ts'
import { defaultLimits, rowLimit } from '../rules/defaults.ts'

export function createMemoryRevocations(): RevocationStore {
  let kept: readonly Revocation[] = []
  let made = 0
  return {
    async add({ tenant, user, tokenId, at, until }) {
      const isReplaced = (other: Revocation): boolean =>
        other.tenant === tenant && other.user === user && other.tokenId === tokenId
      made += 1
      kept = [
        ...kept.filter((other) => other.until > at && !isReplaced(other)),
        { number: made, tenant, user, tokenId, at, until },
      ]
    },
    async list({ after, limit }) {
      return kept.filter(({ number }) => number > after).slice(0, rowLimit(limit, defaultLimits.revocations))
    },
  }
}
