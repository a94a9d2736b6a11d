import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { createBudget, createConcurrencyLimit, createRateLimit, type Limit, type Reservation } from './limits.ts'

function take(limit: Limit, amount?: number): Reservation {
  const taken = limit.reserve(amount)
  if (taken.ok) return taken
  throw new Error(`refused: ${JSON.stringify(taken)}`)
}

describe('a concurrency limit', () => {
  it('refuses the next one with the facts, and lets it in when one is given back', () => {
    const limit = createConcurrencyLimit(2)
    const first = take(limit)
    take(limit)

    const refused = limit.reserve()
    first[Symbol.dispose]()
    first[Symbol.dispose]()

    expect(refused).toEqual({ ok: false, used: 2, requested: 1, max: 2 })
    expect(limit.used).toBe(1)
    expect([limit.reserve().ok, limit.reserve().ok]).toEqual([true, false])
  })

  it('refuses everything at 0 and nothing at Infinity', () => {
    const open = createConcurrencyLimit(Number.POSITIVE_INFINITY)

    expect(createConcurrencyLimit(0).reserve().ok).toBe(false)
    expect(Array.from({ length: 100 }, () => open.reserve().ok)).toEqual(Array(100).fill(true))
  })

  it('gives back exactly what it took, settled or not, in any order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ amount: fc.nat(5), settled: fc.option(fc.nat(9), { nil: undefined }) })),
        (steps) => {
          const limit = createConcurrencyLimit(20)

          const taken = steps.map(({ amount, settled }) => {
            const reservation = limit.reserve(amount)
            if (reservation.ok && settled !== undefined) reservation.settle(settled)
            return reservation
          })
          for (const reservation of taken) if (reservation.ok) reservation[Symbol.dispose]()

          expect(limit.used).toBe(0)
        },
      ),
    )
  })
})

describe('a budget', () => {
  it('is spent by what was used, not by what was reserved', () => {
    const budget = createBudget(100)
    const first = take(budget, 60)

    const refused = budget.reserve(50)
    first.settle(10)
    first[Symbol.dispose]()
    const second = take(budget, 90)
    second[Symbol.dispose]()

    expect(refused).toEqual({ ok: false, used: 60, requested: 50, max: 100 })
    expect([budget.used, budget.reserve(1).ok]).toEqual([100, false])
  })

  it('may be overdrawn by what turned out to be more, and then refuses', () => {
    const budget = createBudget(10)
    take(budget, 5).settle(25)

    expect(budget.reserve(0)).toEqual({ ok: false, used: 25, requested: 0, max: 10 })
  })
})

describe('a rate limit', () => {
  it('lets a burst through, then as much as time has refilled, and says when to come again', async () => {
    const clock = createManualClock()
    const limit = createRateLimit({ perSecond: 2, burst: 3, clock })
    const burst = [limit.reserve().ok, limit.reserve().ok, limit.reserve().ok]

    const refused = limit.reserve()
    await clock.advance(499)
    const early = limit.reserve()
    await clock.advance(1)
    const due = limit.reserve()

    expect(burst).toEqual([true, true, true])
    expect(refused).toEqual({ ok: false, used: 3, requested: 1, max: 3, retryAfterMs: 500 })
    expect(early).toMatchObject({ ok: false, retryAfterMs: 1 })
    expect(due.ok).toBe(true)
  })

  it('gives back at once what was reserved and not used, and never holds more than the burst', async () => {
    const clock = createManualClock()
    const limit = createRateLimit({ perSecond: 1, burst: 2, clock })

    take(limit, 2).settle(0)
    await clock.advance(60_000)

    expect([limit.reserve(2).ok, limit.reserve(1).ok]).toEqual([true, false])
  })

  it('does not promise what can never be', () => {
    const clock = createManualClock()

    expect(createRateLimit({ perSecond: 1, burst: 2, clock }).reserve(3)).toEqual({
      ok: false,
      used: 0,
      requested: 3,
      max: 2,
    })
    expect(createRateLimit({ perSecond: 0, burst: 0, clock }).reserve()).toEqual({
      ok: false,
      used: 0,
      requested: 1,
      max: 0,
    })
    expect(createRateLimit({ perSecond: Number.POSITIVE_INFINITY, burst: 1, clock }).reserve().ok).toBe(true)
  })
})

describe('a limit', () => {
  it('that can not be compared is refused where it is made [OPS-09]', () => {
    const invalid = expect.objectContaining({ code: 'LIMIT_INVALID' })

    expect(() => createConcurrencyLimit(Number.NaN)).toThrow(invalid)
    expect(() => createBudget(-1)).toThrow(invalid)
    expect(() => createRateLimit({ perSecond: -1, burst: 1, clock: createManualClock() })).toThrow(invalid)
    expect(() => createConcurrencyLimit(1).reserve(Number.NaN)).toThrow(invalid)
  })

  it('takes no amount that could not be given back: without a limit there is still a count', () => {
    const invalid = expect.objectContaining({ code: 'LIMIT_INVALID' })
    const limit = createConcurrencyLimit(Number.POSITIVE_INFINITY)
    const budget = createBudget(Number.POSITIVE_INFINITY)
    const reserved = budget.reserve(2)

    expect(() => limit.reserve(Number.POSITIVE_INFINITY)).toThrow(invalid)
    expect(() => reserved.ok && reserved.settle(Number.POSITIVE_INFINITY)).toThrow(invalid)
    expect([limit.used, budget.used, limit.reserve().ok]).toEqual([0, 2, true])
  })

  it('of a rate is not refilled by a clock that goes back and forth', () => {
    let nowMs = 10_000
    const limit = createRateLimit({ perSecond: 1, burst: 1, clock: { monotonic: () => nowMs } })
    limit.reserve()

    nowMs -= 5_000
    const back = limit.used
    nowMs += 5_000

    expect([back, limit.used, limit.reserve().ok]).toEqual([1, 1, false])
  })
})
