/**
 * The bus of a single process. The law: a hint reaches the subscribers of its address and nobody else; it is delivered after
 * the publisher's turn, so that no listener runs inside a commit. @module
 */
import type { Bus, BusAddress, BusHint } from '../../gateway/ports.ts'

export interface LocalBusOptions {
  /** Told what a listener threw; the other listeners are called all the same. Default: nothing. */
  readonly onListenerError?: (error: unknown) => void
}

export function createLocalBus(options: LocalBusOptions = {}): Bus {
  const addresses = new Map<string, Set<(hint: BusHint) => void>>()
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
    publish(address, hint) {
      const listeners = addresses.get(keyOf(address))
      if (closed || listeners === undefined) return
      queueMicrotask(() => deliver(listeners, hint))
    },
    subscribe(address, listener) {
      const key = keyOf(address)
      const listeners = addresses.get(key) ?? new Set()
      const mine = (hint: BusHint): void => listener(hint)
      if (!closed) addresses.set(key, listeners.add(mine))
      return {
        [Symbol.dispose]: () => {
          if (listeners.delete(mine) && listeners.size === 0 && addresses.get(key) === listeners) addresses.delete(key)
        },
      }
    },
    async [Symbol.asyncDispose]() {
      closed = true
      for (const listeners of addresses.values()) listeners.clear()
      addresses.clear()
    },
  }
}

/** No user has the name null. */
function keyOf({ tenant, user }: BusAddress): string {
  return JSON.stringify([tenant, user ?? null])
}
