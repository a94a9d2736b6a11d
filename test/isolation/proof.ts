/**
 * The proof: generated schedules, each carried out on a server of its own. The law: a leak is told with the shortest schedule
 * that shows it, and with the seed that makes it again.
 *
 * @module
 */
import fc from 'fast-check'
import { describeSchedule, type Schedule, schedulesOf } from './schedule.ts'
import { perform } from './stage.ts'
import type { Tally } from './tally.ts'
import type { WorldParts } from './world.ts'

export interface ProofOptions {
  readonly seed: number
  readonly schedules: number
  readonly maxSteps: number
  /** Carried out first. */
  readonly examples?: readonly Schedule[]
  readonly tally: Tally
  readonly parts?: WorldParts
  /** How long shorter schedules are looked for. Default 30,000. */
  readonly shortenMs?: number
  /** Told as soon as something is found, before a shorter schedule is looked for. */
  readonly onFirst?: (error: unknown) => void
}

export interface Disproof {
  readonly schedule: Schedule
  /** What leaked, the schedule as a list, and how to see it again. */
  readonly report: string
}

export interface Verdict {
  /** Schedules that showed nothing, not counting those that were tried to find a shorter one. */
  readonly passed: number
  readonly disproof?: Disproof
}

export async function prove(options: ProofOptions): Promise<Verdict> {
  const { seed, schedules, maxSteps, tally, examples = [], parts, shortenMs = 30_000, onFirst } = options
  let giveUpAt = Number.POSITIVE_INFINITY
  const carryOut = async (schedule: Schedule): Promise<void> => {
    // Shorter ones that hang cost much time each: what was found by then is short enough.
    if (performance.now() > giveUpAt) return
    try {
      await perform(schedule, tally, parts)
    } catch (error) {
      if (giveUpAt === Number.POSITIVE_INFINITY) {
        giveUpAt = performance.now() + shortenMs
        onFirst?.(error)
      }
      throw error
    }
  }
  const property = fc.asyncProperty(schedulesOf(maxSteps), carryOut)
  const details = await fc.check(property, {
    seed,
    numRuns: schedules + examples.length,
    examples: examples.map((schedule): [Schedule] => [schedule]),
  })
  const { failed, numRuns, counterexample, counterexamplePath, errorInstance } = details
  if (!failed) return { passed: numRuns }
  const found = counterexample?.[0] ?? []
  const { schedule, error } = await shorten(found, errorInstance, carryOut)
  const cause = error instanceof Error ? (error.name === 'LeakFound' ? error.message : error.stack) : String(error)
  const report = [
    cause,
    'The shortest schedule that shows it:',
    describeSchedule(schedule),
    `Again: seed ${seed}, path ${counterexamplePath}`,
  ]
  return { passed: numRuns - 1, disproof: { schedule, report: report.join('\n') } }
}

interface Found {
  readonly schedule: Schedule
  readonly error: unknown
}

/** Leaves out one step after the other, until every one that is left is needed. */
async function shorten(
  schedule: Schedule,
  error: unknown,
  carryOut: (schedule: Schedule) => Promise<void>,
): Promise<Found> {
  for (const index of schedule.keys()) {
    const shorter = schedule.toSpliced(index, 1)
    try {
      await carryOut(shorter)
    } catch (again) {
      return shorten(shorter, again, carryOut)
    }
  }
  return { schedule, error }
}
