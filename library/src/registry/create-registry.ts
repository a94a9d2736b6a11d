/** Creates a root scope. The law: two registries share nothing. @module */

import { closeLeaked } from './closing.ts'
import type { Entry } from './entry.ts'
import { Ledger } from './ledger.ts'
import { foldReserved } from './names.ts'
import { ScopeNode, type Tree } from './node.ts'
import { assertCount, assertFunction, assertOneOf, assertText } from './options.ts'
import type { Registry, RegistryClock, RegistryOptions } from './registry.ts'
import { Scope } from './scope.ts'

/**
 * Creates a registry: a scope with none above it.
 *
 * @throws {@link RangeError} or {@link TypeError} for a bad option.
 */
export function createRegistry<T extends Entry>(options: RegistryOptions<T>): Registry<T> {
  const { name, kind = name, closeDeadlineMs = 5000, clock = createRealClock(), reservedNames } = options
  const { maxEntriesPerScope = Number.POSITIVE_INFINITY, maxOffered = 10_000, health = {} } = options
  assertText('name', name)
  assertText('kind', kind)
  assertCount('closeDeadlineMs', closeDeadlineMs)
  assertCount('maxEntriesPerScope', maxEntriesPerScope)
  assertCount('maxOffered', maxOffered)
  assertCount('health.maxOpenScopes', health.maxOpenScopes ?? 0)
  assertCount('health.windowMs', health.windowMs ?? 0)
  assertOneOf('mode', options.mode ?? 'enforce', ['enforce', 'report'])
  assertFunction('admit', options.admit)
  const tree: Tree<T> = {
    options,
    clock,
    ledger: new Ledger(clock.now()),
    reserved: foldReserved(reservedNames),
    finalizers: new FinalizationRegistry<ScopeNode<T>>(closeLeaked),
    heldBelowRoot: new Map(),
    filtered: new WeakMap(),
    listening: 0,
    seq: 0,
    lastId: 0,
  }
  const node = new ScopeNode(tree, undefined, { name, kind, maxEntries: maxEntriesPerScope, closeDeadlineMs })
  return new Scope(node, undefined)
}

function createRealClock(): RegistryClock {
  return {
    now: () => Date.now(),
    setTimeout(run, delayMs) {
      const timer = setTimeout(run, Math.min(delayMs, 2 ** 31 - 1))
      return { [Symbol.dispose]: () => clearTimeout(timer) }
    },
  }
}
