import type { LimitReport } from 'toolcrib/operations'

/** Nine tenths used is near. */
const near = 0.9

type LimitRank = 'refused' | 'near' | 'calm'

export function shareOf({ used, value }: Pick<LimitReport, 'used' | 'value'>): number | null {
  if (used === null || value === null) return null
  return value === 0 ? (used.amount > 0 ? 1 : 0) : used.amount / value
}

/** The catalogue is as large as it was made: that it fills its scope is no cause for alarm, that it was refused is. */
export function rankOf(limit: LimitReport): LimitRank {
  if ((limit.refused ?? 0) > 0) return 'refused'
  return (shareOf(limit) ?? 0) >= near ? 'near' : 'calm'
}

const order = { refused: 0, near: 1, calm: 2 } as const

/** Those that refused first, then those that are near, then as they are declared. */
export function byRank(one: LimitReport, other: LimitReport): number {
  const first = order[rankOf(one)] - order[rankOf(other)]
  return first === 0 ? (other.refused ?? 0) - (one.refused ?? 0) : first
}

export function fits({ name, bounds, answeredBy, group }: LimitReport, query: string): boolean {
  const text = `${name} ${bounds} ${answeredBy} ${group}`.toLowerCase()
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
