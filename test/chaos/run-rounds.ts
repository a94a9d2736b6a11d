/**
 * Many rounds, a few at a time. The law: the number of a case is all that is needed, with the seed, to meet it again.
 *
 * @module
 */
import { canBeFull } from './disk.ts'
import { type FaultKind, faultKinds, type Round } from './plan.ts'
import { generateRound } from './plan-generator.ts'
import { type RoundReport, runRound } from './round.ts'

export const casesPerRound = 40
const faultsPerRound = 4
/** While some wait for a lease others work. */
const roundsAtOnce = 3

const needsFullDisk: ReadonlySet<FaultKind> = new Set<FaultKind>(['full_disk', 'full_disk_kill'])
/** Of all kinds, those that can be brought about here. */
export const possibleFaults: readonly FaultKind[] = faultKinds.filter((kind) => canBeFull || !needsFullDisk.has(kind))

export interface RoundDone {
  /** Of its first case. */
  readonly from: number
  readonly round: Round
  readonly report: RoundReport
}

export interface RunRoundsOptions {
  readonly seed: number
  /** Whether one more is to begin; asked with the number of its first case. */
  readonly goesOn: (from: number) => boolean
  readonly onDone: (done: RoundDone) => void
}

export async function runRounds({ seed, goesOn, onDone }: RunRoundsOptions): Promise<void> {
  let from = 0
  async function work(): Promise<void> {
    while (goesOn(from)) {
      const mine = from
      from += casesPerRound
      const round = roundFrom(seed, mine)
      onDone({ from: mine, round, report: await runRound(round) })
    }
  }
  await Promise.all(Array.from({ length: roundsAtOnce }, work))
}

export function roundFrom(seed: number, from: number): Round {
  return generateRound({ seed, from, cases: casesPerRound, faults: faultsPerRound, faultKinds: possibleFaults })
}
