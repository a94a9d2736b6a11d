/**
 * Puts together how people are verified here. The law: there is one way in, the configured issuer or, on this machine, the
 * development sign-in; never both.
 *
 * @module
 */
import type { Clock, RecordStore } from 'toolcrib/agent'
import type { Secret } from '../config/secret.ts'
import type { ServerConfig } from '../config.ts'
import { ServerError } from '../errors.ts'
import type { Log } from '../log.ts'
import { type AddressRules, createAddressRules } from './addresses.ts'
import { type Credentials, createCredentials } from './credentials.ts'
import { createTokenVerifier } from './jwt.ts'
import { createSignedOut, type SignedOut, sessionJwt, sessionSecret } from './sessions.ts'
import { createTickets, type Tickets } from './tickets.ts'

export interface Auth {
  readonly addresses: AddressRules
  readonly credentials: Credentials
  readonly tickets: Tickets
  readonly sessions: { readonly secret: Secret; readonly signedOut: SignedOut } | null
}

export interface AuthOptions {
  readonly config: ServerConfig
  readonly records: RecordStore
  readonly clock: Clock
  readonly log: Log
  readonly port: () => number
}

/** @throws {@link ServerError} `DATA_FOLDER_UNUSABLE`. */
export async function openAuth({ config, records, clock, log, port }: AuthOptions): Promise<Auth> {
  const { host, publicUrl, dataFolder, limits } = config
  const { allowedOrigins, developmentSignIn } = config.auth
  const addresses = createAddressRules({ host, port, publicUrl, allowedOrigins })
  const sessions = developmentSignIn
    ? { secret: await sessionSecret(dataFolder), signedOut: createSignedOut(records, clock) }
    : null
  const verifier = createTokenVerifier({
    jwt: config.auth.jwt ?? sessionJwt(sessions?.secret ?? noIssuer()),
    clock,
    maxTokenBytes: limits.maxTokenBytes,
    onKeysUnavailable: (cause) => log.error({ err: cause }, "the issuer's keys cannot be fetched"),
  })
  const tickets = createTickets({
    clock,
    maxTickets: limits.maxTickets,
    maxTicketsPerUser: limits.maxConnectionsPerUser,
  })
  return {
    addresses,
    credentials: createCredentials({ verifier, sessions, tickets, addresses, clock }),
    tickets,
    sessions,
  }
}

/** A checked configuration never comes here; one that was put together by hand may. */
function noIssuer(): never {
  const problem = { name: 'auth', expected: 'auth.jwt or auth.developmentSignIn', received: 'neither' }
  throw new ServerError('CONFIG_INVALID', { problems: [problem] })
}
