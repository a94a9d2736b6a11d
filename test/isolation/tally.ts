/** What a proof has done and seen, added up over its schedules. @module */
import type { Schedule } from './schedule.ts'
import type { World } from './world.ts'

export interface Tally {
  add(schedule: Schedule, world: World): void
  readonly schedules: number
  readonly steps: number
  readonly runs: number
  /** Texts seen, by kind of place. */
  readonly places: Readonly<Record<string, number>>
  /** Canaries seen where they belong, by kind. */
  readonly canaries: Readonly<Record<string, number>>
}

export function createTally(): Tally {
  const places: Record<string, number> = {}
  const canaries: Record<string, number> = {}
  let schedules = 0
  let steps = 0
  let runs = 0
  return {
    add(schedule, world) {
      schedules += 1
      steps += schedule.length
      runs += world.runs.count
      addUp(places, world.observer.places)
      addUp(canaries, world.observer.canaries)
    },
    get schedules() {
      return schedules
    },
    get steps() {
      return steps
    },
    get runs() {
      return runs
    },
    places,
    canaries,
  }
}

function addUp(sums: Record<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [name, count] of counts) sums[name] = (sums[name] ?? 0) + count
}
