/**
 * Where the person of a run sits: the connection whose own tools the run may use. The law: a run has at most one seat, of
 * its own user; nobody else's tools are ever seen from it.
 *
 * @module
 */
import type { Owner } from '../protocol/vocabulary.ts'
import type { Registry } from '../registry/registry.ts'
import type { Tool } from '../tool/tool.ts'
import type { CommittedEvents } from './event-log.ts'

/** A connection of a user, as runs know it. */
export interface Seat {
  readonly owner: Owner
  /** Its own, below the user's; once it is closed nobody sits here any more. */
  readonly scope: Registry<Tool>
  /** Whether it offers tools. */
  offers(): boolean
  /** Whether it has the thread open. */
  hasOpen(threadId: string): boolean
}

/** Every tool that a client offers carries it, and policies and agents can select by it: `tag:source:client`. */
export const CLIENT_TAG = 'source:client'

/** As an event says it. */
export function offeredBy({ tags }: Tool): { readonly offered?: true } {
  return tags.includes(CLIENT_TAG) ? { offered: true } : {}
}

export interface SeatQuery {
  readonly owner: Owner
  readonly threadId: string
  /** The run that the person started, also for an agent that it called. */
  readonly runId: string
}

export interface Seats {
  /** Until its scope is closed. Taking a seat twice is taking it once. */
  take(seat: Seat): void
  /** The message that started the run came from there. */
  sent(seat: Seat, runId: string): void
  /** Forgets where runs that have ended came from. */
  onCommitted(committed: Pick<CommittedEvents, 'owner' | 'events'>): void
  /**
   * The scope of the run's seat: of the connection that sent its message; when that is gone, of the longest-standing one
   * that has the thread open and offers tools. Undefined: nobody sits there.
   */
  of(query: SeatQuery): Registry<Tool> | undefined
  /** Seats taken now. */
  readonly count: number
}

export function createSeats(): Seats {
  const owners = new Map<string, Map<Seat, Set<string>>>()

  function leave(seat: Seat): void {
    const key = keyOf(seat.owner)
    const seats = owners.get(key)
    if (seats?.delete(seat) && seats.size === 0) owners.delete(key)
  }

  function take(seat: Seat): Set<string> {
    const key = keyOf(seat.owner)
    const seats = owners.get(key) ?? new Map<Seat, Set<string>>()
    const known = seats.get(seat)
    if (known !== undefined || seat.scope.closed) return known ?? new Set()
    const runs = new Set<string>()
    owners.set(key, seats.set(seat, runs))
    seat.scope.onClose(() => leave(seat), 'seat')
    return runs
  }

  return {
    take: (seat) => void take(seat),
    sent: (seat, runId) => void take(seat).add(runId),
    onCommitted({ owner, events }) {
      for (const { event } of events) {
        if (event.type !== 'agent_completed') continue
        for (const runs of owners.get(keyOf(owner))?.values() ?? []) runs.delete(event.runId)
      }
    },
    of({ owner, threadId, runId }) {
      let standIn: Seat | undefined
      for (const [seat, runs] of owners.get(keyOf(owner)) ?? []) {
        if (seat.scope.closed) continue
        if (runs.has(runId)) return seat.scope
        if (standIn === undefined && seat.offers() && seat.hasOpen(threadId)) standIn = seat
      }
      return standIn?.scope
    },
    get count() {
      let count = 0
      for (const seats of owners.values()) count += seats.size
      return count
    },
  }
}

function keyOf({ tenant, user }: Owner): string {
  return JSON.stringify([tenant, user])
}
