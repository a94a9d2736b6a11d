/**
 * What people do, in what order, as data that can be generated, shrunk and read. The law: a schedule says nothing of when:
 * steps that are hurried are not waited for, and what follows meets them wherever they are.
 *
 * @module
 */
import fc from 'fast-check'
import type { Door } from './participant.ts'
import { calledBy, people } from './people.ts'
import { type Work, works } from './works.ts'

type Over = 'socket' | 'http'

interface Acts {
  connect: { readonly door: Door }
  drop: object
  leave: object
  send: {
    readonly work: Work
    readonly over: Over
    readonly thread: number
    readonly anew: boolean
    readonly hurried: boolean
  }
  plan: { readonly thread: number }
  answer: {
    readonly decision: 'approved' | 'denied'
    readonly over: Over
    readonly edited: boolean
    readonly mate: boolean
  }
  stop: { readonly over: Over; readonly hurried: boolean }
  follow: { readonly thread: number }
  read: { readonly thread: number }
  rename: { readonly thread: number }
  delete: { readonly thread: number; readonly over: Over }
  offer: object
  'sign out': { readonly everywhere: boolean }
  revoke: { readonly whom: number }
  pry: { readonly whom: number }
  operate: object
  settle: object
  restart: object
}

export type StepName = keyof Acts
export type Step = { readonly [Name in StepName]: { readonly name: Name; readonly who: number } & Acts[Name] }[StepName]
export type Schedule = readonly Step[]

const who = fc.nat(people.length - 1)
const over = fc.constantFrom<Over>('socket', 'http')
/** Newest first. */
const thread = fc.nat(2)
const hurried = fc.boolean()
/** In a branch of its own. */
const anew = fc.boolean()

function step<Name extends StepName>(
  name: Name,
  fields: { readonly [F in keyof Acts[Name]]: fc.Arbitrary<Acts[Name][F]> },
): fc.Arbitrary<Step> {
  // The table of acts says what belongs to which name.
  return fc.record({ name: fc.constant(name), who, ...fields }) as unknown as fc.Arbitrary<Step>
}

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: step('send', { work: fc.constantFrom(...works), over, thread, anew, hurried }) },
  { weight: 2, arbitrary: step('connect', { door: fc.constantFrom<Door>('bearer', 'ticket', 'cookie') }) },
  { weight: 2, arbitrary: step('pry', { whom: who }) },
  { weight: 2, arbitrary: step('settle', {}) },
  {
    weight: 2,
    arbitrary: step('answer', {
      decision: fc.constantFrom('approved', 'denied'),
      over,
      edited: fc.boolean(),
      mate: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: step('plan', { thread }) },
  { weight: 1, arbitrary: step('drop', {}) },
  { weight: 1, arbitrary: step('leave', {}) },
  { weight: 1, arbitrary: step('stop', { over, hurried }) },
  { weight: 1, arbitrary: step('follow', { thread }) },
  { weight: 1, arbitrary: step('read', { thread }) },
  { weight: 1, arbitrary: step('rename', { thread }) },
  { weight: 1, arbitrary: step('delete', { thread, over }) },
  { weight: 1, arbitrary: step('sign out', { everywhere: fc.boolean() }) },
  { weight: 1, arbitrary: step('revoke', { whom: who }) },
  { weight: 2, arbitrary: step('offer', {}) },
  { weight: 1, arbitrary: step('operate', {}) },
  { weight: 1, arbitrary: step('restart', {}) },
)

export function schedulesOf(maxSteps: number): fc.Arbitrary<Schedule> {
  return fc.array(steps, { minLength: 1, maxLength: maxSteps, size: 'max' })
}

/** As a list to read, one line a step. */
export function describeSchedule(schedule: Schedule): string {
  return schedule.map((each, index) => `  ${index + 1}. ${describeStep(each)}`).join('\n')
}

function describeStep(each: Step): string {
  const name = calledBy(each.who)
  switch (each.name) {
    case 'connect':
      return `${name} connects with a ${each.door}`
    case 'drop':
      return `${name} loses the newest socket`
    case 'leave':
      return `${name} closes the newest socket`
    case 'send':
      return `${name} sends "${each.work}" over ${each.over} in ${ordinal(each.thread)}${each.anew ? ', as its first' : ''}${inHaste(each.hurried)}`
    case 'plan':
      return `${name} asks the built-in model in ${ordinal(each.thread)}`
    case 'answer':
      return `${name} answers over ${each.over}: ${each.decision}${each.edited ? ', with other arguments' : ''}${each.mate ? ', for another if there is one' : ''}`
    case 'stop':
      return `${name} stops the newest run over ${each.over}${inHaste(each.hurried)}`
    case 'follow':
      return `${name} follows ${ordinal(each.thread)}`
    case 'read':
      return `${name} lists, searches and reads ${ordinal(each.thread)}`
    case 'rename':
      return `${name} renames ${ordinal(each.thread)}`
    case 'delete':
      return `${name} deletes ${ordinal(each.thread)} over ${each.over}`
    case 'sign out':
      return `${name} signs out${each.everywhere ? ' everywhere' : ''}`
    case 'revoke':
      return `${name} calls the credentials of ${calledBy(each.whom)} back`
    case 'offer':
      return `${name} offers tools on the newest socket`
    case 'pry':
      return `${name} asks for everything of ${calledBy(each.whom)}`
    case 'operate':
      return 'an operator reads health and metrics'
    case 'settle':
      return 'all wait until nothing goes on'
    case 'restart':
      return 'the server stops and starts again'
    default:
      return each satisfies never
  }
}

function ordinal(thread: number): string {
  return ['the newest thread', 'the second newest thread', 'the third newest thread'][thread] ?? `thread ${thread}`
}

function inHaste(hurried: boolean): string {
  return hurried ? ', and does not wait' : ''
}
