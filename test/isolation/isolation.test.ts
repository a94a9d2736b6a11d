import { describe, expect, it } from 'vitest'
import { canaryKinds } from './canary.ts'
import { prove } from './proof.ts'
import { createTally } from './tally.ts'
import { tour } from './tour.ts'

/** Another one each time; a failure says which, to be put here. */
const seed = Date.now() % 2_147_483_647

describe('the isolation proof', () => {
  it('finds nothing of anybody where it does not belong, when everything happens once [OPS-07] [CALL-08] [CALL-09]', async () => {
    const tally = createTally()

    const { disproof } = await prove({ seed, schedules: 0, maxSteps: 1, tally, examples: [tour] })

    expect(disproof?.report).toBe(undefined)
    // Each kind was seen at its own place: but for what nobody may ever see.
    expect(Object.keys(tally.canaries).toSorted()).toEqual(canaryKinds.filter((kind) => kind !== 'late').toSorted())
    expect(Object.keys(tally.places).toSorted()).toEqual([
      'answer',
      'audit record',
      'call',
      'frame',
      'health',
      'log line',
      'metrics',
      'model request',
      'notice',
      'row',
      'stream',
    ])
  }, 120_000)

  it('finds nothing of anybody where it does not belong, whatever people do in whatever order [OPS-07] [RUN-06]', async () => {
    const tally = createTally()

    const { disproof } = await prove({ seed, schedules: 20, maxSteps: 30, tally })

    expect(disproof?.report).toBe(undefined)
  }, 120_000)
})
