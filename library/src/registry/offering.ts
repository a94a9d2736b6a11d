/** Add, offer, replace, factories. The law: each candidate gets exactly one verdict, and an offer never throws. @module */

import { type Consideration, type Considered, considerCandidate, describeError, judgeName } from './admission.ts'
import { emit } from './audit.ts'
import type { Entry } from './entry.ts'
import { RegistryError } from './errors.ts'
import { foldName, quoteName } from './names.ts'
import type { ScopeNode } from './node.ts'
import { assertFunction, assertOneOf } from './options.ts'
import { announcePlan, applyPlan, type Plan, planPlacement, Staging, type Terms, trusts } from './placement.ts'
import { closedRefusal, type Refusal, recordVerdict, refusal } from './refusal.ts'
import type { AddOptions, OfferOptions, Registration, ReplaceOptions } from './registry.ts'
import { type Held, takeHeld } from './shelf.ts'
import type { Place, Verdict } from './verdict.ts'

type PlaceSource = () => Place | undefined

export function addEntry<T extends Entry>(
  node: ScopeNode<T>,
  candidate: unknown,
  options: AddOptions,
  place: PlaceSource,
): Registration {
  const terms = termsOf<T>('add', options)
  const consideration = considerOpen(node, candidate, place, terms)
  return registerPlan(node, planOf(node, consideration, terms), factsOf(consideration, terms))
}

export function replaceEntry<T extends Entry>(
  node: ScopeNode<T>,
  candidate: unknown,
  options: ReplaceOptions,
  place: PlaceSource,
): Registration {
  const plain = termsOf<T>('replace', options)
  const consideration = considerOpen(node, candidate, place, plain)
  const held = consideration.ok ? node.shelf?.byName.get(consideration.considered.name) : undefined
  const changed = consideration.ok && held ? judgeChange(node, held, consideration.considered, options) : undefined
  const terms = held ? { ...plain, replaces: { held, refusal: changed } } : plain
  return registerPlan(node, planOf(node, consideration, terms), factsOf(consideration, terms))
}

export function addFactory<T extends Entry>(
  node: ScopeNode<T>,
  name: string,
  make: () => unknown,
  options: AddOptions,
  place: PlaceSource,
): Registration {
  assertFunction('make', make)
  const terms: Terms<T> = { ...termsOf<T>('addFactory', options), make }
  const objection = node.phase === 'open' ? judgeName(node, name) : closedRefusal(node, terms.doing)
  const consideration: Consideration<T> = objection
    ? { ok: false, refusal: objection, place: place() }
    : { ok: true, considered: factoryOf(name, place()) }
  return registerPlan(node, planOf(node, consideration, terms), factsOf(consideration, terms))
}

export function offerEntries<T extends Entry>(
  node: ScopeNode<T>,
  candidates: Iterable<unknown>,
  options: OfferOptions,
  place: PlaceSource,
): readonly Verdict[] {
  const { trust = 'code' } = options
  if (!trusts.includes(trust)) return [recordVerdict(node, { verdict: 'refused', ...trustRefusal(trust) })]
  const terms = termsOf<T>('offer', options)
  if (options.atomic) return offerAtomically(node, candidates, terms, place)
  const verdicts: Verdict[] = []
  const fault = readCandidates(node, candidates, (candidate) => {
    const consideration = considerOpen(node, candidate, place, terms)
    const plan = planOf(node, consideration, terms)
    applyPlan(plan)
    verdicts.push(announcePlan(node, plan, factsOf(consideration, terms)))
  })
  if (fault) verdicts.push(recordVerdict(node, { verdict: 'refused', ...originOf(terms), ...fault }))
  return verdicts
}

/** Makes the entry of a factory, unless it is being made now. A failure is a recorded refusal. */
export function makeHeld<T extends Entry>(held: Held<T>): T | undefined {
  const { node, make } = held
  if (!make || held.making === 'making') return undefined
  held.making = 'making'
  const failure = makeOnce(held, make)
  held.making = failure ? 'failed' : 'idle'
  if (!failure) {
    emit(node, { type: 'made', name: held.name })
    return held.entry
  }
  const { ledger, clock } = node.tree
  ledger.countIncident('FACTORY_FAILING', node.path, clock.now())
  const { name, origin, trust, place } = held
  recordVerdict(node, { verdict: 'refused', ...failure, name, origin, trust, offered: place })
  return undefined
}

function makeOnce<T extends Entry>(held: Held<T>, make: () => unknown): Refusal | undefined {
  const { node, name } = held
  let candidate: unknown
  try {
    candidate = make()
  } catch (error) {
    return refusal('FACTORY_FAILED', { name, found: describeError(error), cause: `The factory of "${name}" threw.` })
  }
  const consideration = considerCandidate(node, candidate, () => held.place)
  if (!consideration.ok) return consideration.refusal
  const { considered } = consideration
  if (considered.name !== name) {
    const cause = `The factory of "${name}" made an entry of another name.`
    return refusal('FACTORY_FAILED', { name, found: `the name "${considered.name}"`, cause })
  }
  if (!held.active) {
    const cause = `"${name}" was withdrawn while its factory was at work.`
    return refusal('FACTORY_FAILED', { name, found: 'an entry that is made too late', cause })
  }
  held.entry = considered.entry
  if (node.shelf) node.shelf.listed = undefined
  const { ledger, clock } = node.tree
  for (const { code } of considered.advisories) ledger.countAdvisory(code, node.path, clock.now())
  return undefined
}

function offerAtomically<T extends Entry>(
  node: ScopeNode<T>,
  candidates: Iterable<unknown>,
  terms: Terms<T>,
  place: PlaceSource,
): readonly Verdict[] {
  const considerations: Consideration<T>[] = []
  const fault = readCandidates(node, candidates, (candidate) => {
    considerations.push(considerOpen(node, candidate, place, terms, considerations))
  })
  const staging = new Staging<T>()
  const plans = considerations.map((consideration) => {
    const plan = planOf(node, consideration, terms, staging)
    if (plan.step === 'put') staging.add(node, plan)
    return plan
  })
  const isSound = !fault && plans.every((plan) => plan.step !== 'refuse')
  const outcomes = isSound ? plans : plans.map(refuseAlong)
  for (const plan of outcomes) applyPlan(plan)
  const verdicts = considerations.map((consideration, index) =>
    announcePlan(node, outcomes[index] ?? refuseAlong(undefined), factsOf(consideration, terms)),
  )
  if (fault) verdicts.push(recordVerdict(node, { verdict: 'refused', ...originOf(terms), ...fault }))
  return verdicts
}

/** What becomes of a candidate in an atomic offer in which another was refused. */
function refuseAlong<T extends Entry>(plan: Plan<T> | undefined): Plan<T> {
  if (plan?.step === 'refuse') return plan
  if (plan?.step === 'keep' && plan.held.active) return { ...plan, trust: undefined }
  const cause = 'The offer is atomic, and another of its candidates was refused.'
  return { step: 'refuse', refusal: refusal('OFFER_REFUSED', { found: 'a candidate that is sound by itself', cause }) }
}

/** Reads what may be no iterable, may throw, and may never end. */
function readCandidates<T extends Entry>(
  node: ScopeNode<T>,
  candidates: Iterable<unknown>,
  each: (candidate: unknown) => void,
): Refusal | undefined {
  const { maxOffered = 10_000 } = node.tree.options
  let count = 0
  try {
    for (const candidate of candidates) {
      count += 1
      if (count > maxOffered) {
        const cause = `An offer is read up to ${maxOffered} candidates; the rest was not looked at.`
        return refusal('OFFER_UNREADABLE', { found: `more than ${maxOffered} candidates`, cause })
      }
      each(candidate)
    }
    return undefined
  } catch (error) {
    const cause = `Reading the candidates failed after ${count}.`
    return refusal('OFFER_UNREADABLE', { found: describeError(error), cause })
  }
}

/** A closed scope asks nothing of a candidate. */
function considerOpen<T extends Entry>(
  node: ScopeNode<T>,
  candidate: unknown,
  place: PlaceSource,
  terms: Terms<T>,
  earlier?: readonly Consideration<T>[],
): Consideration<T> {
  if (node.phase !== 'open') return { ok: false, refusal: closedRefusal(node, terms.doing), place: place() }
  return considerCandidate(node, candidate, place, earlier)
}

function planOf<T extends Entry>(
  node: ScopeNode<T>,
  consideration: Consideration<T>,
  terms: Terms<T>,
  staging?: Staging<T>,
): Plan<T> {
  if (!consideration.ok) return { step: 'refuse', refusal: consideration.refusal }
  return planPlacement(node, consideration.considered, terms, staging)
}

function registerPlan<T extends Entry>(
  node: ScopeNode<T>,
  plan: Plan<T>,
  facts: Pick<Verdict, 'name' | 'offered' | 'origin' | 'trust'>,
): Registration {
  applyPlan(plan)
  const verdict = announcePlan(node, plan, facts)
  if (plan.step === 'refuse') throw new RegistryError(verdict)
  const held = plan.step === 'put' ? plan.held : undefined
  const withdraw = (): boolean => held !== undefined && withdrawHeld(held)
  return {
    name: plan.held.name,
    verdict,
    get active() {
      return held?.active ?? false
    },
    withdraw,
    [Symbol.dispose]: () => void withdraw(),
  }
}

function withdrawHeld<T extends Entry>(held: Held<T>): boolean {
  const { node, name } = held
  if (!held.active) return false
  if (node.frozen) {
    const cause = `"${node.path}" was frozen, as a catalogue is once it is complete.`
    const why = refusal('REGISTRY_FROZEN', { name, found: 'a withdrawal from a frozen scope', cause })
    recordVerdict(node, { verdict: 'refused', ...why })
    return false
  }
  takeHeld(held)
  emit(node, { type: 'withdrawn', name, why: 'withdrawn' })
  return true
}

function judgeChange<T extends Entry>(
  node: ScopeNode<T>,
  held: Held<T>,
  considered: Considered<T>,
  options: ReplaceOptions,
): Refusal | undefined {
  const { fingerprint } = node.tree.options
  const { name, entry } = considered
  if (!fingerprint || options.allowChange || !held.entry || !entry) return undefined
  const existing = {
    existingName: held.name,
    existingPath: node.path,
    ...(held.place && { existing: held.place }),
  }
  try {
    const [before, after] = [fingerprint(held.entry), fingerprint(entry)]
    if (before === after) return undefined
    const cause = 'What people have seen and approved is no longer what it would do.'
    return refusal('FINGERPRINT_CHANGED', { name, ...existing, found: `${after} in the place of ${before}`, cause })
  } catch (error) {
    const cause = 'The fingerprints could not be compared.'
    return refusal('FINGERPRINT_CHANGED', { name, ...existing, found: describeError(error), cause })
  }
}

function factoryOf<T extends Entry>(name: string, place: Place | undefined): Considered<T> {
  return { entry: undefined, name, folded: foldName(name), place, advisories: [], sameAs: [] }
}

/** @throws {@link RangeError} for a word that is no trust: it would compare as neither more nor less. */
function termsOf<T extends Entry>(doing: string, { origin, trust = 'code' }: AddOptions): Terms<T> {
  assertOneOf('trust', trust, trusts)
  return { doing, origin, trust }
}

function trustRefusal(trust: unknown): Refusal {
  const found = `the trust ${typeof trust === 'string' ? `"${quoteName(trust)}"` : `of type ${typeof trust}`}`
  const fix = `Offer with \`trust\` as one of ${trusts.join(', ')}.`
  return refusal('OFFER_UNREADABLE', { found, cause: 'Who wins a name is not known, so nothing was looked at.', fix })
}

function originOf<T extends Entry>({ origin, trust }: Terms<T>): Pick<Verdict, 'origin' | 'trust'> {
  return origin === undefined ? { trust } : { origin, trust }
}

function factsOf<T extends Entry>(
  consideration: Consideration<T>,
  terms: Terms<T>,
): Pick<Verdict, 'name' | 'offered' | 'origin' | 'trust'> {
  const offered = consideration.ok ? consideration.considered.place : consideration.place
  const name = consideration.ok ? consideration.considered.name : consideration.refusal.name
  return {
    ...originOf(terms),
    ...(name !== undefined && { name: consideration.ok ? name : quoteName(name) }),
    ...(offered && { offered }),
  }
}
