/**
 * The first half of judging: what depends on the candidate alone. All code that is not ours runs here, before the
 * tree is looked at. The law: whatever throws, or answers out of turn, refuses. @module
 */

import { isThenable } from './audit.ts'
import type { Admission, Entry, Validator } from './entry.ts'
import { foldName, isValidName, quoteLine, quoteName } from './names.ts'
import type { ScopeNode } from './node.ts'
import { definedPlace } from './place.ts'
import { type Refusal, refusal } from './refusal.ts'
import { findAlike, findHeld } from './shelf.ts'
import type { Advisory, Place } from './verdict.ts'

/** A candidate that is an entry, with a name that could be held. */
export interface Considered<T extends Entry> {
  readonly entry: T | undefined
  readonly name: string
  readonly folded: string
  readonly place: Place | undefined
  readonly advisories: readonly Advisory[]
  /** Other entries of this name that `sameEntry` takes for the very same: asked here, where foreign code may run. */
  readonly sameAs: readonly T[]
}

export type Consideration<T extends Entry> =
  | { readonly ok: true; readonly considered: Considered<T> }
  | { readonly ok: false; readonly refusal: Refusal; readonly place: Place | undefined }

export function considerCandidate<T extends Entry>(
  node: ScopeNode<T>,
  candidate: unknown,
  place: () => Place | undefined,
  earlier: readonly Consideration<T>[] = [],
): Consideration<T> {
  const { options } = node.tree
  const admission = admitSafely(options.admit, candidate)
  if (!admission.ok) return { ok: false, refusal: admission.refusal, place: place() }
  const { entry } = admission
  const offered = definedPlace(entry) ?? place()
  const advisories: Advisory[] = []
  try {
    const name: unknown = entry.name
    const objection = judgeName(node, name)
    if (objection || typeof name !== 'string') {
      return { ok: false, refusal: objection ?? missingName(name), place: offered }
    }
    if (options.requireDescription && !entry.description?.trim()) {
      const missing = refusal('DESCRIPTION_MISSING', {
        name,
        found: entry.description === undefined ? 'no description' : 'a blank description',
        cause: 'What has no description can not be chosen well.',
      })
      if (options.mode !== 'report') return { ok: false, refusal: missing, place: offered }
      advisories.push(advisoryOf(missing))
    }
    for (const validator of options.validators ?? []) {
      const found = validate(validator, entry, node)
      if (found) return { ok: false, refusal: { ...found, name }, place: offered }
    }
    const sameAs = findSame(node, entry, name, earlier)
    return { ok: true, considered: { entry, name, folded: foldName(name), place: offered, advisories, sameAs } }
  } catch (error) {
    return { ok: false, refusal: thrown('entry', 'The entry threw while it was read', error), place: offered }
  }
}

/** Why a name can not be held, whoever holds it now. */
export function judgeName<T extends Entry>(node: ScopeNode<T>, name: unknown): Refusal | undefined {
  if (typeof name !== 'string' || name === '') return missingName(name)
  if (!isValidName(name)) {
    return refusal('NAME_INVALID', {
      name: quoteName(name),
      found: describeFault(name),
      cause: causeOfFault(node, name),
    })
  }
  if (node.tree.reserved.has(foldName(name))) {
    return refusal('NAME_RESERVED', {
      name,
      found: `the name "${name}"`,
      cause: 'It, or a name that differs only in case, "-" and "_", is reserved.',
    })
  }
  return undefined
}

export function advisoryOf(why: Refusal): Advisory {
  return { code: why.code, found: why.found, cause: why.cause, fix: why.fix }
}

/** What a thrown value says of itself, cut short. Never throws. */
export function describeError(error: unknown): string {
  try {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    return text.length > 300 ? `${text.slice(0, 300)}…` : text
  } catch {
    return 'an unprintable value'
  }
}

function missingName(name: unknown): Refusal {
  return refusal('NAME_MISSING', {
    found: name === '' ? 'an empty name' : `a name of type ${name === null ? 'null' : typeof name}`,
    cause: 'The entry does not declare a name.',
  })
}

function describeFault(name: string): string {
  if (name.length > 64) return `a name of ${name.length} characters`
  const wrong = /[^A-Za-z0-9_-]/u.exec(name)?.[0]
  if (wrong === undefined) return `a name that starts with "${name[0]}"`
  const codePoint = wrong.codePointAt(0) ?? 0
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')} in a name`
}

function causeOfFault<T extends Entry>(node: ScopeNode<T>, name: string): string {
  const twin = name.length > 256 ? undefined : findAlike(node, foldName(name))[0]
  return twin
    ? `Model providers do not accept it, and it looks like "${twin.name}" of ${twin.node.path}.`
    : 'Model providers do not accept it.'
}

/** Those of the same name, held in sight or earlier in the same offer, that `sameEntry` takes for the very same entry. */
function findSame<T extends Entry>(
  node: ScopeNode<T>,
  entry: T,
  name: string,
  earlier: readonly Consideration<T>[],
): readonly T[] {
  const { sameEntry } = node.tree.options
  if (!sameEntry) return []
  const twins = earlier.flatMap((one) => (one.ok && one.considered.name === name ? [one.considered.entry] : []))
  return [findHeld(node, name)?.entry, ...twins].filter((twin) => twin !== undefined).filter(isSame)

  function isSame(twin: T): boolean {
    try {
      return sameEntry?.(twin, entry) === true
    } catch {
      return false
    }
  }
}

type Admitted<T> = { readonly ok: true; readonly entry: T } | { readonly ok: false; readonly refusal: Refusal }

function admitSafely<T extends Entry>(admit: (candidate: unknown) => Admission<T>, candidate: unknown): Admitted<T> {
  try {
    const answer: unknown = admit(candidate)
    const admitted = readAdmission<T>(answer)
    if (admitted) return admitted
    return { ok: false, refusal: thrown('admit', 'The judge `admit` gave no proper answer', typeof answer) }
  } catch (error) {
    return { ok: false, refusal: thrown('admit', 'The judge `admit` threw', error) }
  }
}

/** Takes from a judge's answer what an admission holds, and nothing that it may hold besides. */
function readAdmission<T extends Entry>(answer: unknown): Admitted<T> | undefined {
  if (typeof answer !== 'object' || answer === null || !('ok' in answer)) return undefined
  if (answer.ok === true) {
    const entry: unknown = 'entry' in answer ? answer.entry : undefined
    return typeof entry === 'object' && entry !== null ? { ok: true, entry: entry as T } : undefined
  }
  if (answer.ok !== false || !isObjection(answer) || !('code' in answer)) return undefined
  const { code, found, cause, fix } = answer
  const { kind, name, path } = answer as { readonly [key: string]: unknown }
  if (typeof code !== 'string') return undefined
  return {
    ok: false,
    refusal: {
      code,
      ...(typeof kind === 'string' && { kind }),
      ...(typeof name === 'string' && { name: quoteName(name) }),
      ...(typeof path === 'string' && { where: quoteLine(path) }),
      found,
      cause,
      fix,
    },
  }
}

function validate<T extends Entry>(validator: Validator<T>, entry: T, node: ScopeNode<T>): Refusal | undefined {
  try {
    const answer: unknown = validator.check(entry, { path: node.path, kind: node.kind })
    if (answer === undefined) return undefined
    if (isThenable(answer)) answer.then(undefined, () => {})
    if (isObjection(answer)) {
      const { found, cause, fix } = answer
      return refusal('VALIDATOR_REFUSED', { kind: validator.name, found, cause, fix })
    }
    return thrown(validator.name, `Validator "${validator.name}" gave no proper answer`, typeof answer)
  } catch (error) {
    return thrown(validator.name, `Validator "${validator.name}" threw`, error)
  }
}

function isObjection(answer: unknown): answer is { found: string; cause: string; fix: string } {
  if (typeof answer !== 'object' || answer === null) return false
  const { found, cause, fix } = answer as { readonly [key: string]: unknown }
  return typeof found === 'string' && typeof cause === 'string' && typeof fix === 'string'
}

function thrown(kind: string, what: string, error: unknown): Refusal {
  return refusal('VALIDATOR_REFUSED', { kind, found: describeError(error), cause: `${what}, so it refuses.` })
}
