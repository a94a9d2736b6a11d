/** The server that two hundred people chat with at once; or `ws` alone, sending them the same frames at the same pace. @module */
import { setTimeout as delay } from 'node:timers/promises'
import { defineTool } from 'toolcrib'
import type { Model } from 'toolcrib/agent'
import { createSqliteStore } from 'toolcrib/store/sqlite'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import { add } from '../script.ts'
import { startBareServer } from './bare-server.ts'
import { answerParent, stamp } from './processes.ts'
import { startToolcribServer } from './toolcrib-server.ts'

export interface Pace {
  /** How long the model takes before each step. 0: it answers at once. */
  readonly stepMs: number
  /** Between the pieces of its answer. */
  readonly pieceMs: number
}

export interface Spent {
  /** Processor time of all threads. */
  readonly cpuUs: number
  /** Of them the main thread's. */
  readonly mainUs: number
  /** When each event was told to be committed, by `threadId:seq`. */
  readonly committed: ReadonlyMap<string, number>
}

/** The frames of one chat, in groups that are sent together; the model's pace lies between the groups. */
export type Replay = readonly (readonly string[])[]

const CALLS = 5
const PIECES = 5

let pace: Pace = { stepMs: 0, pieceMs: 0 }
let replay: Replay = []
let committed = new Map<string, number>()
let cpuStart = process.cpuUsage()
let mainStart = process.threadCpuUsage()

const answers = {
  async listenToolcrib({ folder, chats }: { readonly folder: string; readonly chats: number }): Promise<number> {
    const { port } = await startToolcribServer({
      store: await createSqliteStore({ folder }),
      model,
      tools: [
        defineTool({
          name: 'add',
          description: 'Add two numbers.',
          input: z.object({ a: z.number(), b: z.number() }),
          effect: 'read',
          execute: async (input) => add(input),
        }),
      ],
      // The clients answer no ping.
      limits: { maxConnections: chats, pingIntervalMs: 600_000 },
      onNotice: (notice) => {
        if (notice.type !== 'events') return
        const at = stamp()
        for (const { seq } of notice.events) committed.set(`${notice.threadId}:${seq}`, at)
      },
    })
    return port
  },
  async listenBare(frames: Replay): Promise<number> {
    replay = frames
    const { port } = await startBareServer((socket) => void sendReplay(socket))
    return port
  },
  begin(next: Pace): void {
    pace = next
    committed = new Map()
    cpuStart = process.cpuUsage()
    mainStart = process.threadCpuUsage()
  },
  end(): Spent {
    const cpu = process.cpuUsage(cpuStart)
    const main = process.threadCpuUsage(mainStart)
    return { cpuUs: cpu.user + cpu.system, mainUs: main.user + main.system, committed }
  },
}
export type ChatsServer = typeof answers
answerParent(answers)

const model: Model = {
  name: 'scripted',
  async *stream({ messages }) {
    // Of a thread with earlier questions, only what came after the last one counts.
    const step = (messages.length - 1 - messages.findLastIndex(({ role }) => role === 'user')) / 2
    if (pace.stepMs > 0) await delay(pace.stepMs)
    const isCall = step < CALLS
    if (isCall) yield { type: 'call', tool: 'add', input: { a: step, b: 1 } }
    for (let piece = 0; !isCall && piece < PIECES; piece++) {
      if (piece > 0 && pace.pieceMs > 0) await delay(pace.pieceMs)
      yield { type: 'text', delta: `word${piece} ` }
    }
    yield { type: 'finish', reason: isCall ? 'calls' : 'stop', usage: { inputTokens: 1, outputTokens: 1 } }
  },
}

async function sendReplay(socket: WebSocket): Promise<void> {
  for (const [index, frames] of replay.entries()) {
    const waitMs = index === 0 ? 0 : index <= CALLS + 1 ? pace.stepMs : pace.pieceMs
    if (waitMs > 0) await delay(waitMs)
    for (const text of frames) socket.send(text)
  }
}
