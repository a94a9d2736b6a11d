/**
 * A real server with some of its limits set low: its own data folder, real sockets, a clock that moves when told to. The
 * law: nothing but the limits, the tools and the model differs from a server that people use.
 *
 * @module
 */
import type { Tool } from 'toolcrib'
import type { Model, Store } from 'toolcrib/agent'
import type { Limits, ToolcribConfig } from 'toolcrib/gateway'
import { type ErrorReply, type OkReply, type Principal, SUBPROTOCOL } from 'toolcrib/protocol'
import { createMemoryStore } from 'toolcrib/store/memory'
import {
  createManualClock,
  createRawSocket,
  createScriptedModel,
  type ManualClock,
  type RawSocket,
} from 'toolcrib/testing'
import { WebSocket } from 'ws'
import { bearer, knock, postJson, signIn, socketUrl, startFixture } from '../../apps/server/src/server.fixture.ts'
import type { RunningServer } from '../../apps/server/src/server.ts'

export interface LimitedServer extends AsyncDisposable {
  readonly url: string
  readonly server: RunningServer
  readonly clock: ManualClock
  /** Signs in on first use. */
  token(user: string): Promise<string>
  principal(user: string): Promise<Principal>
  /** A socket that has received its hello. */
  socket(user: string, options?: { readonly autoPong?: boolean }): Promise<RawSocket>
  /** What the door says to one more socket of this user: `ok`, or the status and the code. */
  knock(user: string): Promise<string>
  get(path: string, user: string): Promise<string>
  post(path: string, user: string, body: unknown): Promise<string>
}

export interface LimitedServerOptions {
  readonly limits: Partial<Limits>
  /** Default: one that says `Hello.` */
  readonly model?: Model
  readonly tools?: readonly Tool[]
  readonly config?: ToolcribConfig
  /** Default: in memory. */
  readonly storeOn?: 'disk'
  /** In the place of one in memory. */
  readonly store?: Store
}

export async function startLimited(options: LimitedServerOptions): Promise<LimitedServer> {
  const { limits, tools = [], model = createScriptedModel(() => ({ text: 'Hello.' })), config = {} } = options
  const clock = createManualClock()
  const fixture = await startFixture({
    config: { starterTools: false, tools, limits, ...config },
    parts: { clock, model, ...(options.storeOn === 'disk' ? {} : { store: options.store ?? createMemoryStore() }) },
  })
  const { server, url } = fixture
  const tokens = new Map<string, Promise<string>>()
  const sockets: RawSocket[] = []

  function token(user: string): Promise<string> {
    const known = tokens.get(user) ?? signIn(url, user).then((signedIn) => signedIn.token)
    tokens.set(user, known)
    return known
  }

  return {
    url,
    server,
    clock,
    token,
    async principal(user) {
      const response = await fetch(`${url}/v1/me`, { headers: bearer(await token(user)) })
      return ((await response.json()) as { readonly principal: Principal }).principal
    },
    async socket(user, { autoPong = true } = {}) {
      const headers = bearer(await token(user))
      const socket = createRawSocket(new WebSocket(socketUrl(url), [SUBPROTOCOL], { headers, autoPong }))
      sockets.push(socket)
      await socket.next(({ type }) => type === 'hello')
      return socket
    },
    async knock(user) {
      const result = await knock(url, { headers: bearer(await token(user)) })
      return result.accepted ? 'ok' : `${result.status} ${result.failure.code}`
    },
    get: async (path, user) => wordOf(await fetch(`${url}${path}`, { headers: bearer(await token(user)) })),
    post: async (path, user, body) => wordOf(await postJson(`${url}${path}`, body, bearer(await token(user)))),
    async [Symbol.asyncDispose]() {
      for (const { ws } of sockets) ws.terminate()
      await fixture[Symbol.asyncDispose]()
    },
  }
}

/** `ok`, or the code of the refusal. */
export function saidBy(reply: OkReply | ErrorReply): string {
  return reply.type === 'ok' ? 'ok' : reply.error.code
}

/** `ok`, or the status and the code of the refusal. */
export async function wordOf(response: Response): Promise<string> {
  const body = (await response.json()) as { readonly error?: { readonly code: string } }
  return response.ok ? 'ok' : `${response.status} ${body.error?.code}`
}

/** Until everything that is ready has had its turn, so many times over. */
export async function turns(count: number): Promise<void> {
  for (let turn = 1; turn <= count; turn++) await new Promise((resolve) => void setImmediate(resolve))
}
