/**
 * The entries that one scope holds itself, and the search for clashes in everything a scope can see, above and below.
 * The law: names are unique, and not confusable, within everything one scope can see. @module
 */

import type { Entry } from './entry.ts'
import type { ScopeNode } from './node.ts'
import type { Place, Trust } from './verdict.ts'

/** One held name. Its entry is absent while a factory has not made it. */
export interface Held<T extends Entry> {
  readonly node: ScopeNode<T>
  readonly name: string
  readonly folded: string
  readonly place: Place | undefined
  readonly origin: string | undefined
  trust: Trust
  readonly make: (() => unknown) | undefined
  making: 'idle' | 'making' | 'failed'
  entry: T | undefined
  active: boolean
}

export interface Shelf<T extends Entry> {
  readonly byName: Map<string, Held<T>>
  readonly byFolded: Map<string, Held<T>[]>
  /** The last full list, and the list of the scope above that it was merged with. */
  listed: { readonly above: readonly T[]; readonly list: readonly T[] } | undefined
}

export function putHeld<T extends Entry>(held: Held<T>): void {
  const { node, name, folded } = held
  held.active = true
  node.shelf ??= { byName: new Map(), byFolded: new Map(), listed: undefined }
  node.shelf.byName.set(name, held)
  const alike = node.shelf.byFolded.get(folded)
  if (alike) alike.push(held)
  else node.shelf.byFolded.set(folded, [held])
  node.shelf.listed = undefined
  node.tree.ledger.entries += 1
  if (!node.above) return
  const { heldBelowRoot } = node.tree
  const holders = heldBelowRoot.get(folded)
  if (holders) holders.add(held)
  else heldBelowRoot.set(folded, new Set([held]))
  for (let above: ScopeNode<T> | undefined = node.above; above; above = above.above) above.heldBelow += 1
}

/** Takes an entry out. Telling is the caller's. False when it was out already. */
export function takeHeld<T extends Entry>(held: Held<T>): boolean {
  const { node, name, folded } = held
  const shelf = node.shelf
  if (!held.active || !shelf) return false
  held.active = false
  shelf.byName.delete(name)
  const alike = shelf.byFolded.get(folded)?.filter((other) => other !== held)
  if (alike && alike.length > 0) shelf.byFolded.set(folded, alike)
  else shelf.byFolded.delete(folded)
  shelf.listed = undefined
  node.tree.ledger.entries -= 1
  if (node.above) {
    const holders = node.tree.heldBelowRoot.get(folded)
    holders?.delete(held)
    if (holders?.size === 0) node.tree.heldBelowRoot.delete(folded)
    for (let above: ScopeNode<T> | undefined = node.above; above; above = above.above) above.heldBelow -= 1
  }
  return true
}

/** The holder of exactly this name, in this scope or the nearest above. */
export function findHeld<T extends Entry>(node: ScopeNode<T>, name: string): Held<T> | undefined {
  for (let scope: ScopeNode<T> | undefined = node; scope; scope = scope.above) {
    const held = scope.shelf?.byName.get(name)
    if (held) return held
  }
  return undefined
}

/** Everyone in sight, from this scope up and then down, who holds this name or a confusable one. */
export function findAlike<T extends Entry>(node: ScopeNode<T>, folded: string): Held<T>[] {
  const alike: Held<T>[] = []
  for (let scope: ScopeNode<T> | undefined = node; scope; scope = scope.above) {
    const held = scope.shelf?.byFolded.get(folded)
    if (held) alike.push(...held)
  }
  // A scope with nothing held below it, which is nearly every one, is spared the search among its cousins.
  if (node.heldBelow === 0) return alike
  for (const held of node.tree.heldBelowRoot.get(folded) ?? []) {
    if (isBelow(held.node, node)) alike.push(held)
  }
  return alike
}

/** Whether a scope lies anywhere below another. */
export function isBelow<T extends Entry>(node: ScopeNode<T>, other: ScopeNode<T>): boolean {
  for (let scope = node.above; scope; scope = scope.above) if (scope === other) return true
  return false
}
