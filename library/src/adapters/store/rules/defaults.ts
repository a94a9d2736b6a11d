/** How much one read answers when its caller does not say. The law: no list is unbounded. @module */

export const defaultLimits = {
  threads: 100,
  events: 500,
  records: 100,
  inbox: 100,
  revocations: 500,
  audit: 100,
  prunedAudit: 1_000,
  runs: 50,
} as const

/** A limit as a whole number that is not negative; `Infinity` means everything. */
export function rowLimit(limit: number | undefined, fallback: number): number {
  if (limit === undefined || Number.isNaN(limit)) return fallback
  return Math.min(Math.max(0, Math.floor(limit)), Number.MAX_SAFE_INTEGER)
}
