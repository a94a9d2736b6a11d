/**
 * A schedule in which everything happens once, to two people of the same name at the same time. The law: it leaves out no
 * step and no work, so that a proof which sees nothing cannot pass for one that finds nothing.
 *
 * @module
 */
import type { Schedule, Step } from './schedule.ts'
import { type Work, works } from './works.ts'

const both = [0, 1]

export const tour: Schedule = [
  { name: 'connect', who: 0, door: 'ticket' },
  { name: 'connect', who: 1, door: 'cookie' },
  ...both.map((who): Step => ({ name: 'follow', who, thread: 0 })),
  ...both.map((who): Step => ({ name: 'offer', who })),
  ...works.filter((work) => work !== 'hang' && work !== 'deaf').flatMap(worked),
  { name: 'plan', who: 0, thread: 0 },
  { name: 'settle', who: 0 },
  ...both.flatMap((who): readonly Step[] => [
    { name: 'send', who, work: 'hang', over: 'socket', thread: 2, anew: false, hurried: false },
    { name: 'settle', who },
    { name: 'stop', who, over: 'http', hurried: false },
    { name: 'send', who, work: 'deaf', over: 'socket', thread: 2, anew: false, hurried: false },
    { name: 'settle', who },
    { name: 'stop', who, over: 'socket', hurried: true },
    { name: 'send', who, work: 'pay', over: 'socket', thread: 2, anew: false, hurried: false },
    { name: 'settle', who },
    ...[0, 1, 2, 3].map((prying): Step => ({ name: 'pry', who: prying, whom: who })),
    { name: 'read', who, thread: 0 },
    { name: 'rename', who, thread: 0 },
    { name: 'drop', who },
  ]),
  { name: 'restart', who: 0 },
  { name: 'sign out', who: 0, everywhere: true },
  { name: 'revoke', who: 2, whom: 0 },
  { name: 'connect', who: 0, door: 'bearer' },
  { name: 'pry', who: 3, whom: 0 },
  { name: 'delete', who: 0, thread: 0, over: 'http' },
  { name: 'operate', who: 0 },
  { name: 'leave', who: 0 },
]

/** By both, and approved or denied where it asks. */
function worked(work: Work): readonly Step[] {
  const sent = both.map(
    (who): Step => ({ name: 'send', who, work, over: 'socket', thread: 0, anew: false, hurried: false }),
  )
  const settled: Step = { name: 'settle', who: 0 }
  if (work !== 'pay' && work !== 'forget') return [...sent, settled]
  const answers = [0, 0, 1, 1].flatMap((who, index): readonly Step[] => [
    {
      name: 'answer',
      who,
      decision: index % 2 === 0 ? 'approved' : 'denied',
      over: 'socket',
      edited: work === 'pay',
      mate: work === 'pay',
    },
    settled,
  ])
  return [
    ...sent,
    settled,
    ...answers,
    ...both.map((who): Step => ({ name: 'stop', who, over: 'http', hurried: false })),
    settled,
  ]
}
