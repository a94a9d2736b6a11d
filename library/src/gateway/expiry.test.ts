import { describe, expect, it } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { createExpiries } from './expiry.ts'

const calling = (onExpired: () => void) => ({ onExpired })

describe('the expiry of credentials', () => {
  it('comes once, when the wall clock says so', async () => {
    const clock = createManualClock(0)
    let expired = 0
    createExpiries(clock).add(
      calling(() => void expired++),
      3_600_000,
    )

    await clock.advance(3_599_999)
    const before = expired
    await clock.advance(10_000)

    expect([before, expired, clock.pending]).toEqual([0, 1, 0])
  })

  it('follows a wall clock that was set forth within a minute, and one that was set back', async () => {
    const clock = createManualClock(0)
    const expired: string[] = []
    const expiries = createExpiries(clock)
    expiries.add(
      calling(() => expired.push('forth')),
      3_600_000,
    )
    clock.jump(3_600_000)
    await clock.advance(60_000)
    expiries.add(
      calling(() => expired.push('back')),
      clock.now() + 1_000,
    )
    clock.jump(-500_000)
    await clock.advance(400_000)

    expect(expired).toEqual(['forth'])
  })

  it('comes at once for what has expired already, and never without an end', async () => {
    const clock = createManualClock(1_000)
    const expired: string[] = []
    const expiries = createExpiries(clock)
    expiries.add(
      calling(() => expired.push('past')),
      999,
    )
    expiries.add(
      calling(() => expired.push('endless')),
      null,
    )

    await clock.advance(1)

    expect([expired, clock.pending]).toEqual([['past'], 0])
  })

  it('comes to each of many in its own time, the later and the earlier added alike, with one timer', async () => {
    const clock = createManualClock(0)
    const expiries = createExpiries(clock)
    const expired: string[] = []
    const leaving = calling(() => expired.push('leaving'))
    expiries.add(
      calling(() => expired.push('late')),
      9_000,
    )
    expiries.add(
      calling(() => expired.push('early')),
      1_000,
    )
    expiries.add(leaving, 2_000)
    const timers = clock.pending

    await clock.advance(1_000)
    const first = [...expired]
    expiries.delete(leaving)
    await clock.advance(7_999)
    const second = [...expired]
    await clock.advance(1)

    expect([timers, first, second, expired]).toEqual([1, ['early'], ['early'], ['early', 'late']])
    expect(clock.pending).toBe(0)
  })

  it('counts from what was added last', async () => {
    const clock = createManualClock(0)
    const expiries = createExpiries(clock)
    const expired: number[] = []
    const renewing = calling(() => expired.push(clock.now()))
    const staying = calling(() => expired.push(-1))
    expiries.add(renewing, 1_000)
    expiries.add(staying, 1_000)

    expiries.add(renewing, 5_000)
    expiries.add(staying, null)
    await clock.advance(100_000)

    expect([expired, clock.pending]).toEqual([[5_000], 0])
  })

  it('does not come after it was given up', async () => {
    const clock = createManualClock(0)
    const expiries = createExpiries(clock)
    let expired = 0
    const holder = calling(() => void expired++)
    expiries.add(holder, 1_000)

    expiries.delete(holder)
    const timers = clock.pending
    await clock.advance(2_000)

    expect([timers, expired]).toEqual([0, 0])
  })
})
