import { describe, expect, it } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { createRate } from './rate.ts'

describe('a rate', () => {
  it('lets a burst pass, refuses what comes after it, and calls on-going refusals a flood', () => {
    const rate = createRate({ perSecond: 10, burst: 3, clock: createManualClock() })

    const taken = Array.from({ length: 8 }, () => rate.take())

    expect(taken).toEqual(['ok', 'ok', 'ok', 'refused', 'refused', 'refused', 'flood', 'flood'])
  })

  it('fills again with time, up to its size', async () => {
    const clock = createManualClock()
    const rate = createRate({ perSecond: 10, burst: 3, clock })
    Array.from({ length: 3 }, () => rate.take())

    await clock.advance(100)
    const afterOneRefill = [rate.take(), rate.take()]
    await clock.advance(60_000)
    const afterAMinute = Array.from({ length: 4 }, () => rate.take())

    expect(afterOneRefill).toEqual(['ok', 'refused'])
    expect(afterAMinute).toEqual(['ok', 'ok', 'ok', 'refused'])
  })

  it('is not moved by a wall clock that jumps', () => {
    const clock = createManualClock()
    const rate = createRate({ perSecond: 10, burst: 1, clock })
    rate.take()

    clock.jump(3_600_000)

    expect(rate.take()).toBe('refused')
  })
})
