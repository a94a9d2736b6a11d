/**
 * Makes a round that fails smaller, as long as it fails by the same rule. The law: what is left is what the failure needs,
 * as far as the time allowed was enough to find out.
 *
 * @module
 */
import type { Case, Round } from './plan.ts'
import { type RoundReport, runRound } from './round.ts'

export interface Reduced {
  readonly round: Round
  readonly report: RoundReport
}

export async function reduce(failed: Reduced, { untilMs }: { readonly untilMs: number }): Promise<Reduced> {
  const rules = new Set(failed.report.findings.map(({ rule }) => rule))
  let smallest = failed
  for (let found = true; found; ) {
    found = false
    for (const round of smallerThan(smallest)) {
      if (performance.now() > untilMs) return smallest
      const report = await runRound(round)
      if (!report.findings.some(({ rule }) => rules.has(rule))) continue
      smallest = { round, report }
      found = true
      break
    }
  }
  return smallest
}

/** The boldest first. */
function* smallerThan({ round, report }: Reduced): Generator<Round> {
  const { cases, faults } = round
  const named = new Set(report.findings.map(({ user }) => user))
  const guilty = cases.filter(({ user }) => named.has(user))
  if (guilty.length > 0 && guilty.length < cases.length) yield { ...round, cases: guilty }
  const half = Math.ceil(cases.length / 2)
  if (cases.length > 1) {
    yield { ...round, cases: cases.slice(0, half) }
    yield { ...round, cases: cases.slice(half) }
  }
  for (const index of faults.keys()) if (faults.length > 1) yield { ...round, faults: faults.toSpliced(index, 1) }
  if (cases.length > 3) return
  for (const [index, one] of cases.entries()) {
    for (const smaller of simpler(one)) yield { ...round, cases: cases.with(index, smaller) }
  }
}

function* simpler(one: Case): Generator<Case> {
  const { messages } = one
  if (one.secondReader !== 'none') yield { ...one, secondReader: 'none' }
  for (const [index, message] of messages.entries()) {
    if (messages.length > 1) yield { ...one, messages: messages.toSpliced(index, 1) }
    const { acts, steps } = message
    for (const act of acts.keys())
      yield { ...one, messages: messages.with(index, { ...message, acts: acts.toSpliced(act, 1) }) }
    for (const step of steps.keys()) {
      if (step < steps.length - 1)
        yield { ...one, messages: messages.with(index, { ...message, steps: steps.toSpliced(step, 1) }) }
    }
  }
}
