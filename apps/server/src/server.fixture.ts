/**
 * A real server for tests: its own data folder, a free port, real sign-in. Everything is gone when it is disposed.
 *
 * @module
 */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Client, createClient } from 'toolcrib/client'
import type { ToolcribConfig } from 'toolcrib/gateway'
import {
  type AgentCompleted,
  type Failure,
  type LoggedEvent,
  SUBPROTOCOL,
  TICKET_SUBPROTOCOL_PREFIX,
} from 'toolcrib/protocol'
import { WebSocket } from 'ws'
import type { Environment } from './config/environment.ts'
import { parseConfig } from './config.ts'
import { type RunningServer, type StartParts, startServer } from './server.ts'

export interface FolderFixture extends AsyncDisposable {
  readonly folder: string
}

export async function temporaryFolder(): Promise<FolderFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'toolcrib-server-'))
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

export interface ServerFixture extends AsyncDisposable {
  readonly server: RunningServer
  readonly url: string
  readonly folder: string
}

export interface FixtureOptions {
  readonly config?: ToolcribConfig
  readonly env?: Environment
  readonly parts?: StartParts
}

export async function startFixture({ config = {}, env = {}, parts = {} }: FixtureOptions = {}): Promise<ServerFixture> {
  await using opened = new AsyncDisposableStack()
  const { folder } = opened.use(await temporaryFolder())
  const checked = parseConfig({ port: 0, logLevel: 'silent', ...config }, { env, folder })
  const server = opened.use(await startServer(checked, parts))
  const owned = opened.move()
  return { server, url: server.url, folder, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

export interface SignedIn {
  readonly token: string
  /** As a browser would send it back. */
  readonly cookie: string
}

export async function signIn(url: string, name: string): Promise<SignedIn> {
  const response = await postJson(`${url}/v1/sign-in`, { name })
  const { token } = (await response.json()) as { readonly token: string }
  return { token, cookie: response.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
}

export function postJson(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

export function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` }
}

export async function takeTicket(url: string, token: string): Promise<string> {
  const response = await postJson(`${url}/v1/tickets`, {}, bearer(token))
  return ((await response.json()) as { readonly ticket: string }).ticket
}

/** A client with real sign-in by ticket, as a browser without a cookie would. */
export function connectClient(url: string, token: string): Client {
  return createClient({ url: socketUrl(url), ticket: () => takeTicket(url, token) })
}

export type Knock =
  | {
      readonly accepted: true
      readonly socket: WebSocket
      readonly hello: { readonly principal: unknown }
      /** Its close code, listened for from the beginning. */
      readonly closed: Promise<number>
    }
  | { readonly accepted: false; readonly status: number; readonly failure: Failure }

export interface KnockOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly ticket?: string
  readonly path?: string
}

/** Tries to open a socket, and tells what came of it. */
export async function knock(url: string, { headers = {}, ticket, path }: KnockOptions): Promise<Knock> {
  const protocols = ticket === undefined ? [SUBPROTOCOL] : [SUBPROTOCOL, `${TICKET_SUBPROTOCOL_PREFIX}${ticket}`]
  const socket = new WebSocket(socketUrl(url, path), protocols, { headers })
  const result = Promise.withResolvers<Knock>()
  socket.on('error', result.reject)
  socket.on('unexpected-response', (_request, response) => {
    let body = ''
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => {
      body += chunk
    })
    response.on('end', () => {
      result.resolve({ accepted: false, status: response.statusCode ?? 0, failure: JSON.parse(body).error })
    })
  })
  socket.once('message', (data) =>
    result.resolve({ accepted: true, socket, hello: JSON.parse((data as Buffer).toString()), closed: closed(socket) }),
  )
  return result.promise
}

export async function closed(socket: WebSocket): Promise<number> {
  const [code] = (await once(socket, 'close')) as [number]
  return code
}

/** Sends a message and gives all the events of its run, up to and with its end. */
export async function ask(
  client: Client,
  threadId: string,
  text: string,
  choice: { readonly agent?: string; readonly model?: string } = {},
): Promise<readonly LoggedEvent[]> {
  const events: LoggedEvent[] = []
  const completed = Promise.withResolvers<void>()
  let runId: string | undefined
  using _view = client.openThread(threadId, {
    onEvent(event) {
      events.push(event)
      if (events.some(isEndOf)) completed.resolve()
    },
  })
  runId = (await client.send(threadId, text, choice)).runId
  if (events.some(isEndOf)) completed.resolve()
  await completed.promise
  return events

  function isEndOf({ event }: LoggedEvent): boolean {
    return event.type === 'agent_completed' && event.runId === runId
  }
}

export function endOf(events: readonly LoggedEvent[]): AgentCompleted {
  // The thread's title may be written beside the run, and come after its end.
  const end = events.findLast(({ event }) => event.type === 'agent_completed')?.event
  if (end?.type === 'agent_completed') return end
  throw new Error('Expected an agent_completed, got none')
}

export interface RawPeer extends Disposable {
  /** What the server said, up to its end of the connection. */
  readonly answer: Promise<string>
  readonly closed: Promise<void>
  write(text: string): void
}

/** A peer that writes what it likes, and never hangs up. */
export function rawPeer(url: string, request: readonly string[]): RawPeer {
  const { hostname, port } = new URL(url)
  const socket = createConnection({ host: hostname, port: Number(port), allowHalfOpen: true })
  // To be cut while it writes is what such a peer is for.
  socket.on('error', () => {})
  socket.write(request.join('\r\n'))
  return {
    answer: text(socket),
    closed: new Promise((resolve) => void socket.once('close', () => resolve())),
    write: (more) => void socket.write(more),
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

export function socketUrl(url: string, path = '/v1/socket'): string {
  return `${url.replace(/^http/, 'ws')}${path}`
}
