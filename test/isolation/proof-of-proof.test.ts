import { describe, expect, it } from 'vitest'
import {
  findsByIdAlone,
  listsFromCache,
  logsContent,
  namesByContent,
  remembersRecords,
  remembersTalk,
  sharesInstances,
} from './faulty-parts.ts'
import { prove } from './proof.ts'
import type { Schedule, Step } from './schedule.ts'
import { LeakFound, perform } from './stage.ts'
import { createTally } from './tally.ts'
import type { Work } from './works.ts'
import type { WorldParts } from './world.ts'

const [annOfLocal, annOfGlobex] = [0, 1]

describe('the isolation proof, on a server that is broken', () => {
  it('tells a store that finds a thread without asking whose it is [OPS-07]', async () => {
    const leaks = await leaksOf({ store: findsByIdAlone }, [
      ...sent(annOfLocal, 'talk'),
      asksFor(annOfGlobex, annOfLocal),
    ])

    expect(leaks).toContain('ann of globex is answered')
    expect(leaks).toContain('for what is of ann of local')
  })

  it('tells a list of threads that is cached without its owner [OPS-07]', async () => {
    const leaks = await leaksOf({ store: listsFromCache }, [reads(annOfLocal), reads(annOfGlobex)])

    expect(leaks).toMatch(
      /^the title "cnry0title\d+yrnc" of ann of local in a answer of ann of globex \(GET \/v1\/threads\)/,
    )
  })

  it('tells records that are cached without their owner [OPS-07]', async () => {
    const leaks = await leaksOf({ store: remembersRecords }, [
      ...sent(annOfLocal, 'note'),
      ...sent(annOfLocal, 'notes'),
      ...sent(annOfGlobex, 'notes'),
    ])

    expect(leaks).toMatch(/^the argument "cnry0argument\d+yrnc" of ann of local in a notice of ann of globex/)
  })

  it('tells a model that remembers the last conversation [OPS-07]', async () => {
    const leaks = await leaksOf({ model: remembersTalk }, [...sent(annOfLocal, 'talk'), ...sent(annOfGlobex, 'talk')])

    expect(leaks).toMatch(/^the message "cnry0message\d+yrnc" of ann of local in a notice of ann of globex/)
  })

  it('tells a tool that keeps what is one user’s where all can reach it [OPS-07] [CALL-09]', async () => {
    const leaks = await leaksOf({ tools: sharesInstances }, [...sent(annOfLocal, 'hold'), ...sent(annOfGlobex, 'hold')])

    expect(leaks).toMatch(/^the argument "cnry0argument\d+yrnc" of ann of local in a notice of ann of globex/)
  })

  it('tells a log line and an audit record that quote what somebody said [OPS-07] [CALL-08]', async () => {
    const logged = await leaksOf({ tools: logsContent }, sent(annOfLocal, 'output'))
    const audited = await leaksOf({ tools: namesByContent }, sent(annOfLocal, 'hold'))

    expect(logged).toMatch(/^the argument "cnry0argument\d+yrnc" of ann of local in a log line: /)
    expect(audited).toMatch(/^the argument "cnry0argument\d+yrnc" of ann of local in a audit record \(\w+\): /)
  })

  it('finds the shortest schedule of all that show it, and says how to see it again [OPS-07]', async () => {
    const long: Schedule = [
      { name: 'connect', who: 2, door: 'bearer' },
      ...sent(annOfLocal, 'talk'),
      { name: 'operate', who: 0 },
      { name: 'rename', who: 2, thread: 0 },
      ...sent(annOfGlobex, 'talk'),
      reads(annOfLocal),
    ]

    const { disproof } = await prove({
      seed: 11,
      schedules: 0,
      maxSteps: 1,
      examples: [long],
      parts: { model: remembersTalk },
      tally: createTally(),
    })

    expect(disproof?.report).toMatch(/^ {2}1\. ann of local sends "talk" over socket in the newest thread$/m)
    expect(disproof?.report).toMatch(/^ {2}2\. ann of globex sends "talk" over socket in the newest thread$/m)
    expect(disproof?.schedule.length).toBe(2)
    expect(disproof?.report).toMatch(/^Again: seed 11, path [\d:]+$/m)
  }, 120_000)
})

function sent(who: number, work: Work): readonly Step[] {
  return [
    { name: 'send', who, work, over: 'socket', thread: 0, anew: false, hurried: false },
    { name: 'settle', who },
  ]
}

function asksFor(who: number, whom: number): Step {
  return { name: 'pry', who, whom }
}

function reads(who: number): Step {
  return { name: 'read', who, thread: 0 }
}

/** What leaks, first things first; nothing when nothing does. */
async function leaksOf(parts: WorldParts, schedule: Schedule): Promise<string> {
  try {
    await perform(schedule, createTally(), parts)
    return ''
  } catch (error) {
    if (error instanceof LeakFound) return error.leaks.join('\n')
    throw error
  }
}
