/**
 * The second half of judging: what depends on the tree. From the first look to the last change no foreign code runs,
 * so nothing can move in between. The law: the first stays, unless it came with less trust; nothing below hides what
 * lies above. @module
 */

import { advisoryOf, type Considered } from './admission.ts'
import { emit } from './audit.ts'
import type { Entry } from './entry.ts'
import type { ScopeNode } from './node.ts'
import { closedRefusal, type Refusal, recordVerdict, refusal } from './refusal.ts'
import { findAlike, findHeld, type Held, isBelow, putHeld, takeHeld } from './shelf.ts'
import type { Advisory, Trust, Verdict } from './verdict.ts'

export type Put<T extends Entry> = Extract<Plan<T>, { step: 'put' }>

/** The conditions a candidate comes with. */
export interface Terms<T extends Entry> {
  readonly doing: string
  readonly origin: string | undefined
  readonly trust: Trust
  /** For a replacement: whose place is taken, and whether its fingerprint changed. */
  readonly replaces?: { readonly held: Held<T>; readonly refusal: Refusal | undefined } | undefined
  readonly make?: (() => unknown) | undefined
}

export type Plan<T extends Entry> =
  | { readonly step: 'refuse'; readonly refusal: Refusal }
  /** `trust` is set when the offer has more of it than the holder: the same entry, now vouched for by more. */
  | { readonly step: 'keep'; readonly held: Held<T>; readonly trust: Trust | undefined }
  | {
      readonly step: 'put'
      readonly held: Held<T>
      readonly replaced: Held<T> | undefined
      readonly displaced: readonly Held<T>[]
      readonly advisories: readonly Advisory[]
    }

const rank: Readonly<Record<Trust, number>> = { client: 0, source: 1, code: 2 }
export const trusts: readonly Trust[] = ['code', 'source', 'client']

/** What an atomic offer has planned so far: none of it is in the tree yet. */
export class Staging<T extends Entry> {
  readonly byName: Map<string, Held<T>> = new Map()
  readonly byFolded: Map<string, Held<T>[]> = new Map()
  readonly displaced: Set<Held<T>> = new Set()
  /** By how many entries the scope itself grows. */
  growth = 0

  add(node: ScopeNode<T>, { held, displaced }: Put<T>): void {
    this.byName.set(held.name, held)
    this.byFolded.set(held.folded, [...(this.byFolded.get(held.folded) ?? []), held])
    this.growth += 1
    for (const loser of displaced) {
      this.displaced.add(loser)
      if (loser.node === node) this.growth -= 1
    }
  }
}

/** Decides without changing anything. `staging` is what was planned before it in the same atomic offer. */
export function planPlacement<T extends Entry>(
  node: ScopeNode<T>,
  considered: Considered<T>,
  terms: Terms<T>,
  staging?: Staging<T>,
): Plan<T> {
  const { name, folded, entry, sameAs } = considered
  if (node.phase !== 'open') return { step: 'refuse', refusal: { ...closedRefusal(node, terms.doing), name } }
  const twin = findHeld(node, name) ?? staging?.byName.get(name)
  if (twin?.entry && (twin.entry === entry || sameAs.includes(twin.entry))) {
    const isRaised = twin.node === node && rank[terms.trust] > rank[twin.trust]
    return { step: 'keep', held: twin, trust: isRaised ? terms.trust : undefined }
  }
  if (node.frozen) return { step: 'refuse', refusal: frozenRefusal(node, name) }
  const replaced = terms.replaces?.held.active ? terms.replaces.held : undefined
  if (replaced && rank[terms.trust] < rank[replaced.trust]) {
    return { step: 'refuse', refusal: clashRefusal(node, name, replaced) }
  }
  if (replaced && terms.replaces?.refusal) return { step: 'refuse', refusal: terms.replaces.refusal }

  const alike = [...findAlike(node, folded), ...(staging?.byFolded.get(folded) ?? [])]
  const displaced: Held<T>[] = []
  const advisories: Advisory[] = [...considered.advisories]
  // The same name first: it says more than a similar one, and no mode lets it pass.
  for (const held of alike.sort((a, b) => Number(b.name === name) - Number(a.name === name))) {
    if (held === replaced || staging?.displaced.has(held)) continue
    if (yields(node, held, terms.trust)) {
      displaced.push(held)
      continue
    }
    const clash = clashRefusal(node, name, held)
    if (clash.code !== 'NAME_CONFUSABLE' || node.tree.options.mode !== 'report') {
      return { step: 'refuse', refusal: clash }
    }
    advisories.push(advisoryOf(clash))
  }

  const leaving = displaced.filter((held) => held.node === node).length + (replaced ? 1 : 0)
  const size = (node.shelf?.byName.size ?? 0) + (staging?.growth ?? 0) - leaving
  if (size >= node.maxEntries) return { step: 'refuse', refusal: fullRefusal(node, name, size) }
  return { step: 'put', held: newHeld(node, considered, terms), replaced, displaced, advisories }
}

/** Carries a plan out. Nobody is told yet, so that several plans can be carried out as one. */
export function applyPlan<T extends Entry>(plan: Plan<T>): void {
  if (plan.step === 'keep' && plan.trust) plan.held.trust = plan.trust
  if (plan.step !== 'put') return
  if (plan.replaced) takeHeld(plan.replaced)
  for (const held of plan.displaced) takeHeld(held)
  putHeld(plan.held)
}

/** Tells what became of a plan that was carried out, or refused. */
export function announcePlan<T extends Entry>(
  node: ScopeNode<T>,
  plan: Plan<T>,
  facts: Pick<Verdict, 'name' | 'offered' | 'origin' | 'trust'>,
): Verdict {
  switch (plan.step) {
    case 'refuse':
      return recordVerdict(node, {
        verdict: 'refused',
        ...facts,
        ...plan.refusal,
        name: plan.refusal.name ?? facts.name,
      })
    case 'keep':
      return recordVerdict(node, { verdict: 'unchanged', ...facts, ...holderFacts(plan.held) })
    case 'put':
      for (const { node: loser, name } of plan.displaced) emit(loser, { type: 'withdrawn', name, why: 'displaced' })
      return recordVerdict(node, {
        verdict: plan.replaced ? 'replaced' : 'admitted',
        ...facts,
        ...(plan.held.make && { kind: 'factory' }),
        ...(plan.replaced && holderFacts(plan.replaced)),
        ...(plan.advisories[0] && { advisory: plan.advisories[0].code, advisories: plan.advisories }),
      })
    default:
      return plan satisfies never
  }
}

function newHeld<T extends Entry>(node: ScopeNode<T>, considered: Considered<T>, terms: Terms<T>): Held<T> {
  const { name, folded, entry, place } = considered
  const { origin, trust, make } = terms
  return { node, name, folded, place, origin, trust, make, making: 'idle', entry, active: false }
}

/** Whether a holder gives way: to more trust only, never to what is below it, and not out of a frozen scope. */
function yields<T extends Entry>(node: ScopeNode<T>, held: Held<T>, trust: Trust): boolean {
  if (rank[trust] <= rank[held.trust] || held.node.frozen) return false
  return held.node === node || isBelow(held.node, node)
}

function clashRefusal<T extends Entry>(node: ScopeNode<T>, name: string, held: Held<T>): Refusal {
  const facts = { name, found: `the name "${name}"`, ...holderFacts(held) }
  const from = held.origin === undefined ? '' : ` It came from ${held.origin}.`
  if (held.name !== name) {
    const cause = `It differs from "${held.name}" only in case, "-" and "_", and a model would confuse the two.${from}`
    return refusal('NAME_CONFUSABLE', { ...facts, cause })
  }
  if (held.node === node) {
    return refusal('NAME_TAKEN', { ...facts, cause: `Another entry of this scope was there first.${from}` })
  }
  if (isBelow(held.node, node)) {
    return refusal('NAME_TAKEN', { ...facts, cause: `A scope below holds it and would hide this one.${from}` })
  }
  return refusal('NAME_SHADOWS', { ...facts, cause: `A scope above holds it, and this one would hide it.${from}` })
}

function frozenRefusal<T extends Entry>(node: ScopeNode<T>, name: string): Refusal {
  const cause = `"${node.path}" was frozen, as a catalogue is once it is complete.`
  return refusal('REGISTRY_FROZEN', { name, found: 'a change to a frozen scope', cause })
}

function fullRefusal<T extends Entry>(node: ScopeNode<T>, name: string, size: number): Refusal {
  const cause = `The scope may hold ${node.maxEntries} entries.`
  return refusal('SCOPE_FULL', { name, found: `a scope with ${size} entries`, cause })
}

function holderFacts<T extends Entry>(held: Held<T>): Pick<Verdict, 'existing' | 'existingName' | 'existingPath'> {
  return { existingName: held.name, existingPath: held.node.path, ...(held.place && { existing: held.place }) }
}
