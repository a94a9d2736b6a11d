/**
 * A whole server on a free port: real HTTP, real sockets, a real supervisor; only who people are is decided by the test.
 * The law: two of them in one process share nothing.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { createLocalBus } from '../adapters/bus/local.ts'
import { createMemoryStore } from '../adapters/store/memory.ts'
import type { Agent, RunLimits } from '../agent/agent.ts'
import { createSystemClock } from '../agent/clock.ts'
import { createSupervisor } from '../agent/create-supervisor.ts'
import type { Clock, Logger, Model, Store } from '../agent/ports.ts'
import type { Supervisor } from '../agent/supervisor.ts'
import type { Client, ClientOptions } from '../client/client.ts'
import { createClient } from '../client/create-client.ts'
import { createGateway } from '../gateway/create-gateway.ts'
import type { Gateway, GatewayLimits } from '../gateway/gateway.ts'
import { defaultGatewayLimits } from '../gateway/limits.ts'
import type { Authenticator, Bus, Identity, Revocations } from '../gateway/ports.ts'
import { definePolicy } from '../policy/define-policy.ts'
import type { PolicyOptions } from '../policy/policy.ts'
import { SUBPROTOCOL } from '../protocol/frames.ts'
import type { Principal } from '../protocol/vocabulary.ts'
import type { Registry } from '../registry/registry.ts'
import type { Tool } from '../tool/tool.ts'
import { createToolRegistry } from '../tool/tool-registry.ts'
import { createRawSocket, type RawSocket } from './raw-socket.ts'
import { createScriptedModel } from './scripted-model.ts'

export interface TestServerOptions {
  readonly tools?: readonly Tool[]
  /** Default: one, `assistant`, with every tool and `model`. */
  readonly agents?: readonly Agent[]
  /** Default: one that answers every message with `Hello.` */
  readonly model?: Model
  /** Default: in memory. One that is given is not closed with the server. */
  readonly store?: Store
  /** Default: everybody may use every tool, and destructive ones ask. */
  readonly policy?: PolicyOptions
  readonly limits?: Partial<GatewayLimits>
  readonly runLimits?: Partial<RunLimits>
  /** Default 4. */
  readonly maxRunsPerUser?: number
  /** Default: the system's. */
  readonly clock?: Clock
  /** Default: its own. One that is given is not closed with the server. */
  readonly bus?: Bus
}

export interface TestServer extends AsyncDisposable {
  /** `ws://127.0.0.1:PORT/v1/socket`. */
  readonly url: string
  readonly gateway: Gateway
  readonly supervisor: Supervisor
  readonly registry: Registry<Tool>
  readonly store: Store
  /** What was logged as a warning or an error. */
  readonly complaints: readonly { readonly fields: object; readonly message: string }[]
  /** A user of tenant `acme` with the role `user`. */
  principal(user: string): Principal
  /** A token for this user, or for a whole principal. */
  issue(user: string | Principal, options?: { readonly expiresAt?: number | null }): string
  /** Revokes a token, or all that were issued to a user so far: they no longer count, and what they hold open is closed. */
  revoke(tokenOrUser: string): void
  /** A client that is connecting as this user. Closed with the server. */
  connect(user: string, options?: Partial<ClientOptions>): Client
  /** A bare socket that has received its hello. Closed with the server. */
  socket(token: string, options?: { readonly autoPong?: boolean }): Promise<RawSocket>
  /** Cuts the network under every open socket. */
  cut(): void
}

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  // Not imported above: who tests without sockets need not have `ws`.
  const [{ WebSocket }, { createWebSocketUpgrade }] = await Promise.all([
    import('ws'),
    import('../adapters/socket/ws.ts'),
  ])
  const { clock = createSystemClock(), store = createMemoryStore(), bus = createLocalBus() } = options
  const model = options.model ?? createScriptedModel(() => ({ text: 'Hello.' }), { record: false })
  const registry = createToolRegistry({ clock })
  for (const tool of options.tools ?? []) registry.add(tool)
  registry.freeze()

  const identities = new Map<string, Identity>()
  const authenticator: Authenticator = {
    async authenticate(token) {
      const identity = identities.get(token)
      if (identity === undefined) return refusal('TOKEN_UNKNOWN', 'The token was not issued here')
      if (revoked.has(identity)) return refusal('TOKEN_REVOKED', 'The token was revoked')
      const isExpired = identity.expiresAt !== null && identity.expiresAt <= clock.now()
      return isExpired ? refusal('TOKEN_EXPIRED', 'The token has expired') : { ok: true, identity }
    },
  }
  const revoked = new Set<Identity>()
  const listeners = new Set<Parameters<Revocations['subscribe']>[0]>()
  const revocations: Revocations = {
    has: (identity) => revoked.has(identity),
    subscribe(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
  }
  const complaints: { readonly fields: object; readonly message: string }[] = []
  const logger: Logger = {
    debug: () => {},
    info: () => {},
    warn: (fields, message) => void complaints.push({ fields, message }),
    error: (fields, message) => void complaints.push({ fields, message }),
  }
  const supervisor = createSupervisor({
    store,
    registry,
    policy: definePolicy(options.policy ?? { allow: [{ tools: ['*'] }] }),
    agents: options.agents ?? [assistant(model)],
    limits: options.runLimits ?? {},
    maxRunsPerUser: options.maxRunsPerUser ?? 4,
    clock,
    logger,
  })
  const gateway = createGateway({
    supervisor,
    authenticator,
    revocations,
    bus,
    clock,
    logger,
    limits: options.limits ?? {},
    server: { version: '0.0.0-test', model: model.name },
  })

  const upgrade = createWebSocketUpgrade({
    maxFrameBytes: options.limits?.maxFrameBytes ?? defaultGatewayLimits.maxFrameBytes,
  })
  const streams = new Set<Duplex>()
  const server = createServer((_, response) => response.writeHead(426).end())
  server.on('upgrade', (request, stream, head) => {
    streams.add(stream.once('close', () => streams.delete(stream)))
    admit(request, stream, head).catch((error: unknown) => {
      logger.error({ err: error }, 'an upgrade failed')
      stream.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `ws://127.0.0.1:${port}/v1/socket`
  const clients: Client[] = []
  const sockets: RawSocket[] = []

  async function admit(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? ''
    const authentication = await authenticator.authenticate(token)
    if (!authentication.ok) return refuse(stream, 401, authentication.failure.code)
    const place = gateway.reserve(authentication.identity.principal)
    if (!place.ok) return refuse(stream, place.code === 'DRAINING' ? 503 : 429, place.code)
    try {
      upgrade.accept(request, stream, head, (socket) => gateway.accept(socket, authentication.identity))
    } finally {
      place[Symbol.dispose]()
    }
  }

  function principal(user: string): Principal {
    return { tenant: 'acme', user, roles: ['user'], scopes: [] }
  }

  function issue(user: string | Principal, { expiresAt = null }: { readonly expiresAt?: number | null } = {}): string {
    const token = `token-${crypto.randomUUID()}`
    identities.set(token, { principal: typeof user === 'string' ? principal(user) : user, expiresAt })
    return token
  }

  return {
    url,
    gateway,
    supervisor,
    registry,
    store,
    complaints,
    principal,
    issue,
    revoke(tokenOrUser) {
      for (const [token, identity] of identities) {
        if (token !== tokenOrUser && identity.principal.user !== tokenOrUser) continue
        revoked.add(identity)
        for (const listener of listeners) listener(identity.principal)
      }
    },
    connect(user, clientOptions = {}) {
      const headers = { authorization: `Bearer ${issue(user)}` }
      const client = createClient({
        url,
        connect: (address, protocols) => new WebSocket(address, [...protocols], { headers }),
        ...clientOptions,
      })
      clients.push(client)
      return client
    },
    async socket(token, { autoPong = true } = {}) {
      const headers = { authorization: `Bearer ${token}` }
      const socket = createRawSocket(new WebSocket(url, [SUBPROTOCOL], { headers, autoPong }))
      sockets.push(socket)
      await socket.next((frame) => frame.type === 'hello')
      return socket
    },
    cut() {
      for (const stream of streams) stream.destroy()
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.close()
      const gone = gateway.drain()
      for (const { ws } of sockets) ws.terminate()
      for (const stream of streams) stream.destroy()
      await gone
      await supervisor.drain(0)
      server.close()
      server.closeAllConnections()
      await registry.close('the test server is closed')
      if (options.bus === undefined) await bus[Symbol.asyncDispose]()
      if (options.store === undefined) await store.close()
    },
  }
}

function assistant(model: Model): Agent {
  return {
    name: 'assistant',
    description: 'Answers the people who test.',
    instructions: 'Answer.',
    model,
    tools: ['*'],
  }
}

function refusal(code: string, message: string): Awaited<ReturnType<Authenticator['authenticate']>> {
  return { ok: false, failure: { code, message, retry: 'never' } }
}

function refuse(stream: Duplex, status: number, code: string): void {
  const body = JSON.stringify({ error: { code } })
  stream.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  )
}
