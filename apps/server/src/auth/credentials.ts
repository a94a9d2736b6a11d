/**
 * Finds and verifies the credentials of one request: bearer token, session cookie or ticket, in that order. The law: the
 * URL is no place for credentials, and a cookie counts only together with an allowed origin.
 *
 * @module
 */
import type { IncomingHttpHeaders } from 'node:http'
import { fastifyCookie } from '@fastify/cookie'
import type { Clock } from 'toolcrib/agent'
import { type Authentication, type Authenticator, type Identity, replyFailure } from 'toolcrib/gateway'
import { type Failure, TICKET_SUBPROTOCOL_PREFIX } from 'toolcrib/protocol'
import { type ServerErrorCode, type ServerErrorDetails, serverFailure } from '../errors.ts'
import type { AddressRules } from './addresses.ts'
import type { TokenVerifier, Verified } from './jwt.ts'
import type { SignedOut } from './sessions.ts'
import type { Tickets } from './tickets.ts'

/** Somebody verified, and by what. */
export interface Caller {
  readonly identity: Identity
  /** The session that a sign-out ends; absent when this server keeps none, as with an issuer's tokens. */
  readonly sessionId?: string
}

export type Checked = { readonly ok: true; readonly caller: Caller } | { readonly ok: false; readonly failure: Failure }

export interface Credentials extends Authenticator {
  /** The caller of an HTTP request. `changes`: it is not just a read, so a cookie needs an allowed origin. */
  ofRequest(headers: IncomingHttpHeaders, options: { readonly changes: boolean }): Promise<Checked>
  /** The caller of a socket, before it is accepted. */
  ofUpgrade(headers: IncomingHttpHeaders): Promise<Checked>
}

export interface CredentialsOptions {
  readonly verifier: TokenVerifier
  /** Null: this server signs no sessions of its own, and no cookie counts. */
  readonly sessions: { readonly signedOut: SignedOut } | null
  readonly tickets: Tickets
  readonly addresses: AddressRules
  readonly clock: Clock
}

const bearer = /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i

/** The name of the session cookie; browsers hold `__Host-` cookies to https and to this very host. */
export function cookieName(secure: boolean): string {
  return secure ? '__Host-toolcrib_session' : 'toolcrib_session'
}

export function createCredentials({ verifier, sessions, tickets, addresses, clock }: CredentialsOptions): Credentials {
  return {
    async authenticate(token): Promise<Authentication> {
      const checked = await check(token)
      return checked.ok ? { ok: true, identity: checked.caller.identity } : checked
    },
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

  function ofHeader(header: string): Promise<Checked> | Checked {
    const token = bearer.exec(header)?.[1]
    if (token !== undefined) return check(token)
    return refuse('TOKEN_MALFORMED', { reason: 'the Authorization header is not "Bearer" and a token' })
  }

  async function check(token: string): Promise<Checked> {
    const verified: Verified = await verifier.verify(token)
    if (!verified.ok) return verified
    const { identity, tokenId } = verified
    if (sessions === null || tokenId === undefined) return { ok: true, caller: { identity } }
    return stillSignedIn({ identity, sessionId: tokenId })
  }

  async function ofTicket(ticket: string): Promise<Checked> {
    const caller = tickets.redeem(ticket)
    if (caller === undefined) return refuse('TICKET_REFUSED', {})
    const { expiresAt } = caller.identity
    return expiresAt !== null && expiresAt <= clock.now() ? refuse('TOKEN_EXPIRED', {}) : stillSignedIn(caller)
  }

  async function stillSignedIn(caller: Caller): Promise<Checked> {
    if (sessions === null || caller.sessionId === undefined) return { ok: true, caller }
    try {
      const gone = await sessions.signedOut.has(caller.identity.principal, caller.sessionId)
      return gone ? refuse('TOKEN_REVOKED', {}) : { ok: true, caller }
    } catch (error) {
      return { ok: false, failure: replyFailure(error) }
    }
  }

  function cookieOf(headers: IncomingHttpHeaders): string | undefined {
    if (sessions === null || headers.cookie === undefined) return undefined
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

function refuse<C extends ServerErrorCode>(code: C, details: ServerErrorDetails[C]): Checked {
  return { ok: false, failure: serverFailure(code, details) }
}
