/**
 * The server that sends one thread's events to all its connections, for so long, so many events a turn of its event loop;
 * the next turn begins when the kernel has taken the last one's bytes for every connection.
 *
 * @module
 */
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { AgentMessage, EventFrame } from 'toolcrib/protocol'
import { createMemoryStore } from 'toolcrib/store/memory'
import type { WebSocket } from 'ws'
import { startBareServer } from './bare-server.ts'
import { answerParent, stamp } from './processes.ts'
import { identityOf, startToolcribServer } from './toolcrib-server.ts'

export type FanOutKind = 'toolcrib' | 'bare frame by frame' | 'bare once a turn'

export interface Listening {
  readonly port: number
  /** What each connection has to send first. */
  readonly firstText?: string
}

export interface FanOutTurn {
  readonly batch: number
  readonly durationMs: number
}

export interface FanOutResult {
  readonly startedAt: number
  readonly deliveries: number
  readonly cpuUs: number
  /** Written to all connections together. */
  readonly bytesWritten: number
  /** How often a connection fell behind and was fed from the log. */
  readonly behind: number
}

interface FanOut {
  readonly listening: Listening
  readonly streams: ReadonlySet<Duplex>
  /** Resolves with the deliveries and those that fell behind. */
  readonly turn: (turn: FanOutTurn) => Promise<{ readonly deliveries: number; readonly behind: number }>
}

const TEXT = 'word '.repeat(20)

let fanOut: FanOut | undefined

const answers = {
  async listen({ kind, connections }: { readonly kind: FanOutKind; readonly connections: number }): Promise<Listening> {
    fanOut = kind === 'toolcrib' ? await listenToolcrib(connections) : await listenBare(kind)
    return fanOut.listening
  },
  async turn(turn: FanOutTurn): Promise<FanOutResult> {
    if (fanOut === undefined) throw new Error('Expected to listen already')
    const bytesBefore = written(fanOut.streams)
    const startedAt = stamp()
    const cpuStart = process.cpuUsage()
    const { deliveries, behind } = await fanOut.turn(turn)
    await handedOver(fanOut.streams)
    const { user, system } = process.cpuUsage(cpuStart)
    const bytesWritten = written(fanOut.streams) - bytesBefore
    return { startedAt, deliveries, cpuUs: user + system, bytesWritten, behind }
  },
}
export type FanOutServer = typeof answers
answerParent(answers)

/**
 * The events of an accepted run, committed to the store a batch at a time and told as the supervisor tells them: everything
 * from the commit on is the gateway's own way. (A run's own events come as fast as its model, at most one every 16 ms.)
 */
async function listenToolcrib(connections: number): Promise<FanOut> {
  const store = createMemoryStore()
  const server = await startToolcribServer({
    store,
    model: { name: 'silent', stream: neverAsked },
    // The clients count bytes and answer no ping.
    limits: { maxConnections: connections, maxConnectionsPerUser: connections, pingIntervalMs: 600_000 },
  })
  const { supervisor, gateway, streams, port, tell } = server
  const { principal } = identityOf('user-0')
  const { threadId } = await supervisor.createThread(principal, { title: 'fan-out' })
  const runId = 'run_01JD0000000000000000000000'
  await store.runs.accept(principal, {
    runId,
    threadId,
    messageId: 'msg_01JD0000000000000000000000',
    agent: 'bench',
    principal,
    parts: [{ type: 'text', text: 'go' }],
    idempotencyKey: 'fan-out',
    node: 'bench',
    at: Date.now(),
    leaseMs: 600_000,
    maxRunsPerUser: 1,
  })
  const fence = { runId, epoch: 1 }
  return {
    listening: { port, firstText: JSON.stringify({ id: 'open', type: 'thread.open', threadId, after: 0 }) },
    streams,
    async turn({ batch, durationMs }) {
      const before = gateway.metrics()
      for (const endsAt = performance.now() + durationMs; performance.now() < endsAt; ) {
        const said = Array.from({ length: batch }, () => sayIn(runId))
        const events = await store.events.append(principal, threadId, { fence, at: Date.now(), events: said })
        tell({ type: 'events', owner: principal, threadId, events })
        await handedOver(streams)
      }
      const after = gateway.metrics()
      return { deliveries: after.eventsSent - before.eventsSent, behind: after.feedsBehind - before.feedsBehind }
    },
  }
}

function sayIn(runId: string): AgentMessage {
  return { type: 'agent_message', runId, step: 1, delta: TEXT }
}

function neverAsked(): never {
  throw new Error('Expected nobody to ask')
}

async function listenBare(kind: Exclude<FanOutKind, 'toolcrib'>): Promise<FanOut> {
  const { port, sockets, streams } = await startBareServer(() => {})
  let seq = 0
  const nextEvent = (): EventFrame => ({
    type: 'event',
    threadId: 'thr_01JD0000000000000000000000',
    seq: ++seq,
    at: Date.now(),
    event: sayIn('run_01JD0000000000000000000000'),
  })
  return {
    listening: { port },
    streams,
    async turn({ batch, durationMs }) {
      const first = seq
      for (const endsAt = performance.now() + durationMs; performance.now() < endsAt; ) {
        const events = Array.from({ length: batch }, nextEvent)
        if (kind === 'bare frame by frame') sendEach(sockets, events)
        else writeOnce(streams, events)
        await handedOver(streams)
      }
      return { deliveries: (seq - first) * streams.size, behind: 0 }
    },
  }
}

function sendEach(sockets: ReadonlySet<WebSocket>, events: readonly object[]): void {
  for (const event of events) for (const socket of sockets) socket.send(JSON.stringify(event))
}

/** What can be done at best: each event framed once, and one write for each socket. */
function writeOnce(streams: ReadonlySet<Duplex>, events: readonly object[]): void {
  const bytes = Buffer.concat(events.map(frame))
  for (const stream of streams) stream.write(bytes)
}

function frame(event: object): Buffer {
  const body = Buffer.from(JSON.stringify(event))
  const head =
    body.length < 126
      ? Buffer.from([0x81, body.length])
      : Buffer.from([0x81, 126, body.length >> 8, body.length & 0xff])
  return Buffer.concat([head, body])
}

async function handedOver(streams: ReadonlySet<Duplex>): Promise<void> {
  // What is written at the end of a turn of the loop is seen in the one after the next.
  await nextTurn()
  do await nextTurn()
  while (isWriting(streams))
}

function isWriting(streams: ReadonlySet<Duplex>): boolean {
  for (const stream of streams) if (stream.writableLength > 0) return true
  return false
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}

function written(streams: ReadonlySet<Duplex>): number {
  let bytes = 0
  for (const stream of streams) if (stream instanceof Socket) bytes += stream.bytesWritten
  return bytes
}
