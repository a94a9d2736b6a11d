/**
 * The inside of a scope, apart from the handle that callers hold: the tree keeps the nodes, and never the handles, so
 * that a handle dropped without `close` is collected, noticed, and its node closed. The law: an empty scope owns no
 * collection. @module
 */

import type { Subscriber } from './audit.ts'
import type { Entry } from './entry.ts'
import type { Holdings } from './holdings.ts'
import { Ledger } from './ledger.ts'
import type { CloseReport, Registry, RegistryClock, RegistryOptions } from './registry.ts'
import type { Held, Shelf } from './shelf.ts'

/** What all scopes of one registry share. */
export interface Tree<T extends Entry> {
  readonly options: RegistryOptions<T>
  readonly clock: RegistryClock
  readonly ledger: Ledger
  readonly reserved: ReadonlySet<string>
  readonly finalizers: FinalizationRegistry<ScopeNode<T>>
  /** By folded name: who holds it in scopes other than the root. */
  readonly heldBelowRoot: Map<string, Set<Held<T>>>
  /** Filtered lists, by the list they were made of. */
  readonly filtered: WeakMap<readonly T[], Map<string, readonly T[]>>
  /** The number of audit listeners anywhere in the tree. */
  listening: number
  /** The number of the last audit record. */
  seq: number
  /** The number of the last scope that was opened. */
  lastId: number
}

/** A hot object: ten thousand of them are open at once. */
export class ScopeNode<T extends Entry> {
  readonly id: number
  readonly tree: Tree<T>
  readonly above: ScopeNode<T> | undefined
  readonly name: string
  readonly kind: string
  readonly openedAt: number
  readonly maxEntries: number
  readonly closeDeadlineMs: number

  phase: 'open' | 'closing' | 'closed' = 'open'
  frozen = false
  /** How many entries the scopes below hold. */
  heldBelow = 0
  below: Set<ScopeNode<T>> | undefined = undefined
  shelf: Shelf<T> | undefined = undefined
  holdings: Holdings | undefined = undefined
  subscribers: Set<Subscriber> | undefined = undefined
  handle: WeakRef<Registry<T>> | undefined = undefined
  closing: Promise<CloseReport> | undefined = undefined
  closeReason: string | undefined = undefined
  #path: string | undefined = undefined

  constructor(tree: Tree<T>, above: ScopeNode<T> | undefined, options: NodeOptions) {
    tree.lastId += 1
    this.id = tree.lastId
    this.tree = tree
    this.above = above
    this.name = options.name
    this.kind = options.kind
    this.maxEntries = options.maxEntries
    this.closeDeadlineMs = options.closeDeadlineMs
    this.openedAt = tree.clock.now()
  }

  get path(): string {
    this.#path ??= this.above
      ? `${this.above.path}/${escapePart(this.kind, unfitInKind)}:${escapePart(this.name)}`
      : escapePart(this.name)
    return this.#path
  }
}

/**
 * What the scopes of a trial share: they see all that the others see, and leave no trace among them. Not in their counts,
 * not in the audit stream, and not among the names that are taken below.
 */
export function trialTree<T extends Entry>(tree: Tree<T>): Tree<T> {
  return { ...tree, ledger: new Ledger(tree.clock.now()), heldBelowRoot: new Map(), listening: 0, seq: 0 }
}

export interface NodeOptions {
  readonly name: string
  readonly kind: string
  readonly maxEntries: number
  readonly closeDeadlineMs: number
}

const unfit = /[/%\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu
const unfitInKind = /[:/%\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu

/** Keeps a path readable and unambiguous whatever a scope is called. */
function escapePart(text: string, pattern: RegExp = unfit): string {
  return text.search(pattern) < 0 ? text : text.replace(pattern, (char) => encodeURIComponent(char))
}
