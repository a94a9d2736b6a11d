/**
 * One person at work: their sockets, streams and requests, all of them watched. The law: every byte that comes back to them
 * is seen as theirs before anything is made of it.
 *
 * @module
 */
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { SUBPROTOCOL, TICKET_SUBPROTOCOL_PREFIX, type ToolCall } from 'toolcrib/protocol'
import { createRawSocket, type RawSocket } from 'toolcrib/testing'
import { WebSocket } from 'ws'
import { bearer, socketUrl } from '../../apps/server/src/server.fixture.ts'
import { canary, firstOf } from './canary.ts'
import type { Observer } from './observer.ts'
import { calledBy, enter } from './people.ts'
import { within } from './within.ts'

export type Door = 'ticket' | 'bearer' | 'cookie'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export interface Ask {
  readonly method: string
  readonly path: string
  readonly body?: object
  /** Sent as it is, in the place of `body`. */
  readonly bytes?: string
  readonly headers?: Readonly<Record<string, string>>
  /** What an operator reads is about everybody, and so nobody's. */
  readonly operating?: 'health' | 'metrics'
}

export interface Participant {
  readonly number: number
  /** Their threads that they have not deleted, oldest first. */
  readonly threads: string[]
  /** Ids of others that they have said. */
  readonly said: Set<string>
  request(ask: Ask): Promise<Answer>
  /** A socket that is open, a new one if there is none. */
  socket(): Promise<RawSocket>
  connect(door: Door): Promise<RawSocket>
  /** The newest socket, gone without a word or with one. */
  hangUp(how: 'drop' | 'leave'): Promise<void>
  /** Reads a thread's log as it grows, until they leave. */
  follow(threadId: string): Promise<void>
  /** Their token is no good any more. */
  forgetToken(): void
  /** Everything of theirs is closed. */
  leave(): Promise<void>
}

/** Where their server is, and it may move. */
export interface Home {
  readonly url: string
  readonly dataFolder: string
  readonly observer: Observer
}

export function createParticipant(home: Home, number: number): Participant {
  const { observer } = home
  const sockets: RawSocket[] = []
  const streams: { readonly leave: () => void; readonly ended: Promise<void> }[] = []
  const said = new Set<string>()
  let entered: Promise<string> | undefined

  function token(): Promise<string> {
    entered ??= enter(home.url, home.dataFolder, number)
    return entered
  }

  async function request({ method, path, body, bytes, headers = {}, operating }: Ask): Promise<Answer> {
    const response = await fetch(`${home.url}${path}`, {
      method,
      headers: {
        ...bearer(await token()),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined && bytes === undefined ? {} : { body: bytes ?? JSON.stringify(body) }),
    })
    const text = await textOf(response)
    const shown = `${[...response.headers].map((header) => header.join(': ')).join('\n')}\n\n${text}`
    const where = `${method} ${path.split('?')[0]}`
    observer.see(
      operating === undefined ? { kind: 'answer', of: number, where, said } : { kind: operating, of: 'nobody', where },
      shown,
    )
    if (response.status >= 500 && response.status !== 503) observer.complain(`${method} ${path} answered ${text}`)
    return { status: response.status, headers: response.headers, text }
  }

  async function connect(door: Door): Promise<RawSocket> {
    const protocols = [SUBPROTOCOL]
    const headers: Record<string, string> = {}
    if (door === 'ticket') {
      const { text } = await request({ method: 'POST', path: '/v1/tickets', body: {} })
      protocols.push(`${TICKET_SUBPROTOCOL_PREFIX}${(JSON.parse(text) as { readonly ticket: string }).ticket}`)
    } else if (door === 'cookie') {
      headers.cookie = `toolcrib_session=${await token()}`
      headers.origin = home.url
    } else {
      headers.authorization = bearer(await token()).authorization
    }
    const ws = new WebSocket(socketUrl(home.url), protocols, { headers })
    ws.on('message', (data: Buffer) => {
      seeFrame(data.toString())
      answerCall(ws, JSON.parse(data.toString()) as ToolCall)
    })
    const socket = createRawSocket(ws)
    await within(
      socket.next(({ type }) => type === 'hello'),
      'a hello',
    )
    sockets.push(socket)
    await Promise.all(threads.slice(-4).map((threadId) => socket.command({ type: 'thread.open', threadId, after: 0 })))
    return socket
  }

  /** The page does what it is asked for. */
  function answerCall(ws: WebSocket, { type, callId, input }: ToolCall): void {
    if (type !== 'tool.call') return
    const output = [canary(number, 'result', firstOf(JSON.stringify(input), 'argument')?.number ?? 0), input]
    ws.send(JSON.stringify({ id: `result of ${callId}`, type: 'tool.result', callId, output }))
  }

  function seeFrame(text: string): void {
    const { type, error } = JSON.parse(text) as { readonly type: string; readonly error?: { readonly code: string } }
    const isReply = type === 'ok' || type === 'error'
    observer.see({ kind: 'frame', of: number, where: type, ...(isReply ? { said } : {}) }, text)
    if (error?.code === 'INTERNAL') observer.complain(`a command of ${calledBy(number)} was answered ${text}`)
    // Hints may be late and come twice; of somebody else they tell that there is somebody, and what they do.
    const isHint = type === 'threads_changed' || type === 'approvals_changed'
    if (isHint && observer.newsFor(number) === 0) {
      observer.complain(`${calledBy(number)} was sent ${type}, and nothing had happened that is theirs`)
    }
  }

  async function readBlocks(response: IncomingMessage, threadId: string): Promise<void> {
    let rest = ''
    try {
      for await (const text of response.setEncoding('utf8')) {
        const blocks = `${rest}${text}`.split('\n\n')
        rest = blocks.pop() ?? ''
        for (const block of blocks) observer.see({ kind: 'stream', of: number, where: threadId }, block)
      }
    } catch {
      // Its reader has left.
    }
  }

  const openSockets = (): readonly RawSocket[] => sockets.filter(({ ws }) => ws.readyState === ws.OPEN)
  const threads: string[] = []

  return {
    number,
    threads,
    said,
    request,
    connect,
    socket: async () => openSockets().at(-1) ?? connect('bearer'),
    async hangUp(how) {
      const socket = openSockets().at(-1)
      if (socket === undefined) return
      if (how === 'drop') socket.ws.terminate()
      else socket.ws.close()
      await within(socket.closed, 'a socket to close')
    },
    async follow(threadId) {
      const headers = { ...bearer(await token()), accept: 'text/event-stream' }
      // A connection of its own: one of a pool is replaced when it is cut, and the server waits for the new one to speak.
      const request = get(`${home.url}/v1/threads/${threadId}/events`, { headers, agent: false })
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      streams.push({ leave: () => void request.destroy(), ended: readBlocks(response, threadId) })
    },
    forgetToken() {
      entered = undefined
    },
    async leave() {
      for (const stream of streams) stream.leave()
      for (const { ws } of sockets) ws.close()
      await within(
        Promise.all([...streams.map(({ ended }) => ended), ...sockets.map(({ closed }) => closed)]),
        'goodbyes',
      )
      streams.length = 0
      sockets.length = 0
    },
  }
}

/** A stream has no end to wait for: that there is one says enough. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) return response.text()
  await response.body?.cancel()
  return '(a stream)'
}
