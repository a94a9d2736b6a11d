/**
 * What an agent can be made to do by a message, as a table. The law: a message names its work and carries the canary that
 * all else of its run is derived from.
 *
 * @module
 */
import { canary } from './canary.ts'

export const works = [
  'talk',
  'note',
  'notes',
  'forget',
  'hold',
  'output',
  'secret',
  'slip',
  'hang',
  'deaf',
  'pay',
  'delegate',
  'script',
  'page',
  'file',
] as const

export type Work = (typeof works)[number]

/** Tools that go on until they are stopped. */
export const hangingTools: ReadonlySet<string> = new Set(['hang', 'deaf'])

/** Small: an output twice as large is cut, and kept under a handle. */
export const maxOutputBytes = 512

export const stopGraceMs = 20

/** The text of a message that has this work done. */
export function messageFor(work: Work, owner: number, number: number): string {
  return `${work} ${canary(owner, 'message', number)}`
}

/** What a person would write to the built-in model to have a note saved. */
export function plainMessage(owner: number, number: number): string {
  const text = canary(owner, 'message', number)
  return `save a note titled "${text}" with the text "${text}", and then list my notes`
}

export function workOf(message: string): Work {
  const [first] = message.split(' ')
  return works.find((work) => work === first) ?? 'talk'
}
