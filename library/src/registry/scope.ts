/**
 * The handle of a scope: what callers hold, and the only thing they hold. The law: the tree never holds a handle, and
 * a handle holds those above it, so one that is dropped unclosed is noticed. @module
 */

import { type AuditListener, emit, type SubscribeOptions, subscribe } from './audit.ts'
import { closeNode } from './closing.ts'
import type { Entry, Filter } from './entry.ts'
import { assessHealth, type RegistryHealth } from './health.ts'
import { addCleanup, disownResource, instanceOf, ownResource } from './holdings.ts'
import { getEntry, listEntries, listFiltered } from './listing.ts'
import type { RegistryMetrics } from './metrics.ts'
import { ScopeNode, trialTree } from './node.ts'
import { addEntry, addFactory, offerEntries, replaceEntry } from './offering.ts'
import { assertCount, assertText } from './options.ts'
import { capturePlace } from './place.ts'
import { assertOpen } from './refusal.ts'
import type {
  AddOptions,
  CloseReport,
  OfferOptions,
  Registration,
  Registry,
  ReplaceOptions,
  ScopeOptions,
  ScopeSnapshot,
} from './registry.ts'
import { findHeld } from './shelf.ts'
import { snapshotNode } from './snapshot.ts'
import type { Place, Verdict } from './verdict.ts'
import { NodeView, type ScopeView } from './view.ts'

/** A hot object, hence a class: no closures are made when one of ten thousand connections opens its scope. */
export class Scope<T extends Entry> implements Registry<T> {
  readonly #node: ScopeNode<T>
  readonly parent: Registry<T> | undefined

  constructor(node: ScopeNode<T>, parent: Registry<T> | undefined) {
    this.#node = node
    this.parent = parent
    node.handle = new WeakRef(this)
    node.tree.ledger.kind(node.kind).opened += 1
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

  get closed(): boolean {
    return this.#node.phase !== 'open'
  }

  get frozen(): boolean {
    return this.#node.frozen
  }

  add(candidate: unknown, options: AddOptions = {}): Registration {
    return addEntry(this.#node, candidate, options, () => callerOf('add'))
  }

  offer(candidates: Iterable<unknown>, options: OfferOptions = {}): readonly Verdict[] {
    const place = callerOf('offer')
    return offerEntries(this.#node, candidates, options, () => place)
  }

  replace(candidate: unknown, options: ReplaceOptions = {}): Registration {
    return replaceEntry(this.#node, candidate, options, () => callerOf('replace'))
  }

  addFactory(name: string, make: () => unknown, options: AddOptions = {}): Registration {
    return addFactory(this.#node, name, make, options, () => callerOf('addFactory'))
  }

  get(name: string): T | undefined {
    assertOpen(this.#node, 'get')
    return getEntry(this.#node, name)
  }

  has(name: string): boolean {
    assertOpen(this.#node, 'has')
    const isHeld = findHeld(this.#node, name) !== undefined
    if (isHeld) this.#node.tree.ledger.hits += 1
    else this.#node.tree.ledger.misses += 1
    return isHeld
  }

  list(filter?: Filter<T>): readonly T[] {
    assertOpen(this.#node, 'list')
    this.#node.tree.ledger.lists += 1
    return filter ? listFiltered(this.#node, filter) : listEntries(this.#node)
  }

  open(options: ScopeOptions): Registry<T> {
    const above = this.#node
    assertOpen(above, 'open')
    const {
      name,
      kind = 'scope',
      maxEntries = above.tree.options.maxEntriesPerScope ?? Number.POSITIVE_INFINITY,
    } = options
    const { closeDeadlineMs = above.closeDeadlineMs } = options
    assertText('name', name)
    assertText('kind', kind)
    assertCount('maxEntries', maxEntries)
    assertCount('closeDeadlineMs', closeDeadlineMs)
    const tree = options.trial ? trialTree(above.tree) : above.tree
    const node = new ScopeNode(tree, above, { name, kind, maxEntries, closeDeadlineMs })
    above.below ??= new Set()
    above.below.add(node)
    const scope = new Scope(node, this)
    above.tree.finalizers.register(scope, node, node)
    emit(node, { type: 'opened', kind })
    return scope
  }

  nearest(kind: string): Registry<T> | undefined {
    return this.kind === kind ? this : this.parent?.nearest(kind)
  }

  *children(): Iterable<Registry<T>> {
    for (const child of this.#node.below ?? []) {
      const handle = child.handle?.deref()
      if (handle && child.phase === 'open') yield handle
    }
  }

  own<R extends Disposable | AsyncDisposable>(resource: R, what = 'resource'): R {
    ownResource(this.#node, resource, what)
    return resource
  }

  disown(resource: Disposable | AsyncDisposable): boolean {
    return disownResource(this.#node, resource)
  }

  onClose(run: () => unknown, what = 'clean-up'): Disposable {
    return addCleanup(this.#node, run, what)
  }

  instance<R>(key: object, make: (signal: AbortSignal) => R | Promise<R>, what = 'instance'): Promise<R> {
    return instanceOf(this.#node, key, make, what)
  }

  freeze(): void {
    assertOpen(this.#node, 'freeze')
    if (this.#node.frozen) return
    this.#node.frozen = true
    emit(this.#node, { type: 'frozen' })
  }

  metrics(): RegistryMetrics {
    const { ledger, clock, listening } = this.#node.tree
    return ledger.metrics(clock.now(), listening)
  }

  health(): RegistryHealth {
    let root = this.#node
    while (root.above) root = root.above
    return assessHealth(root)
  }

  inspect(): ScopeView<T> {
    return new NodeView(this.#node)
  }

  snapshot({ maxScopes = 1000 }: { readonly maxScopes?: number | undefined } = {}): ScopeSnapshot {
    return snapshotNode(this.#node, { left: maxScopes })
  }

  subscribe(listener: AuditListener, { maxQueued = 1024 }: SubscribeOptions = {}): Disposable {
    assertOpen(this.#node, 'subscribe')
    assertCount('maxQueued', maxQueued, 1)
    return subscribe(this.#node, listener, maxQueued)
  }

  close(reason = 'close() was called'): Promise<CloseReport> {
    return closeNode(this.#node, reason)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close('it was disposed')
  }
}

/** Where the method that is being carried out was called from. */
function callerOf(method: 'add' | 'offer' | 'replace' | 'addFactory'): Place | undefined {
  const entryPoint: unknown = Reflect.get(Scope.prototype, method)
  return typeof entryPoint === 'function' ? capturePlace(entryPoint as () => unknown) : undefined
}
