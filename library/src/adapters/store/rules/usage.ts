/**
 * What owners and tenants use, by windows of time, and what is reserved for what is at work. The law: of every budget,
 * what is used and what is reserved is never more than its `max` because of a reservation.
 *
 * @module
 */
import type {
  BudgetRule,
  ReservationAnswer,
  ReservationHolder,
  ReservationRequest,
  Want,
} from '../../../agent/ports.ts'
import type {
  BudgetLevel,
  BudgetResource,
  BudgetWindow,
  UsageReport,
  WindowUsage,
} from '../../../protocol/vocabulary.ts'

export type Use = Omit<WindowUsage, 'window' | 'startsAt' | 'endsAt'>

export interface Counter {
  readonly per: 'user' | 'tenant'
  readonly window: BudgetWindow
  readonly startsAt: number
  /** Whose calls they are; empty: what is of no tool. */
  readonly tool: string
}

export interface Reservation {
  readonly holder: ReservationHolder
  readonly resource: BudgetResource
  /** Empty: of no tool. */
  readonly tool: string
  /** 0 of a call: it has started and was counted. */
  readonly amount: number
  /** When it was made: it is used in the windows that hold this moment, however the clock is set meanwhile. */
  readonly at: number
}

export interface ReservedRange {
  readonly per: 'user' | 'tenant'
  readonly resource: BudgetResource
  /** Undefined: of any tool and of none. */
  readonly tool: string | undefined
  readonly from: number
  readonly to: number
}

/** One owner's part of the tables, with the sums of its tenant. */
export interface UsageTable {
  add(counter: Counter, use: Partial<Use>): void
  /** Of one tool; undefined: of all and of none together. */
  used(window: Omit<Counter, 'tool'>, tool: string | undefined): Use
  /** Of one run; of one holder in it. */
  reservations(runId: string, holder: ReservationHolder): readonly Reservation[]
  /** Replaces what the holder has of the same resource. */
  hold(runId: string, reservation: Reservation): void
  drop(runId: string, holder: ReservationHolder): void
  /** All of a run; but not the marks of its calls that have started, unless it has ended. */
  dropAll(runId: string, ended: boolean): void
  reserved(range: ReservedRange): number
}

export const noUse: Use = Object.freeze({ steps: 0, calls: 0, tokens: 0, costMicros: 0, runMs: 0 })

/** Older windows of one owner or tenant are forgotten. By number and not by age: a clock that jumps forgets nothing. */
export const keptWindows: { readonly [W in BudgetWindow]: number } = { hour: 48, day: 62, month: 24 }

const windows: readonly BudgetWindow[] = ['hour', 'day', 'month']
const HOUR_MS = 3_600_000

/** The window that holds a moment. */
export function windowAt(window: BudgetWindow, at: number): { readonly startsAt: number; readonly endsAt: number } {
  if (window === 'month') {
    const date = new Date(at)
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
    return { startsAt: Date.UTC(year, month), endsAt: Date.UTC(year, month + 1) }
  }
  const lengthMs = window === 'hour' ? HOUR_MS : 24 * HOUR_MS
  const startsAt = Math.floor(at / lengthMs) * lengthMs
  return { startsAt, endsAt: startsAt + lengthMs }
}

/** All wants or none. The caller has checked the fence. */
export function reserve(table: UsageTable, request: ReservationRequest): ReservationAnswer {
  const { fence, holder, budgets, wants } = request
  const { runId } = fence
  const held = table.reservations(runId, holder)
  if (held.some(isStarted)) return { status: 'reserved', granted: wants.map(({ amount }) => ({ amount })), levels: [] }
  // Time is used from the moment of the claim on, whenever it is asked for.
  const at = holder === 'time' ? (held[0]?.at ?? request.at) : request.at
  table.drop(runId, holder)
  const decided = wants.map((want) => ({ want, decision: decide(table, want, budgets, at) }))
  for (const { decision } of decided) {
    if (decision.refusedBy === undefined) continue
    // What marks the claim stays, so that its time is counted.
    for (const reservation of held) if (holder === 'time') table.hold(runId, { ...reservation, amount: 0 })
    return { status: 'refused', level: decision.refusedBy }
  }
  for (const { want, decision } of decided) {
    table.hold(runId, { holder, resource: want.resource, tool: want.tool ?? '', amount: decision.amount, at })
  }
  return {
    status: 'reserved',
    granted: decided.map(({ decision: { amount, cappedBy } }) => ({
      amount,
      ...(cappedBy === undefined ? {} : { cappedBy }),
    })),
    levels: decided.flatMap(({ decision: { amount, levels } }) =>
      levels.map((level) => ({ ...level, reserved: level.reserved + amount })),
    ),
  }
}

interface Decision {
  readonly amount: number
  readonly levels: readonly BudgetLevel[]
  readonly cappedBy?: BudgetLevel
  readonly refusedBy?: BudgetLevel
}

function decide(table: UsageTable, want: Want, budgets: readonly BudgetRule[], at: number): Decision {
  const counting = budgets.filter(
    ({ resource, tool }) => resource === want.resource && (tool === undefined || tool === want.tool),
  )
  const levels = counting.map((budget) => levelOf(table, budget, at))
  const least = want.least ?? want.amount
  let { amount } = want
  let cappedBy: BudgetLevel | undefined
  for (const level of levels) {
    const room = level.max - level.used - level.reserved
    if (room < least) return { amount: 0, levels, refusedBy: level }
    if (room >= amount) continue
    amount = room
    cappedBy = level
  }
  return { amount, levels, ...(cappedBy === undefined ? {} : { cappedBy }) }
}

function levelOf(table: UsageTable, { per, window, resource, tool, max }: BudgetRule, at: number): BudgetLevel {
  const { startsAt, endsAt } = windowAt(window, at)
  const use = table.used({ per, window, startsAt }, tool)
  const reserved = table.reserved({ per, resource, tool, from: startsAt, to: endsAt })
  const used = use[resource === 'money' ? 'costMicros' : resource]
  return { per, window, resource, ...(tool === undefined ? {} : { tool }), max, used, reserved, endsAt }
}

export interface Used {
  /** What reserved it, if anything did. */
  readonly holder: ReservationHolder
  /** Empty: of no tool. */
  readonly tool: string
  readonly use: Partial<Use>
}

/** Counts what an event says was used, in the place of what was reserved for it. A call is counted once, however often it starts. */
export function settle(table: UsageTable, runId: string, { holder, tool, use }: Used, at: number): void {
  const held = table.reservations(runId, holder)
  if (held.some(isStarted)) return
  const when = held[0]?.at ?? at
  table.drop(runId, holder)
  if (tool !== '') table.hold(runId, { holder, resource: 'calls', tool, amount: 0, at: when })
  count(table, { use, tool, at: when })
}

/** From here on the run is at work. */
export function beginTime(table: UsageTable, runId: string, at: number): void {
  table.hold(runId, { holder: 'time', resource: 'runMs', tool: '', amount: 0, at })
}

/** The run is at work no longer, since `until`: its time is counted, and what it had reserved is given back. */
export function endTime(table: UsageTable, runId: string, until: number, ended: boolean): void {
  const [time] = table.reservations(runId, 'time')
  table.dropAll(runId, ended)
  if (time === undefined) return
  count(table, { use: { runMs: Math.max(0, Math.round(until - time.at)) }, tool: '', at: time.at })
}

export function report(table: UsageTable, at: number, budgets: readonly BudgetRule[]): UsageReport {
  return {
    used: windows.map((window) => {
      const { startsAt, endsAt } = windowAt(window, at)
      return { window, startsAt, endsAt, ...table.used({ per: 'user', window, startsAt }, undefined) }
    }),
    budgets: budgets.map((budget) => levelOf(table, budget, at)),
  }
}

function count(table: UsageTable, { use, tool, at }: { use: Partial<Use>; tool: string; at: number }): void {
  for (const window of windows) {
    const { startsAt } = windowAt(window, at)
    table.add({ per: 'user', window, startsAt, tool }, use)
    table.add({ per: 'tenant', window, startsAt, tool }, use)
  }
}

function isStarted({ resource, amount }: Reservation): boolean {
  return resource === 'calls' && amount === 0
}

/** Whole numbers that stay so, whatever a model says it used. */
export function sum(a: number, b: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, a + b)
}
