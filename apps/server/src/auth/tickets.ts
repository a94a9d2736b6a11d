/**
 * Tickets: what a browser opens its socket with, because it cannot send a header. The law: a ticket is used once, within
 * 30 seconds, and stands for the identity it was issued to and nothing else.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from 'toolcrib/agent'
import { ServerError } from '../errors.ts'
import type { Caller } from './credentials.ts'

export const ticketTtlMs = 30_000

export interface Tickets {
  /** @throws {@link ServerError} `TICKETS_FULL`. */
  issue(caller: Caller): { readonly ticket: string; readonly expiresAt: number }
  /** The caller it was issued to; undefined when it is unknown, used or too old. Either way it is gone. */
  redeem(ticket: string): Caller | undefined
}

export function createTickets({ clock, maxTickets }: { readonly clock: Clock; readonly maxTickets: number }): Tickets {
  // Kept by hash, in the order of issue, which is the order of expiry.
  const waiting = new Map<string, { readonly caller: Caller; readonly expiresAt: number }>()

  return {
    issue(caller) {
      dropExpired()
      if (waiting.size >= maxTickets) throw new ServerError('TICKETS_FULL', { max: maxTickets })
      const ticket = randomBytes(32).toString('base64url')
      const expiresAt = clock.now() + ticketTtlMs
      waiting.set(hash(ticket), { caller, expiresAt })
      return { ticket, expiresAt }
    },
    redeem(ticket) {
      const key = hash(ticket)
      const found = waiting.get(key)
      waiting.delete(key)
      return found !== undefined && clock.now() < found.expiresAt ? found.caller : undefined
    },
  }

  function dropExpired(): void {
    const now = clock.now()
    for (const [key, { expiresAt }] of waiting) {
      if (now < expiresAt) return
      waiting.delete(key)
    }
  }
}

function hash(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64url')
}
