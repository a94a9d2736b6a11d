/**
 * How long things took, kept as counts per bucket, so that those of any span of time can be added up. The law: a percentile
 * of nothing is null, and one of something is wrong by less than a tenth.
 *
 * @module
 */

/** A bucket and how many fell into it; only buckets that have any. */
export type LatencyCounts = readonly (readonly [bucket: number, count: number])[]

const leastMs = 0.1
/** Each bucket is wider than the one before by the fourth root of two. */
const bucketsPerDoubling = 4
const lastBucket = 120

export function latencyBucket(ms: number): number {
  if (!(ms > leastMs)) return 0
  return Math.min(lastBucket, Math.round(Math.log2(ms / leastMs) * bucketsPerDoubling))
}

/** Several spans as one. */
export function addLatencies(spans: Iterable<LatencyCounts>): LatencyCounts {
  const sums = new Map<number, number>()
  for (const span of spans) for (const [bucket, count] of span) sums.set(bucket, (sums.get(bucket) ?? 0) + count)
  return [...sums].toSorted(([one], [other]) => one - other)
}

/**
 * Below which so many of them lie, in milliseconds.
 *
 * @param share From 0 to 1, such as 0.95.
 * @returns null when there are none.
 */
export function latencyQuantile(counts: LatencyCounts, share: number): number | null {
  const total = counts.reduce((sum, [, count]) => sum + count, 0)
  let below = 0
  for (const [bucket, count] of counts) {
    below += count
    if (below >= share * total) return leastMs * 2 ** (bucket / bucketsPerDoubling)
  }
  return null
}
