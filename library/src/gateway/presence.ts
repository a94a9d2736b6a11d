/**
 * Who is here. The law: word for an owner reaches this owner's connections, and the bus is listened to as long as there
 * is one. @module
 */
import type { LoggedEvent } from '../protocol/events.ts'
import type { Owner } from '../protocol/vocabulary.ts'
import { Handle } from './handle.ts'
import type { Bus, BusHint } from './ports.ts'
import { ownerKey } from './router.ts'

export interface Attendant {
  readonly owner: Owner
  /** May be called more often than something changed. */
  threadsChanged(): void
}

export interface Presence {
  join(attendant: Attendant): Disposable
  threadsChanged(owner: Owner): void
}

export function createPresence(bus: Bus, onHint: (owner: Owner, hint: BusHint) => void): Presence {
  const owners = new Map<string, { readonly attendants: Set<Attendant>; readonly subscription: Disposable }>()

  function leave(attendant: Attendant): void {
    const key = ownerKey(attendant.owner)
    const here = owners.get(key)
    if (!here?.attendants.delete(attendant) || here.attendants.size > 0) return
    owners.delete(key)
    here.subscription[Symbol.dispose]()
  }

  return {
    join(attendant) {
      const { owner } = attendant
      const key = ownerKey(owner)
      const here = owners.get(key) ?? {
        attendants: new Set(),
        subscription: bus.subscribe(owner, (hint) => onHint(owner, hint)),
      }
      owners.set(key, here)
      here.attendants.add(attendant)
      return new Handle(attendant, leave)
    },
    threadsChanged(owner) {
      for (const attendant of owners.get(ownerKey(owner))?.attendants ?? []) attendant.threadsChanged()
    },
  }
}

/** Somebody who only wants the bus listened to for an owner. */
export function silentAttendant({ tenant, user }: Owner): Attendant {
  return { owner: { tenant, user }, threadsChanged() {} }
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
          runs.set(event.runId, presence.join(silentAttendant(owner)))
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
