/**
 * Finds and verifies the credentials of one request: bearer token, session cookie or ticket, in that order. The law: the
 * URL is no place for credentials, and a cookie counts only together with an allowed origin.
 *
 * @module
 */
import type { IncomingHttpHeaders } from 'node:http'
import { fastifyCookie } from '@fastify/cookie'
import type { Clock } from 'toolcrib/agent'
import type { Authentication, Authenticator, Identity, Revocations } from 'toolcrib/gateway'
import { TICKET_SUBPROTOCOL_PREFIX } from 'toolcrib/protocol'
import { type ServerErrorCode, type ServerErrorDetails, serverFailure } from '../errors.ts'
import type { AddressRules } from './addresses.ts'
import type { TokenVerifier } from './jwt.ts'
import type { Tickets } from './tickets.ts'

export interface Credentials extends Authenticator {
  /** The caller of an HTTP request. `changes`: it is not just a read, so a cookie needs an allowed origin. */
  ofRequest(headers: IncomingHttpHeaders, options: { readonly changes: boolean }): Promise<Authentication>
  /** The caller of a socket, before it is accepted. */
  ofUpgrade(headers: IncomingHttpHeaders): Promise<Authentication>
}

export interface CredentialsOptions {
  readonly verifier: TokenVerifier
  readonly revocations: Revocations
  /** False: this server signs no sessions of its own, and no cookie counts. */
  readonly takesCookies: boolean
  readonly tickets: Tickets
  readonly addresses: AddressRules
  readonly clock: Clock
}

const bearer = /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i

/** The name of the session cookie; browsers hold `__Host-` cookies to https and to this very host. */
export function cookieName(secure: boolean): string {
  return secure ? '__Host-toolcrib_session' : 'toolcrib_session'
}

export function createCredentials(options: CredentialsOptions): Credentials {
  const { verifier, revocations, takesCookies, tickets, addresses, clock } = options
  return {
    authenticate: check,
    async ofRequest(headers, { changes }) {
      if (headers.authorization !== undefined) return ofHeader(headers.authorization)
      const cookie = cookieOf(headers)
      if (cookie === undefined) return refuse('TOKEN_MISSING', {})
      const foreign = foreignOrigin(headers, { required: changes })
      return foreign === undefined ? check(cookie) : refuse('ORIGIN_REFUSED', { origin: foreign })
    },
    async ofUpgrade(headers) {
      if (headers.authorization !== undefined) return ofHeader(headers.authorization)
      const ticket = ticketOf(headers)
      if (ticket !== undefined) return ofTicket(ticket)
      const cookie = cookieOf(headers)
      if (cookie === undefined) return refuse('TOKEN_MISSING', {})
      const foreign = foreignOrigin(headers, { required: true })
      return foreign === undefined ? check(cookie) : refuse('ORIGIN_REFUSED', { origin: foreign })
    },
  }

  function ofHeader(header: string): Promise<Authentication> | Authentication {
    const token = bearer.exec(header)?.[1]
    if (token !== undefined) return check(token)
    return refuse('TOKEN_MALFORMED', { reason: 'the Authorization header is not "Bearer" and a token' })
  }

  async function check(token: string): Promise<Authentication> {
    const verified = await verifier.verify(token)
    return verified.ok ? unlessRevoked(verified.identity) : verified
  }

  function ofTicket(ticket: string): Authentication {
    const identity = tickets.redeem(ticket)
    if (identity === undefined) return refuse('TICKET_REFUSED', {})
    const { expiresAt } = identity
    return expiresAt !== null && expiresAt <= clock.now() ? refuse('TOKEN_EXPIRED', {}) : unlessRevoked(identity)
  }

  function unlessRevoked(identity: Identity): Authentication {
    return revocations.has(identity) ? refuse('TOKEN_REVOKED', {}) : { ok: true, identity }
  }

  function cookieOf(headers: IncomingHttpHeaders): string | undefined {
    if (!takesCookies || headers.cookie === undefined) return undefined
    const value = fastifyCookie.parse(headers.cookie)[cookieName(addresses.secure)]
    return value === '' ? undefined : value
  }

  /** The origin to refuse, if any. Browsers send Origin with all that changes something and with every socket. */
  function foreignOrigin(
    headers: IncomingHttpHeaders,
    { required }: { readonly required: boolean },
  ): string | undefined {
    const { origin } = headers
    if (origin === undefined) return required ? 'none' : undefined
    return addresses.isAllowedOrigin(origin) ? undefined : origin.replace(/[^\x20-\x7e]/g, '?').slice(0, 200)
  }
}

function ticketOf(headers: IncomingHttpHeaders): string | undefined {
  const offered = headers['sec-websocket-protocol']?.split(',').map((protocol) => protocol.trim()) ?? []
  return offered.find((name) => name.startsWith(TICKET_SUBPROTOCOL_PREFIX))?.slice(TICKET_SUBPROTOCOL_PREFIX.length)
}

function refuse<C extends ServerErrorCode>(code: C, details: ServerErrorDetails[C]): Authentication {
  return { ok: false, failure: serverFailure(code, details) }
}
