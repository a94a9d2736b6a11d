/**
 * Who is here. The law: word for an owner reaches this owner's connections, and the bus is listened to as long as there
 * is one. @module
 */
import type { LoggedEvent } from '../protocol/events.ts'
import type { Owner } from '../protocol/vocabulary.ts'
import type { Bus, BusHint } from './ports.ts'
import { ownerKey } from './router.ts'

export interface Presence {
  /** `onThreadsChanged` may be called more often than something changed. */
  join(owner: Owner, onThreadsChanged: () => void): Disposable
  threadsChanged(owner: Owner): void
}

export function createPresence(bus: Bus, onHint: (owner: Owner, hint: BusHint) => void): Presence {
  const owners = new Map<string, { readonly listeners: Set<() => void>; readonly subscription: Disposable }>()

  return {
    join(owner, onThreadsChanged) {
      const key = ownerKey(owner)
      const here = owners.get(key) ?? {
        listeners: new Set(),
        subscription: bus.subscribe(owner, (hint) => onHint(owner, hint)),
      }
      owners.set(key, here)
      const listener = (): void => onThreadsChanged()
      here.listeners.add(listener)
      return {
        [Symbol.dispose]: () => {
          if (!here.listeners.delete(listener) || here.listeners.size > 0) return
          owners.delete(key)
          here.subscription[Symbol.dispose]()
        },
      }
    },
    threadsChanged(owner) {
      for (const listener of owners.get(ownerKey(owner))?.listeners ?? []) listener()
    },
  }
}

/** Keeps the bus listened to for owners whose runs are at work here, so that they can be stopped from another node. */
export interface RunPresence extends Disposable {
  see(owner: Owner, events: readonly LoggedEvent[]): void
}

export function createRunPresence(presence: Presence): RunPresence {
  const runs = new Map<string, Disposable>()
  return {
    see(owner, events) {
      for (const { event } of events) {
        if (event.type === 'agent_started' && !runs.has(event.runId)) {
          runs.set(
            event.runId,
            presence.join(owner, () => {}),
          )
        }
        if (event.type === 'agent_completed') {
          runs.get(event.runId)?.[Symbol.dispose]()
          runs.delete(event.runId)
        }
      }
    },
    [Symbol.dispose]() {
      for (const held of runs.values()) held[Symbol.dispose]()
      runs.clear()
    },
  }
}
