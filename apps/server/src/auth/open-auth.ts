/**
 * Puts together how people are verified here. The law: there is one way in, the configured issuer or, on this machine, the
 * development sign-in; never both.
 *
 * @module
 */
import type { Clock, RevocationStore } from 'toolcrib/agent'
import type { Secret } from '../config/secret.ts'
import type { ServerConfig } from '../config.ts'
import { ServerError } from '../errors.ts'
import type { Log } from '../log.ts'
import { type AddressRules, createAddressRules } from './addresses.ts'
import { type Credentials, createCredentials } from './credentials.ts'
import { createTokenVerifier } from './jwt.ts'
import { openRevocations, type RevocationList } from './revocations.ts'
import { sessionJwt, sessionSecret } from './sessions.ts'
import { createTickets, type Tickets } from './tickets.ts'

export interface Auth {
  readonly addresses: AddressRules
  readonly credentials: Credentials
  readonly tickets: Tickets
  readonly revocations: RevocationList
  /** Null when an issuer is configured: there is nothing to sign in to here. */
  readonly sessions: { readonly secret: Secret } | null
}

export interface AuthOptions {
  readonly config: ServerConfig
  readonly revocations: RevocationStore
  readonly clock: Clock
  readonly log: Log
  readonly port: () => number
}

/** @throws {@link ServerError} `DATA_FOLDER_UNUSABLE`. */
export async function openAuth({ config, revocations: store, clock, log, port }: AuthOptions): Promise<Auth> {
  const { host, publicUrl, dataFolder, limits } = config
  const { allowedOrigins, developmentSignIn } = config.auth
  const addresses = createAddressRules({ host, port, publicUrl, allowedOrigins })
  const { maxTokenBytes, maxTokenLifeMs } = limits
  const sessions = developmentSignIn ? { secret: await sessionSecret(dataFolder) } : null
  const jwt = config.auth.jwt ?? sessionJwt(sessions?.secret ?? noIssuer())
  const { clockToleranceMs } = jwt
  const verifier = createTokenVerifier({
    jwt,
    clock,
    maxTokenBytes,
    maxTokenLifeMs,
    onKeysUnavailable: (cause) => log.error({ err: cause }, "the issuer's keys cannot be fetched"),
  })
  const tickets = createTickets({
    clock,
    maxTickets: limits.maxTickets,
    maxTicketsPerUser: limits.maxConnectionsPerUser,
  })
  const revocations = await openRevocations({ store, clock, log, maxTokenLifeMs, clockToleranceMs })
  const takesCookies = sessions !== null
  return {
    addresses,
    credentials: createCredentials({ verifier, revocations, takesCookies, tickets, addresses, clock }),
    tickets,
    revocations,
    sessions,
  }
}

/** A checked configuration never comes here; one that was put together by hand may. */
function noIssuer(): never {
  const problem = { name: 'auth', expected: 'auth.jwt or auth.developmentSignIn', received: 'neither' }
  throw new ServerError('CONFIG_INVALID', { problems: [problem] })
}
