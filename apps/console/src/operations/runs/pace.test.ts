import { describe, expect, it } from 'vitest'
import { paceOf, shortSilenceMs, ticksOf } from './pace.ts'

describe('the pace of a run', () => {
  it('is the time itself as long as nothing is cut short [WEB-03]', () => {
    const pace = paceOf({ moments: [0, 10, 99_000], durationMs: 100_000, maxSilenceMs: Number.POSITIVE_INFINITY })

    expect([0, 5, 99_000, 100_000].map(pace.place)).toEqual([0, 5, 99_000, 100_000])
    expect(pace).toMatchObject({ lengthMs: 100_000, silences: [] })
  })

  it('cuts each long silence to the same length, and keeps the order within it [WEB-03]', () => {
    const moments = [0, 100, 10_100, 10_200, 50_200]

    const pace = paceOf({ moments, durationMs: 50_300, maxSilenceMs: 1_000 })

    expect([100, 5_100, 10_100, 10_200, 30_200, 50_200, 50_300].map(pace.place)).toEqual([
      100, 600, 1_100, 1_200, 1_700, 2_200, 2_300,
    ])
    expect(pace.lengthMs).toBe(2_300)
    expect(pace.silences).toEqual([
      { from: 100, to: 10_100 },
      { from: 10_200, to: 50_200 },
    ])
  })

  it('cuts the silence since the last event of a run that waits [WEB-03]', () => {
    const pace = paceOf({ moments: [0, 100], durationMs: 60_100, maxSilenceMs: 1_000 })

    expect([pace.lengthMs, pace.place(30_100)]).toEqual([1_100, 600])
  })

  it('finds no silence worth cutting where things went on, and one where a person was waited for [WEB-03]', () => {
    const lively = Array.from({ length: 20 }, (_, index) => index * 500)

    expect(shortSilenceMs(lively, 10_000)).toBe(Number.POSITIVE_INFINITY)
    expect(shortSilenceMs([...lively, 3_600_000], 3_600_000)).toBe(2_900)
  })
})

describe('the ticks of an axis', () => {
  it.each([
    [1_000, 6, [0, 200, 400, 600, 800, 1_000]],
    [95_000, 5, [0, 20_000, 40_000, 60_000, 80_000]],
    [7, 10, [0, 1, 2, 3, 4, 5, 6, 7]],
    [0, 5, [0]],
  ])('over %s ms, at most %s of them, are round [WEB-03]', (lengthMs, most, ticks) => {
    expect(ticksOf(lengthMs, most)).toEqual(ticks)
  })
})
