/** What a round was made of, in counts: a harness that never met a fault proves nothing. @module */
import type { LoggedRun } from './calls.ts'
import type { WitnessLine } from './witness.ts'

export interface Tally {
  readonly cases: number
  readonly events: number
  readonly readers: Counts
  readonly faults: Counts
  readonly runs: Counts
  readonly calls: Counts
  readonly approvals: Counts
  /** Steps made again, attempts after the first, calls started again, connections made again, and what else was rare. */
  readonly rarities: Counts
}

export type Counts = Readonly<Record<string, number>>

export const emptyTally: Tally = {
  cases: 0,
  events: 0,
  readers: {},
  faults: {},
  runs: {},
  calls: {},
  approvals: {},
  rarities: {},
}

export function addTallies(one: Tally, other: Tally): Tally {
  return {
    cases: one.cases + other.cases,
    events: one.events + other.events,
    readers: addCounts(one.readers, other.readers),
    faults: addCounts(one.faults, other.faults),
    runs: addCounts(one.runs, other.runs),
    calls: addCounts(one.calls, other.calls),
    approvals: addCounts(one.approvals, other.approvals),
    rarities: addCounts(one.rarities, other.rarities),
  }
}

export function countBy(names: readonly string[]): Counts {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

export function callCounts(runs: readonly LoggedRun[]): Pick<Tally, 'runs' | 'calls' | 'approvals'> {
  const calls = runs.flatMap((run) => run.calls)
  return {
    runs: countBy(runs.map(({ end }) => end?.event.outcome ?? 'without end')),
    calls: countBy(calls.map(({ end }) => end?.event.outcome ?? 'without end')),
    approvals: countBy(
      calls.flatMap(({ approvals }) => approvals.map(({ resolved }) => resolved?.decision ?? 'unanswered')),
    ),
  }
}

/** Calls whose tool was started more than once. */
export function repeatedIn(witness: readonly WitnessLine[]): number {
  const starts = Map.groupBy(
    witness.filter(({ what }) => what === 'start'),
    ({ callId }) => callId,
  )
  return [...starts.values()].filter((lines) => lines.length > 1).length
}

export function describeTally(tally: Tally): string {
  const { cases, events, ...kinds } = tally
  const lines = Object.entries(kinds).map(([kind, counts]) => {
    const told = Object.entries(counts as Counts)
      .filter(([, count]) => count > 0)
      .toSorted(([, one], [, other]) => other - one)
      .map(([name, count]) => `${count} ${name}`)
    return `  ${kind.padEnd(10)}${told.join(', ') || 'none'}`
  })
  return [`${cases} cases, ${events} events`, ...lines].join('\n')
}

function addCounts(one: Counts, other: Counts): Counts {
  const sum: Record<string, number> = { ...one }
  for (const [name, count] of Object.entries(other)) sum[name] = (sum[name] ?? 0) + count
  return sum
}
