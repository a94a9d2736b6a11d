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
}

/** Undefined: nothing leaked. */
export interface Disproof {
  readonly schedule: Schedule
  /** What leaked, the schedule as a list, and how to see it again. */
  readonly report: string
}

export async function prove(options: ProofOptions): Promise<Disproof | undefined> {
  const { seed, schedules, maxSteps, tally, examples = [], parts } = options
  const property = fc.asyncProperty(schedulesOf(maxSteps), (schedule) => perform(schedule, tally, parts))
  const details = await fc.check(property, {
    seed,
    numRuns: schedules + examples.length,
    examples: examples.map((schedule): [Schedule] => [schedule]),
  })
  if (!details.failed) return undefined
  const schedule = details.counterexample?.[0] ?? []
  const { errorInstance: error } = details
  const cause = error instanceof Error ? (error.name === 'LeakFound' ? error.message : error.stack) : String(error)
  const report = [
    cause,
    `The shortest schedule that shows it, after ${details.numShrinks} shorter ones:`,
    describeSchedule(schedule),
    `Again: seed ${seed}, path ${details.counterexamplePath}`,
  ]
  return { schedule, report: report.join('\n') }
}
