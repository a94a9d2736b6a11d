/**
 * Who is here. The law: word for an owner reaches this owner's connections, word of an approval those of its tenant, and
 * the bus is listened to as long as there is one. @module
 */
import type { Answerable } from '../protocol/approvers.ts'
import type { LoggedEvent } from '../protocol/events.ts'
import type { Owner } from '../protocol/vocabulary.ts'
import { Handle } from './handle.ts'
import type { Bus, BusHint } from './ports.ts'
import { ownerKey } from './router.ts'

export interface Attendant {
  readonly owner: Owner
  /** May be called more often than something changed. */
  threadsChanged(): void
  /** The same; whether they may answer is theirs to say, because their roles may change. */
  approvalsChanged(changed: Answerable): void
}

export interface Presence {
  join(attendant: Attendant): Disposable
  threadsChanged(owner: Owner): void
  /** Told to everybody of the tenant who is here; to the one who asks alone, when nobody else may answer. */
  approvalsChanged(changed: Answerable): void
}

interface Circle {
  readonly attendants: Set<Attendant>
  readonly subscription: Disposable
}

export function createPresence(bus: Bus, onHint: (owner: Owner, hint: BusHint) => void): Presence {
  const owners = new Map<string, Circle>()
  /** Of each, how many of its owners are here. */
  const tenants = new Map<string, { owners: number; readonly subscription: Disposable }>()

  function leave(attendant: Attendant): void {
    const { owner } = attendant
    const key = ownerKey(owner)
    const here = owners.get(key)
    if (!here?.attendants.delete(attendant) || here.attendants.size > 0) return
    owners.delete(key)
    here.subscription[Symbol.dispose]()
    leaveTenant(owner.tenant)
  }

  function joinTenant(tenant: string): void {
    const here = tenants.get(tenant) ?? {
      owners: 0,
      subscription: bus.subscribe({ tenant }, (hint) => {
        if (hint.type === 'approvals_changed' && hint.owner.tenant === tenant) approvalsChanged(hint)
      }),
    }
    here.owners += 1
    tenants.set(tenant, here)
  }

  function leaveTenant(tenant: string): void {
    const here = tenants.get(tenant)
    if (here === undefined) return
    here.owners -= 1
    if (here.owners > 0) return
    tenants.delete(tenant)
    here.subscription[Symbol.dispose]()
  }

  function approvalsChanged(changed: Answerable): void {
    const { owner, approvers } = changed
    if (approvers === undefined) return tell(owners.get(ownerKey(owner)), changed)
    if (!tenants.has(owner.tenant)) return
    for (const circle of owners.values()) tell(circle, changed)
  }

  function tell(circle: Circle | undefined, changed: Answerable): void {
    for (const attendant of circle?.attendants ?? []) {
      // All of one circle are of one tenant.
      if (attendant.owner.tenant !== changed.owner.tenant) return
      attendant.approvalsChanged(changed)
    }
  }

  return {
    join(attendant) {
      const { owner } = attendant
      const key = ownerKey(owner)
      const known = owners.get(key)
      const here = known ?? {
        attendants: new Set(),
        subscription: bus.subscribe(owner, (hint) => onHint(owner, hint)),
      }
      if (known === undefined) joinTenant(owner.tenant)
      owners.set(key, here)
      here.attendants.add(attendant)
      return new Handle(attendant, leave)
    },
    threadsChanged(owner) {
      for (const attendant of owners.get(ownerKey(owner))?.attendants ?? []) attendant.threadsChanged()
    },
    approvalsChanged,
  }
}

/** Somebody who only wants the bus listened to for an owner. */
export function silentAttendant({ tenant, user }: Owner): Attendant {
  return { owner: { tenant, user }, threadsChanged() {}, approvalsChanged() {} }
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
