import { describe, expect, it } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { watchExpiry } from './expiry.ts'

describe('the expiry of credentials', () => {
  it('comes once, when the wall clock says so', async () => {
    const clock = createManualClock(0)
    let expired = 0
    watchExpiry(clock, 3_600_000, () => {
      expired += 1
    })

    await clock.advance(3_599_999)
    const before = expired
    await clock.advance(10_000)

    expect([before, expired, clock.pending]).toEqual([0, 1, 0])
  })

  it('follows a wall clock that was set forth within a minute, and one that was set back', async () => {
    const clock = createManualClock(0)
    const expired: string[] = []
    watchExpiry(clock, 3_600_000, () => expired.push('forth'))
    clock.jump(3_600_000)
    await clock.advance(60_000)
    watchExpiry(clock, clock.now() + 1_000, () => expired.push('back'))
    clock.jump(-500_000)
    await clock.advance(400_000)

    expect(expired).toEqual(['forth'])
  })

  it('comes at once for what has expired already, and never without an end', async () => {
    const clock = createManualClock(1_000)
    const expired: string[] = []
    watchExpiry(clock, 999, () => expired.push('past'))
    watchExpiry(clock, null, () => expired.push('endless'))

    await clock.advance(1)

    expect([expired, clock.pending]).toEqual([['past'], 0])
  })

  it('does not come after disposal', async () => {
    const clock = createManualClock(0)
    let expired = 0
    const watch = watchExpiry(clock, 1_000, () => {
      expired += 1
    })

    watch[Symbol.dispose]()
    await clock.advance(2_000)

    expect([expired, clock.pending]).toEqual([0, 0])
  })
})
