/**
 * A scope to look at, and those below it. The law: looking changes nothing, counts nothing and keeps nothing alive.
 * @module
 */

import type { Entry } from './entry.ts'
import type { ScopeNode } from './node.ts'
import type { Place, Trust } from './verdict.ts'

/** As it is while it is looked at: take from it what is shown, and keep no view for later. */
export interface ScopeView<T extends Entry> {
  /** Counts up by one with every scope of the tree: the order they were opened in, and never the same twice. */
  readonly id: number
  readonly name: string
  readonly kind: string
  readonly path: string
  /** Milliseconds since the epoch. */
  readonly openedAt: number
  readonly frozen: boolean
  /** It has started to close, and is not closed yet. */
  readonly closing: boolean
  /** How many entries it holds itself. */
  readonly entryCount: number
  /** How many things it owns. */
  readonly holdingCount: number
  /** Its own entries, in the order of their names. */
  entries(): readonly EntryView<T>[]
  /** What each thing is that it owns, oldest first. */
  holdings(): readonly string[]
  /** Those right below, closing ones too, in the order they were opened in. */
  children(): Iterable<ScopeView<T>>
}

export interface EntryView<T extends Entry> {
  readonly name: string
  /** Absent while its factory has not made it. */
  readonly entry: T | undefined
  readonly origin: string | undefined
  readonly trust: Trust
  /** Where it was defined, or else offered. */
  readonly place: Place | undefined
}

/** Made for each scope of a tree of thousands, hence a class: it holds the node, and makes the rest when it is asked for. */
export class NodeView<T extends Entry> implements ScopeView<T> {
  readonly #node: ScopeNode<T>

  constructor(node: ScopeNode<T>) {
    this.#node = node
  }

  get id(): number {
    return this.#node.id
  }

  get name(): string {
    return this.#node.name
  }

  get kind(): string {
    return this.#node.kind
  }

  get path(): string {
    return this.#node.path
  }

  get openedAt(): number {
    return this.#node.openedAt
  }

  get frozen(): boolean {
    return this.#node.frozen
  }

  get closing(): boolean {
    return this.#node.phase !== 'open'
  }

  get entryCount(): number {
    return this.#node.shelf?.byName.size ?? 0
  }

  get holdingCount(): number {
    return this.#node.holdings?.owned.size ?? 0
  }

  entries(): readonly EntryView<T>[] {
    return [...(this.#node.shelf?.byName.values() ?? [])]
      .map(({ name, entry, origin, trust, place }) => ({ name, entry, origin, trust, place }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  holdings(): readonly string[] {
    return Array.from(this.#node.holdings?.owned.values() ?? [], ({ what }) => what)
  }

  *children(): Iterable<ScopeView<T>> {
    for (const child of this.#node.below ?? []) yield new NodeView(child)
  }
}
