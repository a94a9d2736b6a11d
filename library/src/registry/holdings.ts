/**
 * What a scope owns: resources, clean-ups and instances. The law: everything opened is owned, and is disposed once.
 * @module
 */

import { emit, isThenable } from './audit.ts'
import type { Entry } from './entry.ts'
import type { ScopeNode } from './node.ts'
import { assertOpen, closedRefusal, refused } from './refusal.ts'

export interface Holding {
  readonly what: string
  readonly dispose: () => unknown
}

export interface Holdings {
  /** By the thing owned, oldest first. */
  readonly owned: Map<object, Holding>
  readonly instances: Map<object, Promise<unknown>>
  /** Instances that are being made. Each key settles without rejecting. */
  readonly making: Map<Promise<void>, Making>
}

/** An instance that is being made, and, when it came too late to be used, how its disposal went. */
export interface Making {
  readonly what: string
  /** Aborted when its scope starts to close. */
  readonly ending: AbortController
  disposed: 'not' | 'well' | 'badly'
  error: unknown
}

export function ownResource<T extends Entry>(node: ScopeNode<T>, resource: unknown, what: string): void {
  const holding = holdingOf(resource, what)
  if (!holding) {
    throw new TypeError(`Expected \`resource\` to have Symbol.dispose or Symbol.asyncDispose, got ${typeof resource}`)
  }
  if (node.phase !== 'open') {
    const refusal = refused(node, closedRefusal(node, `own("${what}")`))
    node.tree.ledger.resourcesOpened += 1
    void disposeHolding(node, holding)
    throw refusal
  }
  hold(node, holding.resource, holding)
}

export function disownResource<T extends Entry>(node: ScopeNode<T>, resource: object): boolean {
  if (!node.holdings?.owned.delete(resource)) return false
  node.tree.ledger.resourcesDisowned += 1
  return true
}

export function addCleanup<T extends Entry>(node: ScopeNode<T>, run: () => unknown, what: string): Disposable {
  assertOpen(node, `onClose("${what}")`)
  const key = {}
  hold(node, key, { what, dispose: run })
  return { [Symbol.dispose]: () => void disownResource(node, key) }
}

export function instanceOf<T extends Entry, R>(
  node: ScopeNode<T>,
  key: object,
  make: (signal: AbortSignal) => R | Promise<R>,
  what: string,
): Promise<R> {
  if (node.phase !== 'open') return Promise.reject(refused(node, closedRefusal(node, `instance("${what}")`)))
  const holdings = holdingsOf(node)
  const known = holdings.instances.get(key)
  // The one that made an entry under this key decided its type; keys are not shared between types.
  if (known) return known as Promise<R>
  const making: Making = { what, ending: new AbortController(), disposed: 'not', error: undefined }
  const instance = makeInstance(node, make, making)
  holdings.instances.set(key, instance)
  const settled: Promise<void> = instance.then(
    () => void holdings.making.delete(settled),
    () => {
      holdings.making.delete(settled)
      if (holdings.instances.get(key) === instance) holdings.instances.delete(key)
    },
  )
  holdings.making.set(settled, making)
  return instance
}

/** Disposes one holding. Resolves when that is over, never rejects; answers with the fault, if any. */
export function disposeHolding<T extends Entry>(
  node: ScopeNode<T>,
  { what, dispose }: Holding,
): Promise<{ readonly error: unknown } | undefined> | { readonly error: unknown } | undefined {
  const { ledger, clock } = node.tree
  const failed = (error: unknown): { readonly error: unknown } => {
    ledger.resourcesClosed += 1
    ledger.resourcesFailed += 1
    ledger.countIncident('CLEANUP_FAILED', node.path, clock.now())
    emit(node, { type: 'cleanup_failed', what, error })
    return { error }
  }
  try {
    const answer = dispose()
    if (!isThenable(answer)) {
      ledger.resourcesClosed += 1
      return undefined
    }
    return Promise.resolve(answer).then(() => {
      ledger.resourcesClosed += 1
      return undefined
    }, failed)
  } catch (error) {
    return failed(error)
  }
}

async function makeInstance<T extends Entry, R>(
  node: ScopeNode<T>,
  make: (signal: AbortSignal) => R | Promise<R>,
  making: Making,
): Promise<R> {
  const { what, ending } = making
  // A tick later, the instance is on record, and a make that asks for it again does not make another.
  await Promise.resolve()
  assertOpen(node, `instance("${what}")`)
  const made = await make(ending.signal)
  const holding = holdingOf(made, what)
  if (node.phase === 'open') {
    if (holding) hold(node, holding.resource, holding)
    return made
  }
  if (holding) {
    node.tree.ledger.resourcesOpened += 1
    const fault = await disposeHolding(node, holding)
    making.disposed = fault ? 'badly' : 'well'
    making.error = fault?.error
  }
  throw refused(node, closedRefusal(node, `instance("${what}")`))
}

function hold<T extends Entry>(node: ScopeNode<T>, key: object, holding: Holding): void {
  const { owned } = holdingsOf(node)
  if (owned.has(key)) return
  owned.set(key, holding)
  node.tree.ledger.resourcesOpened += 1
}

function holdingsOf<T extends Entry>(node: ScopeNode<T>): Holdings {
  node.holdings ??= { owned: new Map(), instances: new Map(), making: new Map() }
  return node.holdings
}

function holdingOf(resource: unknown, what: string): (Holding & { readonly resource: object }) | undefined {
  if ((typeof resource !== 'object' && typeof resource !== 'function') || resource === null) return undefined
  if (Symbol.asyncDispose in resource && typeof resource[Symbol.asyncDispose] === 'function') {
    const disposable = resource as AsyncDisposable
    return { resource, what, dispose: () => disposable[Symbol.asyncDispose]() }
  }
  if (Symbol.dispose in resource && typeof resource[Symbol.dispose] === 'function') {
    const disposable = resource as Disposable
    return { resource, what, dispose: () => disposable[Symbol.dispose]() }
  }
  return undefined
}
