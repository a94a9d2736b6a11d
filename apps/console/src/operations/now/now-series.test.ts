import { latencyBucket, type NowReading } from 'toolcrib/operations'
import { describe, expect, it } from 'vitest'
import { lineOf, momentsOf, rollingQuantiles, tallyOf } from './now-series.ts'

function reading(at: number, change: Partial<NowReading> = {}): NowReading {
  return {
    at,
    spanMs: 1_000,
    connections: { open: 0, accepted: 0, refused: {} },
    runs: { active: 0, ended: {} },
    scopes: { open: {}, leaked: 0 },
    events: 0,
    latencies: {},
    modelErrors: [],
    lag: { p50Ms: 0, p99Ms: 0, maxMs: 0 },
    memory: { residentBytes: 0, heapBytes: 0 },
    ...change,
  }
}

describe('the lines of the charts', () => {
  it('break where the server was not heard, and begin at the edge of the window [WEB-03]', () => {
    const readings = [1_000, 2_000, 3_000, 60_000].map((at) => reading(at, { events: 1 }))

    const moments = momentsOf(readings, { everyMs: 1_000, from: 2_500 })

    expect(moments.map(({ at }) => at)).toEqual([2_000, 3_000, 4_000, 60_000])
    expect(lineOf(moments, ({ events }) => events)).toEqual([1, 1, null, 1])
  })

  it('have no percentile where nothing was timed, and one of the seconds before where something was [WEB-03]', () => {
    const timed = { latencies: { commit: [[latencyBucket(100), 3]] as const } }
    const moments = momentsOf([reading(1_000), reading(2_000, timed), reading(3_000), reading(4_000)], {
      everyMs: 1_000,
      from: 0,
    })

    const line = rollingQuantiles(moments, { name: 'commit', share: 0.5, over: 2 })

    expect(line.map((value) => value && Math.round(value / 10) * 10)).toEqual([null, 100, 100, null])
  })

  it('count names over all readings, the largest first [WEB-03]', () => {
    const refused = (codes: Record<string, number>) =>
      reading(0, { connections: { open: 0, accepted: 0, refused: codes } })

    const tally = tallyOf([refused({ A: 1 }), refused({ A: 1, B: 5 })], ({ connections }) => connections.refused)

    expect(tally).toEqual([
      ['B', 5],
      ['A', 2],
    ])
  })
})
