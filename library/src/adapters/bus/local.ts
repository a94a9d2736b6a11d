/**
 * The bus of a single process. The law: a hint reaches the subscribers of its owner and nobody else; it is delivered after
 * the publisher's turn, so that no listener runs inside a commit. @module
 */
import type { Bus, BusHint } from '../../gateway/ports.ts'
import type { Owner } from '../../protocol/vocabulary.ts'

export interface LocalBusOptions {
  /** Told what a listener threw; the other listeners are called all the same. Default: nothing. */
  readonly onListenerError?: (error: unknown) => void
}

export function createLocalBus(options: LocalBusOptions = {}): Bus {
  const owners = new Map<string, Set<(hint: BusHint) => void>>()
  let closed = false

  function deliver(listeners: ReadonlySet<(hint: BusHint) => void>, hint: BusHint): void {
    for (const listener of listeners) {
      // It may have been taken away by one that was called before it.
      if (!listeners.has(listener)) continue
      try {
        listener(hint)
      } catch (error) {
        options.onListenerError?.(error)
      }
    }
  }

  return {
    publish(owner, hint) {
      const listeners = owners.get(keyOf(owner))
      if (closed || listeners === undefined) return
      queueMicrotask(() => deliver(listeners, hint))
    },
    subscribe(owner, listener) {
      const key = keyOf(owner)
      const listeners = owners.get(key) ?? new Set()
      const mine = (hint: BusHint): void => listener(hint)
      if (!closed) owners.set(key, listeners.add(mine))
      return {
        [Symbol.dispose]: () => {
          if (listeners.delete(mine) && listeners.size === 0 && owners.get(key) === listeners) owners.delete(key)
        },
      }
    },
    async [Symbol.asyncDispose]() {
      closed = true
      for (const listeners of owners.values()) listeners.clear()
      owners.clear()
    },
  }
}

function keyOf({ tenant, user }: Owner): string {
  return JSON.stringify([tenant, user])
}
