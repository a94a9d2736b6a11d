/**
 * Values that say whose they are. The law: a canary names its owner in its own text, also when it was cut, folded to
 * lower case or put into JSON, so that wherever it is seen, it is known who has lost it.
 *
 * @module
 */

/** What a canary was planted as; its rule says where, besides with its owner, it may be. */
export const canaryKinds = [
  'name',
  'title',
  'message',
  'key',
  'thought',
  'answer',
  'argument',
  'instance',
  'progress',
  'result',
  'reason',
  'payment',
  'offer',
  'file',
  'fault',
  'secret',
  'late',
] as const

export type CanaryKind = (typeof canaryKinds)[number]

export interface Canary {
  /** The number of its person. */
  readonly owner: number
  readonly kind: CanaryKind
  readonly text: string
}

/** Such as `cnry2message17yrnc`. */
export function canary(owner: number, kind: CanaryKind, number: number): string {
  return `cnry${owner}${kind}${number}yrnc`
}

const shape = new RegExp(`cnry(\\d+)(${canaryKinds.join('|')})?(?:\\d+(?:yrnc)?)?`, 'gi')

/** All in a text, also those that were cut after their owner's number: these count as messages. */
export function canariesIn(text: string): readonly Canary[] {
  return Array.from(text.matchAll(shape), ([found, owner, kind]) => ({
    owner: Number(owner),
    kind: isKind(kind?.toLowerCase()) ? (kind?.toLowerCase() as CanaryKind) : 'message',
    text: found,
  }))
}

/** The number at the end of the first canary of a kind, and whose it is. */
export function firstOf(
  text: string,
  kind: CanaryKind,
): { readonly owner: number; readonly number: number } | undefined {
  const found = new RegExp(`cnry(\\d+)${kind}(\\d+)yrnc`, 'i').exec(text)
  return found === null ? undefined : { owner: Number(found[1]), number: Number(found[2]) }
}

function isKind(kind: string | undefined): kind is CanaryKind {
  return (canaryKinds as readonly (string | undefined)[]).includes(kind)
}
