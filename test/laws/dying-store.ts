/**
 * What a node sees of the store until it dies: the first appends, and then silence. What it had on its way can be let through
 * afterwards, as a packet that was held up. The law: the store itself is whole, and another node goes on with it.
 *
 * @module
 */
import type { Store } from 'toolcrib/agent'

export interface DyingStore extends Store {
  /** Resolves when the node is cut off. */
  readonly dead: Promise<void>
  /** Lets through what was held up; answers how each ended: `written`, or the code of the refusal. */
  release(): Promise<readonly string[]>
}

export function cutOffAfter(appends: number, store: Store): DyingStore {
  const dead = Promise.withResolvers<void>()
  const heldUp: (() => Promise<unknown>)[] = []
  let left = appends
  return {
    ...store,
    dead: dead.promise,
    events: {
      ...store.events,
      append(owner, threadId, entry) {
        if (left-- > 0) return store.events.append(owner, threadId, entry)
        heldUp.push(() => store.events.append(owner, threadId, entry))
        dead.resolve()
        return new Promise(() => {})
      },
    },
    leases: { ...store.leases, heartbeat: () => new Promise(() => {}) },
    release: () =>
      Promise.all(
        heldUp.map((append) =>
          append().then(
            () => 'written',
            (error: { readonly code: string }) => error.code,
          ),
        ),
      ),
  }
}
