import { expect, it } from 'vitest'
import { mayRun } from '../skips.ts'
import { canBeFull } from './disk.ts'
import { possibleFaults, type RoundDone, runRounds } from './run-rounds.ts'
import { addTallies, describeTally, emptyTally } from './tally.ts'

const seed = 7
const cases = 200
mayRun(canBeFull ? undefined : 'no disk can be mounted here, so none is made full')

it('keeps what was promised to 200 people while the server is killed, frozen, replaced and cut off, and its disk is full or slow [RUN-03, RUN-05, RUN-07, RUN-08, RUN-14, CONN-08]', async () => {
  const done: RoundDone[] = []

  await runRounds({ seed, goesOn: (from) => from < cases, onDone: (round) => done.push(round) })

  const tally = done.map(({ report }) => report.tally).reduce(addTallies, emptyTally)
  process.stderr.write(`chaos with seed ${seed}: ${describeTally(tally)}\n`)
  expect(done.flatMap(({ report }) => report.findings)).toEqual([])
  expect(tally.cases).toBe(cases)
  // A harness that met none of these would have proved nothing.
  const met = { ...tally.faults, ...tally.calls, ...tally.rarities }
  const wanted = [...possibleFaults, 'unknown', 'takeovers', 'steps rewound', 'calls repeated', 'feeds behind']
  expect(wanted.filter((name) => (met[name] ?? 0) === 0)).toEqual([])
}, 300_000)
