/**
 * Tickets: what a browser opens its socket with, because it cannot send a header. The law: a ticket is used once, within
 * 30 seconds, and stands for the identity it was issued to and nothing else.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from 'toolcrib/agent'
import type { Identity } from 'toolcrib/gateway'
import { ServerError } from '../errors.ts'

export const ticketTtlMs = 30_000

export interface Tickets {
  /** Issued, and neither used nor too old. */
  readonly count: number
  /** One more than a user may have takes the place of that user's oldest. @throws {@link ServerError} `TICKETS_FULL`. */
  issue(identity: Identity): { readonly ticket: string; readonly expiresAt: number }
  /** The identity it was issued to; undefined when it is unknown, used or too old. Either way it is gone. */
  redeem(ticket: string): Identity | undefined
}

export interface TicketsOptions {
  readonly clock: Clock
  readonly maxTickets: number
  /** How many of one user may wait: more than a user may have connections are of no use but to fill the table. */
  readonly maxTicketsPerUser: number
}

interface Waiting {
  readonly identity: Identity
  readonly owner: string
  /** On the clock that nobody sets. */
  readonly end: number
}

export function createTickets({ clock, maxTickets, maxTicketsPerUser }: TicketsOptions): Tickets {
  // Kept by hash, in the order of issue, which is the order of expiry.
  const waiting = new Map<string, Waiting>()
  const byOwner = new Map<string, Set<string>>()

  return {
    get count() {
      dropExpired()
      return waiting.size
    },
    issue(identity) {
      dropExpired()
      const { tenant, user } = identity.principal
      const owner = JSON.stringify([tenant, user])
      const [oldest] = byOwner.get(owner) ?? []
      if (oldest !== undefined && byOwner.get(owner)?.size === maxTicketsPerUser) take(oldest)
      if (waiting.size >= maxTickets) throw new ServerError('TICKETS_FULL', { max: maxTickets })
      const ticket = randomBytes(32).toString('base64url')
      const key = hash(ticket)
      waiting.set(key, { identity, owner, end: clock.monotonic() + ticketTtlMs })
      byOwner.set(owner, (byOwner.get(owner) ?? new Set()).add(key))
      return { ticket, expiresAt: clock.now() + ticketTtlMs }
    },
    redeem(ticket) {
      const found = take(hash(ticket))
      return found !== undefined && clock.monotonic() < found.end ? found.identity : undefined
    },
  }

  function take(key: string): Waiting | undefined {
    const found = waiting.get(key)
    if (found === undefined) return undefined
    waiting.delete(key)
    const ofOwner = byOwner.get(found.owner)
    ofOwner?.delete(key)
    if (ofOwner?.size === 0) byOwner.delete(found.owner)
    return found
  }

  function dropExpired(): void {
    const now = clock.monotonic()
    for (const [key, { end }] of waiting) {
      if (now < end) return
      take(key)
    }
  }
}

function hash(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64url')
}
