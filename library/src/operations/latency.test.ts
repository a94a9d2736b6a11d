import { describe, expect, it } from 'vitest'
import { addLatencies, latencyBucket, latencyQuantile } from './latency.ts'

describe('latencies', () => {
  it('give percentiles of several spans together, wrong by less than a tenth [OPS-01]', () => {
    const spans = Array.from({ length: 1_000 }, (_, index) => [[latencyBucket(index + 1), 1]] as const)

    const counts = addLatencies(spans)

    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => latencyQuantile(counts, share) ?? Number.NaN)
    expect(Math.abs((p50 ?? 0) / 500 - 1)).toBeLessThan(0.1)
    expect(Math.abs((p95 ?? 0) / 950 - 1)).toBeLessThan(0.1)
    expect(Math.abs((p99 ?? 0) / 990 - 1)).toBeLessThan(0.1)
  })

  it('have no percentile when nothing was timed, and not 0 [OPS-01]', () => {
    expect(latencyQuantile([], 0.5)).toBeNull()
    expect(latencyQuantile(addLatencies([]), 0.99)).toBeNull()
  })

  it('have a bucket for whatever a clock says', () => {
    expect([-1, 0, Number.NaN, 1e12].map(latencyBucket)).toEqual([0, 0, 0, 120])
  })
})
