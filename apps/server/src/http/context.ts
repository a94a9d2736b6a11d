/**
 * What the routes work with. Everything is handed in: a route opens nothing and owns nothing.
 *
 * @module
 */
import type { Clock, Supervisor } from 'toolcrib/agent'
import type { Gateway } from 'toolcrib/gateway'
import type { AddressRules } from '../auth/addresses.ts'
import type { Credentials } from '../auth/credentials.ts'
import type { SignedOut } from '../auth/sessions.ts'
import type { Tickets } from '../auth/tickets.ts'
import type { Secret } from '../config/secret.ts'
import type { ServerConfig } from '../config.ts'
import type { HealthCheck, Phase } from '../health.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'

export interface HttpContext {
  readonly config: ServerConfig
  readonly supervisor: Supervisor
  readonly gateway: Gateway
  readonly credentials: Credentials
  readonly tickets: Tickets
  readonly addresses: AddressRules
  /** Null when an issuer is configured: there is nothing to sign in to or out of here. */
  readonly sessions: { readonly secret: Secret; readonly signedOut: SignedOut } | null
  /** The sockets and streams of a session, so that a sign-out closes them. */
  readonly sockets: SessionSockets
  readonly health: HealthCheck
  readonly metrics: Metrics
  readonly phase: () => Phase
  readonly clock: Clock
  readonly log: Log
  /** Where the built console lies. */
  readonly consoleFolder: string
}

/** What was opened by which session. */
export interface SessionSockets {
  /** `close` is called when the session is signed out; dispose when it closed by itself. */
  add(sessionId: string | undefined, close: () => void): Disposable
  /** Closes all of a session; answers how many. */
  close(sessionId: string): number
}

export function createSessionSockets(): SessionSockets {
  const bySession = new Map<string, Set<() => void>>()
  return {
    add(sessionId, close) {
      if (sessionId === undefined) return { [Symbol.dispose]: () => {} }
      const sockets = bySession.get(sessionId) ?? new Set()
      bySession.set(sessionId, sockets.add(close))
      return {
        [Symbol.dispose]: () => {
          if (sockets.delete(close) && sockets.size === 0) bySession.delete(sessionId)
        },
      }
    },
    close(sessionId) {
      const sockets = [...(bySession.get(sessionId) ?? [])]
      for (const close of sockets) close()
      return sockets.length
    },
  }
}
