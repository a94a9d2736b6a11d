/**
 * The first half of judging: what depends on the candidate alone. All code that is not ours runs here, before the
 * tree is looked at. The law: whatever throws, or answers out of turn, refuses. @module
 */

import { isThenable } from './audit.ts'
import type { Admission, Entry, Validator } from './entry.ts'
import { foldName, isValidName, quoteName } from './names.ts'
import type { ScopeNode } from './node.ts'
import { definedPlace } from './place.ts'
import { type Refusal, refusal } from './refusal.ts'
import { findAlike } from './shelf.ts'
import type { Advisory, Place } from './verdict.ts'

/** A candidate that is an entry, with a name that could be held. */
export interface Considered<T extends Entry> {
  readonly entry: T | undefined
  readonly name: string
  readonly folded: string
  readonly place: Place | undefined
  readonly advisories: readonly Advisory[]
}

export type Consideration<T extends Entry> =
  | { readonly ok: true; readonly considered: Considered<T> }
  | { readonly ok: false; readonly refusal: Refusal; readonly place: Place | undefined }

export function considerCandidate<T extends Entry>(
  node: ScopeNode<T>,
  candidate: unknown,
  place: () => Place | undefined,
): Consideration<T> {
  const { options } = node.tree
  const admission = admitSafely(options.admit, candidate)
  if (!admission.ok) {
    const { path, ...facts } = admission
    return { ok: false, refusal: { ...refusalFields(facts), where: path }, place: place() }
  }
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
    return { ok: true, considered: { entry, name, folded: foldName(name), place: offered, advisories } }
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

function admitSafely<T extends Entry>(admit: (candidate: unknown) => Admission<T>, candidate: unknown): Admission<T> {
  try {
    const admission: unknown = admit(candidate)
    if (isAdmission<T>(admission)) return admission
    return { ok: false, ...thrown('admit', 'The judge `admit` gave no proper answer', typeof admission) }
  } catch (error) {
    return { ok: false, ...thrown('admit', 'The judge `admit` threw', error) }
  }
}

function isAdmission<T extends Entry>(answer: unknown): answer is Admission<T> {
  if (typeof answer !== 'object' || answer === null || !('ok' in answer)) return false
  if (answer.ok === true) return 'entry' in answer && typeof answer.entry === 'object' && answer.entry !== null
  return answer.ok === false && 'code' in answer && typeof answer.code === 'string'
}

/** Takes from a judge's answer what a refusal holds, and nothing that it may hold besides. */
function refusalFields(answer: Omit<Refusal, 'where'>): Refusal {
  const { code, kind, name, found, cause, fix } = answer
  return { code, kind, name: name === undefined ? undefined : quoteName(name), found, cause, fix }
}

function validate<T extends Entry>(validator: Validator<T>, entry: T, node: ScopeNode<T>): Refusal | undefined {
  try {
    const answer: unknown = validator.check(entry, { path: node.path, kind: node.kind })
    if (answer === undefined) return undefined
    if (isThenable(answer)) answer.then(undefined, () => {})
    if (isObjection(answer)) return refusal('VALIDATOR_REFUSED', { kind: validator.name, ...answer })
    return thrown(validator.name, `Validator "${validator.name}" gave no proper answer`, typeof answer)
  } catch (error) {
    return thrown(validator.name, `Validator "${validator.name}" threw`, error)
  }
}

function isObjection(answer: unknown): answer is { found: string; cause: string; fix: string } {
  return typeof answer === 'object' && answer !== null && 'found' in answer && 'cause' in answer && 'fix' in answer
}

function thrown(kind: string, what: string, error: unknown): Refusal {
  return refusal('VALIDATOR_REFUSED', { kind, found: describeError(error), cause: `${what}, so it refuses.` })
}
