/**
 * A bare socket for tests that speak the wire themselves. The law: it hides no frame and adds none. @module
 */
import type { WebSocket } from 'ws'
import type { CommandBody, ErrorReply, EventFrame, OkReply, ServerFrame } from '../protocol/frames.ts'
import { createCapture } from './capture.ts'

export interface RawSocket extends AsyncDisposable {
  readonly ws: WebSocket
  /** Everything received, in order. */
  readonly frames: readonly ServerFrame[]
  /** The events received, in order. */
  readonly events: readonly EventFrame[]
  /** The first frame, received or yet to come, that matches. Rejects when the socket closes before. */
  next<F extends ServerFrame>(matches: (frame: ServerFrame) => frame is F): Promise<F>
  next(matches: (frame: ServerFrame) => boolean): Promise<ServerFrame>
  /** Sends a command and waits for its reply. */
  command(body: CommandBody): Promise<OkReply | ErrorReply>
  /** Creates a thread of this socket's user and opens it here. */
  openNewThread(): Promise<string>
  /** Sends a message; the key is made here unless one is given. */
  say(threadId: string, text: string, idempotencyKey?: string): Promise<OkReply | ErrorReply>
  /** The first end of a run that is received. */
  completed(): Promise<EventFrame>
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
}

/** @param ws - Not yet open, or open since this turn. */
export function createRawSocket(ws: WebSocket): RawSocket {
  const capture = createCapture<ServerFrame>()
  const { records, listener } = capture
  const next = capture.next.bind(capture) as RawSocket['next']
  const closed = Promise.withResolvers<{ readonly code: number; readonly reason: string }>()
  let lastId = 0

  ws.on('message', (data) => listener(JSON.parse((data as Buffer).toString()) as ServerFrame))
  ws.on('error', () => {})
  ws.on('close', (code, reason) => {
    closed.resolve({ code, reason: reason.toString() })
    capture.end(`The socket closed with ${code} (${reason.toString()})`)
  })

  async function command(body: CommandBody): Promise<OkReply | ErrorReply> {
    lastId += 1
    const id = `raw-${lastId}`
    ws.send(JSON.stringify({ id, ...body }))
    return (await next((frame) => 'id' in frame && frame.id === id)) as OkReply | ErrorReply
  }

  return {
    ws,
    frames: records,
    get events() {
      return records.filter((frame) => frame.type === 'event')
    },
    next,
    command,
    async openNewThread() {
      const created = await command({ type: 'thread.create' })
      if (!('threadId' in created)) throw new Error(`Not created: ${JSON.stringify(created)}`)
      await command({ type: 'thread.open', threadId: created.threadId, after: 0 })
      return created.threadId
    },
    say: (threadId, text, idempotencyKey = crypto.randomUUID()) =>
      command({ type: 'message.send', threadId, parts: [{ type: 'text', text }], idempotencyKey }),
    completed: async () => (await next(isCompleted)) as EventFrame,
    closed: closed.promise,
    async [Symbol.asyncDispose]() {
      // What was paused does not hear of its close.
      if (ws.isPaused) ws.terminate()
      else ws.close()
      await closed.promise
    },
  }
}

function isCompleted(frame: ServerFrame): boolean {
  return frame.type === 'event' && frame.event.type === 'agent_completed'
}
