/** Limits that are reserved before and settled after. The law: what can not be reserved is refused, with the facts. @module */
import { PolicyError, showReceived } from './errors.ts'

/** Why nothing was reserved. */
export interface LimitRefusal {
  readonly ok: false
  /** What is taken already. */
  readonly used: number
  readonly requested: number
  readonly max: number
  /** When the same request can succeed by the passing of time alone. Absent: when something else ends, or never. */
  readonly retryAfterMs?: number
}

export interface Reservation extends Disposable {
  readonly ok: true
  readonly amount: number
  /**
   * Replaces the amount that was reserved by what was used, which may be more; at most once. What is not settled when
   * the reservation is disposed counts as used.
   */
  settle(used: number): void
}

/** Disposing a reservation twice, or settling it after, does nothing. */
export interface Limit {
  readonly max: number
  /** What is taken now. */
  readonly used: number
  /** `amount` defaults to 1. */
  reserve(amount?: number): Reservation | LimitRefusal
}

/** At most `max` at once: disposing gives back. Infinity: no limit. 0 refuses everything. */
export function createConcurrencyLimit(max: number): Limit {
  assertAmount('max', max)
  let used = 0
  return {
    max,
    get used() {
      return used
    },
    reserve(amount = 1) {
      assertFinite('amount', amount)
      if (!(used + amount <= max)) return { ok: false, used, requested: amount, max }
      used += amount
      return createReservation(amount, {
        settle: (next, held) => {
          used += next - held
        },
        dispose: (held) => {
          used -= held
        },
      })
    },
  }
}

/** At most `max` in all: what is settled or disposed stays spent, and `settle(0)` gives all back. For tokens, calls and money. */
export function createBudget(max: number): Limit {
  assertAmount('max', max)
  let used = 0
  return {
    max,
    get used() {
      return used
    },
    reserve(amount = 1) {
      assertFinite('amount', amount)
      if (!(used + amount <= max)) return { ok: false, used, requested: amount, max }
      used += amount
      return createReservation(amount, {
        settle: (next, held) => {
          used += next - held
        },
        dispose: () => {},
      })
    },
  }
}

export interface RateLimitOptions {
  /** How much becomes free each second. Infinity: no limit. */
  readonly perSecond: number
  /** How much is free after a rest. 0 refuses everything. */
  readonly burst: number
  readonly clock: { monotonic(): number }
}

/** A token bucket, full at first. What is used stays used until time has refilled it; `settle(0)` gives it back at once. */
export function createRateLimit({ perSecond, burst, clock }: RateLimitOptions): Limit {
  assertAmount('perSecond', perSecond)
  assertAmount('burst', burst)
  let used = 0
  let at = clock.monotonic()
  return {
    max: burst,
    get used() {
      return refill()
    },
    reserve(amount = 1) {
      assertFinite('amount', amount)
      refill()
      if (!(used + amount <= burst)) return refuse(amount)
      used += amount
      return createReservation(amount, {
        settle: (next, held) => {
          used = Math.max(0, refill() + next - held)
        },
        dispose: () => {},
      })
    },
  }

  function refill(): number {
    const now = clock.monotonic()
    const refilled = now > at ? ((now - at) / 1000) * perSecond : 0
    at = Math.max(at, now)
    used = perSecond === Number.POSITIVE_INFINITY ? 0 : Math.max(0, used - refilled)
    return used
  }

  function refuse(amount: number): LimitRefusal {
    const facts = { ok: false, used, requested: amount, max: burst } as const
    if (amount > burst || perSecond === 0) return facts
    return { ...facts, retryAfterMs: Math.ceil(((used + amount - burst) / perSecond) * 1000) }
  }
}

interface Account {
  readonly settle: (next: number, held: number) => void
  readonly dispose: (held: number) => void
}

function createReservation(amount: number, account: Account): Reservation {
  let held = amount
  let state: 'reserved' | 'settled' | 'disposed' = 'reserved'
  return {
    ok: true,
    amount,
    settle(next) {
      assertFinite('used', next)
      if (state !== 'reserved') return
      state = 'settled'
      account.settle(next, held)
      held = next
    },
    [Symbol.dispose]() {
      if (state === 'disposed') return
      state = 'disposed'
      account.dispose(held)
    },
  }
}

/** Also refuses NaN: a limit that can not be compared would let everything through. */
function assertAmount(option: string, value: number): void {
  if (typeof value === 'number' && value >= 0) return
  throw new PolicyError('LIMIT_INVALID', { option, expected: 'a number from 0', received: showReceived(value) })
}

/** What is taken has to be given back, and Infinity less Infinity is no number. */
function assertFinite(option: string, value: number): void {
  if (Number.isFinite(value) && value >= 0) return
  throw new PolicyError('LIMIT_INVALID', { option, expected: 'a finite number from 0', received: showReceived(value) })
}
