/** How do two hundred chats at once feel, and what do they cost? @module */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServerFrame } from 'toolcrib/protocol'
import { quantile } from './measure.ts'
import { figure, printAnswer, progress, ratio, verdict } from './table.ts'
import type { ChatClients, Heard } from './wire/chat-clients.ts'
import type { ChatsServer, Pace, Replay, Spent } from './wire/chats-server.ts'
import { type Child, startChild } from './wire/processes.ts'

const CHATS = 200

interface Load extends Pace {
  readonly name: string
  readonly rounds: number
  /** The chats begin one after the other within it. */
  readonly spreadMs: number
}

const atAPace: Load = { name: 'at a model’s pace', stepMs: 400, pieceMs: 30, rounds: 4, spreadMs: 2_500 }
const allAtOnce: Load = { name: 'all in the same instant', stepMs: 0, pieceMs: 0, rounds: 4, spreadMs: 0 }

interface Contestant {
  readonly name: string
  readonly server: Child<ChatsServer>
  readonly port: number
}

interface Measured {
  readonly events: number
  readonly perSecond: number
  readonly firstMs: readonly number[]
  /** From the word that it is committed to its arrival. */
  readonly committedMs: readonly number[]
  /** From the event's own time, when it was handed to the store. */
  readonly handedMs: readonly number[]
  readonly cpuUs: number
  readonly mainUs: number
}

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-bench-'))
try {
  await using children = new AsyncDisposableStack()
  const clients = children.use(startChild<ChatClients>(new URL('./wire/chat-clients.ts', import.meta.url)))
  const toolcrib = await enter(children, clients, 'Toolcrib, SQLite', (server) =>
    server.ask('listenToolcrib', { folder, chats: CHATS }),
  )
  progress('warming up')
  await talk(clients, toolcrib, allAtOnce)
  const { sample } = (await talk(clients, toolcrib, { ...atAPace, rounds: 1, spreadMs: 0 })).heard
  const bare = await enter(children, clients, 'bare `ws`, the same frames', (server) =>
    server.ask('listenBare', groupsOf(sample)),
  )
  await talk(clients, bare, allAtOnce)
  const results = []
  for (const load of [atAPace, allAtOnce]) {
    for (const contestant of [bare, toolcrib]) {
      progress(`${load.name}: ${contestant.name}`)
      results.push({ load, contestant, measured: measure(await talk(clients, contestant, load)) })
    }
  }
  tell(results)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function enter(
  children: AsyncDisposableStack,
  clients: Child<ChatClients>,
  name: string,
  listen: (server: Child<ChatsServer>) => Promise<number>,
): Promise<Contestant> {
  const server = children.use(startChild<ChatsServer>(new URL('./wire/chats-server.ts', import.meta.url)))
  const port = await listen(server)
  await clients.ask('connect', { port, count: CHATS, opens: name.startsWith('Toolcrib') })
  return { name, server, port }
}

async function talk(
  clients: Child<ChatClients>,
  { server, port }: Contestant,
  { stepMs, pieceMs, rounds, spreadMs }: Load,
): Promise<{ readonly heard: Heard; readonly spent: Spent }> {
  await server.ask('begin', { stepMs, pieceMs })
  const heard = await clients.ask('talk', { port, rounds, spreadMs })
  return { heard, spent: await server.ask('end') }
}

/** As the model's pace parts them: a step begins with a thought, and each piece of the answer comes by itself. */
function groupsOf(frames: readonly string[]): Replay {
  const groups: string[][] = [[]]
  for (const text of frames) {
    const frame = JSON.parse(text) as ServerFrame
    const type = frame.type === 'event' ? frame.event.type : undefined
    if (type === 'agent_message' && groups.at(-1)?.length !== 0) groups.push([])
    groups.at(-1)?.push(text)
    if (type === 'agent_thinking') groups.push([])
  }
  return groups
}

function measure({ heard, spent }: { readonly heard: Heard; readonly spent: Spent }): Measured {
  const { arrivals, elapsedMs, firstMs } = heard
  const events = arrivals.length
  const committedMs = arrivals.flatMap(({ key, arrivedAt }) => {
    const committedAt = spent.committed.get(key)
    return committedAt === undefined ? [] : [arrivedAt - committedAt]
  })
  return {
    events,
    perSecond: (events * 1_000) / elapsedMs,
    firstMs,
    committedMs,
    handedMs: committedMs.length === 0 ? [] : arrivals.map(({ at, arrivedAt }) => arrivedAt - at),
    cpuUs: spent.cpuUs / events,
    mainUs: spent.mainUs / events,
  }
}

function tell(
  results: readonly { readonly load: Load; readonly contestant: Contestant; readonly measured: Measured }[],
): void {
  const paced = results.find(
    ({ load, contestant }) => load === atAPace && contestant.name.startsWith('Toolcrib'),
  )?.measured
  const pacedBare = results.find(
    ({ load, contestant }) => load === atAPace && contestant.name.startsWith('bare'),
  )?.measured
  const first = quantile(paced?.firstMs ?? [], 0.5)
  const arrival = quantile(paced?.committedMs ?? [], 0.5)
  printAnswer({
    question: 'How do two hundred chats at once feel, and what do they cost?',
    columns: [
      'load',
      'server',
      'events a second',
      'send to first event, ms: p50',
      'p99',
      'commit to arrival, ms: p50',
      'p99',
      'store to arrival, ms: p50',
      'processor, µs an event',
      'main thread',
    ],
    rows: results.map(({ load, contestant, measured }) => [
      load.name,
      contestant.name,
      figure(measured.perSecond),
      ...[measured.firstMs, measured.committedMs].flatMap((all) => [
        figure(quantile(all, 0.5)),
        figure(quantile(all, 0.99)),
      ]),
      figure(quantile(measured.handedMs, 0.5)),
      figure(measured.cpuUs),
      figure(measured.mainUs),
    ]),
    notes: [
      `${CHATS} people, each in a chat of its own: a message, five calls of one tool, one a step, and an answer in five pieces; ${atAPace.rounds} times. Server and clients in processes of their own, the store on the disk.`,
      `At a model’s pace: a scripted model that takes ${atAPace.stepMs} ms before each step and ${atAPace.pieceMs} ms between pieces; all chats are at work all the time. In the same instant: all send at once, and the model answers at once: what the server does at most.`,
      'Commit: when the supervisor is told that the event is durable, on a clock finer than a millisecond. Store: the event’s own time, in whole milliseconds, when it was handed to the store; so it has the disk in it.',
      'Bare `ws` sends the frames of one such chat to each, with as many `send`s and at the same pace, and keeps nothing.',
      `Target at a model’s pace: send to first event, p50 at most 5 ms (${figure(first)}): ${verdict(first <= 5)}. Commit to arrival, p50 at most 3 ms (${figure(arrival)}): ${verdict(arrival <= 3)}.`,
      `Processor time of an event against bare \`ws\`, at a model’s pace: ${ratio(paced?.cpuUs ?? Number.NaN, pacedBare?.cpuUs ?? Number.NaN)}.`,
    ],
  })
}
