/** A Toolcrib server on loopback, made of the library's parts; only who people are is taken at their word. @module */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { createToolRegistry, type Tool } from 'toolcrib'
import {
  createSupervisor,
  createSystemClock,
  defineAgent,
  type Logger,
  type Model,
  type Store,
  type Supervisor,
} from 'toolcrib/agent'
import { createLocalBus } from 'toolcrib/bus/local'
import { type Authenticator, createGateway, type Gateway, type GatewayLimits, type Identity } from 'toolcrib/gateway'
import { definePolicy } from 'toolcrib/policy'
import { createWebSocketUpgrade } from 'toolcrib/socket/ws'

export interface ToolcribServerOptions {
  readonly store: Store
  readonly model: Model
  readonly tools?: readonly Tool[]
  readonly limits: Partial<GatewayLimits>
  /** Called before the gateway hears of it. */
  readonly onNotice?: Listener
}

type Listener = Parameters<Supervisor['subscribe']>[0]

export interface ToolcribServer {
  readonly port: number
  readonly supervisor: Supervisor
  readonly gateway: Gateway
  /** Under the open sockets. */
  readonly streams: ReadonlySet<Duplex>
  /** Tells the gateway of what was committed past the supervisor. */
  readonly tell: Listener
}

export async function startToolcribServer(options: ToolcribServerOptions): Promise<ToolcribServer> {
  const { store, model, tools = [], limits, onNotice = () => {} } = options
  const clock = createSystemClock()
  const registry = createToolRegistry()
  for (const tool of tools) registry.add(tool)
  registry.freeze()
  const supervisor = createSupervisor({
    store,
    registry,
    policy: definePolicy({ allow: [{ tools: ['*'] }] }),
    agents: [defineAgent({ name: 'bench', description: 'Says what it is told to.', model })],
    clock,
    logger: complaining,
  })
  supervisor.subscribe(onNotice)
  const authenticator: Authenticator = { authenticate: async (token) => ({ ok: true, identity: identityOf(token) }) }
  const listeners = new Set<Listener>()
  const gateway = createGateway({
    supervisor: {
      ...supervisor,
      subscribe(listener) {
        listeners.add(listener)
        return supervisor.subscribe(listener)
      },
    },
    authenticator,
    bus: createLocalBus(),
    clock,
    logger: complaining,
    limits,
    server: { version: '0.0.0-bench', model: model.name },
  })

  const upgrade = createWebSocketUpgrade()
  const streams = new Set<Duplex>()
  const server = createServer()
  server.on('upgrade', (request, stream, head) => {
    admit(request, stream, head).catch((error: unknown) => stream.destroy(error instanceof Error ? error : undefined))
  })
  server.listen({ port: 0, host: '127.0.0.1', backlog: 2_048 })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  async function admit(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    const authentication = await authenticator.authenticate(
      request.headers.authorization?.slice('Bearer '.length) ?? '',
    )
    if (!authentication.ok) throw new Error('unreachable')
    const { identity } = authentication
    const place = gateway.reserve(identity.principal)
    if (!place.ok) throw new Error(place.message)
    using _place = place
    upgrade.accept(request, stream, head, (socket) => gateway.accept(socket, identity))
    streams.add(stream)
    stream.once('close', () => streams.delete(stream))
  }

  const tell: Listener = (notice) => {
    for (const listener of listeners) listener(notice)
  }
  return { port, supervisor, gateway, streams, tell }
}

export function identityOf(user: string): Identity {
  return { principal: { tenant: 'acme', user, roles: ['user'], scopes: [] }, expiresAt: null }
}

const complain = (fields: object, message: string): void =>
  void process.stderr.write(`  ${message} ${'err' in fields ? String(fields.err) : JSON.stringify(fields)}\n`)
const complaining: Logger = { debug: () => {}, info: () => {}, warn: complain, error: complain }
