/**
 * Who else reads a person's thread: another tab, a stream over HTTP, somebody who does not read for a long time, and
 * somebody who never reads again. The law: each goes on from the last event it was given, and takes no event but the next.
 *
 * @module
 */
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from 'toolcrib/client'
import { type LoggedEvent, type ServerFrame, SUBPROTOCOL } from 'toolcrib/protocol'
import { WebSocket } from 'ws'
import { bearer, postJson } from './http.ts'
import type { Case } from './plan.ts'

export interface Reader {
  readonly seen: readonly LoggedEvent[]
  /** What came that was not the next event. */
  readonly faults: readonly string[]
  /** Whoever did not read begins to; whoever never does is not seen again when they are cut off. */
  wake(): void
  close(): void
}

export interface ReaderOptions {
  readonly url: string
  readonly token: string
  readonly threadId: string
}

const againMs = 100

export function openReader(kind: Case['secondReader'], options: ReaderOptions): Reader | undefined {
  switch (kind) {
    case 'none':
      return undefined
    case 'tab':
      return openTab(options)
    case 'stream':
      return openStream(options)
    case 'slow':
      return openSocket(options, { wakes: true })
    case 'dead':
      return openSocket(options, { wakes: false })
    default:
      return kind satisfies never
  }
}

export function socketUrl(url: string): string {
  return `${url.replace(/^http/, 'ws')}/v1/socket`
}

export async function takeTicket(url: string, token: string): Promise<string> {
  return (await postJson<{ readonly ticket: string }>(`${url}/v1/tickets`, {}, token)).ticket
}

function openTab({ url, token, threadId }: ReaderOptions): Reader {
  const seen: LoggedEvent[] = []
  const client = createClient({
    url: socketUrl(url),
    ticket: () => takeTicket(url, token),
    minBackoffMs: 50,
    maxBackoffMs: 300,
  })
  client.openThread(threadId, { onEvent: (event) => seen.push(event) })
  return { seen, faults: [], wake: () => {}, close: () => client.close() }
}

function openStream({ url, token, threadId }: ReaderOptions): Reader {
  const { seen, faults, take } = createTaker()
  const closed = new AbortController()
  void readOn()
  return { seen, faults, wake: () => {}, close: () => closed.abort() }

  async function readOn(): Promise<void> {
    while (!closed.signal.aborted) {
      await readOnce().catch(() => {})
      await delay(againMs, undefined, { signal: closed.signal }).catch(() => {})
    }
  }

  async function readOnce(): Promise<void> {
    const last = { 'last-event-id': String(seen.at(-1)?.seq ?? 0) }
    const response = await fetch(`${url}/v1/threads/${threadId}/events`, {
      headers: { accept: 'text/event-stream', ...last, ...bearer(token) },
      signal: closed.signal,
    })
    if (!response.ok || response.body === null) return
    let text = ''
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      text += piece
      const messages = text.split('\n\n')
      text = messages.pop() ?? ''
      for (const message of messages) {
        const data = message.split('\n').find((line) => line.startsWith('data: '))
        if (data !== undefined) take(JSON.parse(data.slice('data: '.length)) as LoggedEvent)
      }
    }
  }
}

/** Opens the thread and reads no further, until it is woken if it ever is. */
function openSocket({ url, token, threadId }: ReaderOptions, { wakes }: { readonly wakes: boolean }): Reader {
  const { seen, faults, take } = createTaker()
  let closed = false
  let awake = false
  let socket: WebSocket | undefined
  void readOn()
  return {
    seen,
    faults,
    wake() {
      if (!wakes) {
        closed = true
        return
      }
      awake = true
      socket?.resume()
    },
    close() {
      closed = true
      socket?.terminate()
    },
  }

  async function readOn(): Promise<void> {
    while (!closed) {
      await readOnce()
      await delay(againMs)
    }
  }

  async function readOnce(): Promise<void> {
    const mine = new WebSocket(socketUrl(url), [SUBPROTOCOL], { headers: bearer(token) })
    socket = mine
    mine.on('error', () => {})
    mine.on('message', (data) => {
      const frame = JSON.parse((data as Buffer).toString()) as ServerFrame
      if (frame.type === 'hello') {
        const after = seen.at(-1)?.seq ?? 0
        mine.send(JSON.stringify({ id: '1', type: 'thread.open', threadId, after }))
      }
      if (frame.type === 'event') take({ seq: frame.seq, at: frame.at, event: frame.event })
      if (frame.type === 'ok' && !awake) mine.pause()
    })
    await once(mine, 'close').catch(() => {})
  }
}

interface Taker {
  readonly seen: readonly LoggedEvent[]
  readonly faults: readonly string[]
  readonly take: (event: LoggedEvent) => void
}

function createTaker(): Taker {
  const seen: LoggedEvent[] = []
  const faults: string[] = []
  return {
    seen,
    faults,
    take(event: LoggedEvent) {
      const last = seen.at(-1)?.seq ?? 0
      if (event.seq !== last + 1) faults.push(`event ${event.seq} came after ${last}`)
      seen.push(event)
    },
  }
}
