/**
 * Where a log can be read from: sockets, streams of Server-Sent Events, and pages over HTTP. Each keeps the very text that
 * came. The law: a seat changes nothing of what it was given.
 *
 * @module
 */
import type { RawSocket } from 'toolcrib/testing'
import { bearer } from '../../apps/server/src/server.fixture.ts'

export interface SocketSeat {
  /** The event frames, as they came. */
  readonly texts: readonly string[]
  /** Those that came before they were committed. */
  readonly early: readonly string[]
}

/** Listens from now on. */
export function sitAtSocket(socket: RawSocket, committed: (threadId: string) => number): SocketSeat {
  const texts: string[] = []
  const early: string[] = []
  socket.ws.on('message', (data: Buffer) => {
    const text = data.toString()
    const frame = JSON.parse(text) as { readonly type: string; readonly threadId: string; readonly seq: number }
    if (frame.type !== 'event') return
    texts.push(text)
    if (committed(frame.threadId) < frame.seq) early.push(text)
  })
  return { texts, early }
}

export interface Address {
  readonly url: string
  readonly token: string
  readonly threadId: string
}

/** What a stream says, up to the end of the first run that ends in it: the text of each event. */
export async function readStream({ url, token, threadId }: Address, after: number): Promise<readonly string[]> {
  const leaving = new AbortController()
  const headers = { ...bearer(token), accept: 'text/event-stream', 'last-event-id': `${after}` }
  const response = await fetch(`${url}/v1/threads/${threadId}/events`, { headers, signal: leaving.signal })
  const texts: string[] = []
  let rest = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    rest += chunk
    const blocks = rest.split('\n\n')
    rest = blocks.pop() ?? ''
    texts.push(...blocks.flatMap((block) => /^data: (.*)$/m.exec(block)?.[1] ?? []))
    if (texts.some((text) => text.includes('"type":"agent_completed"'))) break
  }
  leaving.abort()
  return texts
}

/** The whole of a log as pages of three events. */
export async function readPages({ url, token, threadId }: Address): Promise<readonly string[]> {
  const texts: string[] = []
  for (;;) {
    const page = await fetch(`${url}/v1/threads/${threadId}/events?after=${texts.length}&limit=3`, {
      headers: bearer(token),
    })
    const { events } = (await page.json()) as { readonly events: readonly object[] }
    if (events.length === 0) return texts
    texts.push(...events.map((event) => JSON.stringify(event)))
  }
}
