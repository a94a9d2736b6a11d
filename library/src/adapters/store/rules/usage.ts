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
  /** What is counted is counted in its hour; hours of long ago are added up to their day, and days to their month. */
  readonly window: BudgetWindow
  readonly startsAt: number
  /** Whose calls they are; empty: all that was used, calls of any tool included. */
  readonly tool: string
}

export interface UsedRange {
  readonly per: 'user' | 'tenant'
  readonly tool: string
  readonly from: number
  readonly to: number
  /** The longest windows that lie within. */
  readonly window: BudgetWindow
}

export interface OlderCounters {
  readonly per: 'user' | 'tenant'
  readonly window: BudgetWindow
  readonly before: number
  readonly keep: number
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
  /** Whether the counter is a new one. */
  add(counter: Counter, use: Partial<Use>): boolean
  /** The sum of the counters that lie within. */
  used(range: UsedRange): Use
  /** Takes away what is counted in such windows, but for the last `keep` of those that began before. */
  takeOlder(older: OlderCounters): readonly (Counter & Use)[]
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

/**
 * Of so many windows of one owner or tenant each is known; older ones are added up, and older months forgotten. By number
 * and not by age, and only those before the one at hand: a clock that jumps forgets nothing.
 */
export const keptWindows: { readonly [W in BudgetWindow]: number } = { hour: 48, day: 62, month: 24 }
const longer: { readonly [W in BudgetWindow]: BudgetWindow | undefined } = {
  hour: 'day',
  day: 'month',
  month: undefined,
}

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
  if (held.length > 0) table.drop(runId, holder)
  const levelOf = createLevels(table, at)
  const decided = wants.map((want) => ({ want, decision: decide(want, budgets, levelOf) }))
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

function decide(want: Want, budgets: readonly BudgetRule[], levelOf: (budget: BudgetRule) => BudgetLevel): Decision {
  const counting = budgets.filter(
    ({ resource, tool }) => resource === want.resource && (tool === undefined || tool === want.tool),
  )
  const levels = counting.map(levelOf)
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

/** Where budgets stand at a moment: what several of them count is summed up once. */
function createLevels(table: UsageTable, at: number): (budget: BudgetRule) => BudgetLevel {
  const summed = new Map<string, Use>()

  function used(per: Counter['per'], window: BudgetWindow, tool: string): Use {
    const key = `${per} ${window} ${tool}`
    const known = summed.get(key)
    if (known !== undefined) return known
    const { startsAt: from, endsAt: to } = windowAt(window, at)
    const use = table.used({ per, window, tool, from, to })
    summed.set(key, use)
    return use
  }

  return ({ per, window, resource, tool, max }) => {
    const { startsAt, endsAt } = windowAt(window, at)
    const reserved = table.reserved({ per, resource, tool, from: startsAt, to: endsAt })
    const amount = used(per, window, tool ?? '')[resource === 'money' ? 'costMicros' : resource]
    return { per, window, resource, ...(tool === undefined ? {} : { tool }), max, used: amount, reserved, endsAt }
  }
}

export interface Used {
  /** What reserved it, if anything did. */
  readonly holder: ReservationHolder
  /** What did if that holds nothing. */
  readonly otherwise?: ReservationHolder
  /** Empty: of no tool. */
  readonly tool: string
  readonly use: Partial<Use>
}

/**
 * Counts what an event says was used, in the place of what was reserved for it. A call is counted once, however often it
 * starts: answers whether it was.
 */
export function settle(table: UsageTable, runId: string, used: Used, at: number): boolean {
  const { holder, otherwise, tool, use } = used
  const held = table.reservations(runId, holder)
  if (held.length === 0 && otherwise !== undefined) return settle(table, runId, { holder: otherwise, tool, use }, at)
  if (held.some(isStarted)) return false
  const when = held[0]?.at ?? at
  if (held.length > 0) table.drop(runId, holder)
  if (tool !== '') table.hold(runId, { holder, resource: 'calls', tool, amount: 0, at: when })
  count(table, { use, tool, at: when })
  return true
}

/** From here on the run is at work. */
export function beginTime(table: UsageTable, runId: string, at: number): void {
  table.hold(runId, { holder: 'time', resource: 'runMs', tool: '', amount: 0, at })
}

/**
 * The run is at work no longer, since `until`, and its time is counted: never more than was reserved, because a clock that
 * jumps is no work. What it had reserved is given back when it has ended or waits for a person. When its node left it, its
 * next one says what became of the step at hand, and until then others may not use the same room.
 */
export function endTime(
  table: UsageTable,
  { runId, until, why }: { readonly runId: string; readonly until: number; readonly why: 'ended' | 'parked' | 'left' },
): void {
  const [time] = table.reservations(runId, 'time')
  if (why === 'left') table.drop(runId, 'time')
  else table.dropAll(runId, why === 'ended')
  if (time === undefined) return
  const most = time.amount > 0 ? time.amount : Number.POSITIVE_INFINITY
  const runMs = Math.min(most, Math.max(0, Math.round(until - time.at)))
  count(table, { use: { runMs }, tool: '', at: time.at })
}

export function report(table: UsageTable, at: number, budgets: readonly BudgetRule[]): UsageReport {
  return {
    used: windows.map((window) => {
      const { startsAt, endsAt } = windowAt(window, at)
      const use = table.used({ per: 'user', tool: '', window, from: startsAt, to: endsAt })
      return { window, startsAt, endsAt, ...use }
    }),
    budgets: budgets.map(createLevels(table, at)),
  }
}

function count(table: UsageTable, { use, tool, at }: { use: Partial<Use>; tool: string; at: number }): void {
  const { startsAt } = windowAt('hour', at)
  for (const per of ['user', 'tenant'] as const) {
    const isNew = table.add({ per, window: 'hour', startsAt, tool: '' }, use)
    if (tool !== '') table.add({ per, window: 'hour', startsAt, tool }, use)
    if (isNew) for (const window of windows) addUp(table, { per, window, before: startsAt, keep: keptWindows[window] })
  }
}

function addUp(table: UsageTable, older: OlderCounters): void {
  const into = longer[older.window]
  for (const { per, startsAt, tool, window: _window, ...use } of table.takeOlder(older)) {
    if (into !== undefined) table.add({ per, tool, window: into, startsAt: windowAt(into, startsAt).startsAt }, use)
  }
}

function isStarted({ resource, amount }: Reservation): boolean {
  return resource === 'calls' && amount === 0
}

/** Whole numbers that stay so, whatever a model says it used. */
export function sum(a: number, b: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, a + b)
}
