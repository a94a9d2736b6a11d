/** How fast does one thread reach a thousand connections? @module */
import { median } from './measure.ts'
import { figure, printAnswer, progress, ratio, verdict } from './table.ts'
import type { CountingClients } from './wire/counting-clients.ts'
import type { FanOutKind, FanOutServer, Listening } from './wire/fan-out-server.ts'
import { type Child, startChild } from './wire/processes.ts'

const CONNECTIONS = 1_000
const ROUNDS = 3
const TURN_MS = 1_000
const batches = [1, 8, 32] as const

interface Rate {
  /** Deliveries a second, from the first event made to the last byte received. */
  readonly perSecond: number
  /** Processor time of the server for a delivery. */
  readonly cpuUs: number
  readonly bytes: number
  readonly behind: number
}

interface Contestant {
  readonly kind: FanOutKind
  readonly server: Child<FanOutServer>
  readonly listening: Listening
  readonly rates: Map<number, Rate[]>
}

await using children = new AsyncDisposableStack()
const clients = children.use(startChild<CountingClients>(new URL('./wire/counting-clients.ts', import.meta.url)))
const frameByFrame = await enter('bare frame by frame')
const onceATurn = await enter('bare once a turn')
const toolcrib = await enter('toolcrib')
const contestants = [frameByFrame, onceATurn, toolcrib]

for (const { server, listening } of contestants) await takeTurn(server, listening, 8)
for (let round = 1; round <= ROUNDS; round++) {
  for (const batch of batches) {
    progress(`${batch} events a turn, round ${round}`)
    for (const { server, listening, rates } of contestants) {
      const rate = await takeTurn(server, listening, batch)
      rates.set(batch, [...(rates.get(batch) ?? []), rate])
    }
  }
}

const fastest = of('perSecond', toolcrib, Math.max(...batches))
const behind = [...toolcrib.rates.values()].flat().reduce((sum, rate) => sum + rate.behind, 0)
printAnswer({
  question: 'How fast does one thread reach a thousand connections?',
  columns: [
    'events a turn',
    'server',
    'deliveries a second',
    'of once a turn',
    'processor, µs a delivery',
    'of once a turn',
    'bytes a delivery',
  ],
  rows: batches.flatMap((batch) =>
    contestants.map((contestant) => [
      batch,
      contestant.kind === 'toolcrib' ? 'Toolcrib' : contestant.kind.replace('bare', 'bare `ws`,'),
      figure(of('perSecond', contestant, batch)),
      ratio(of('perSecond', contestant, batch), of('perSecond', onceATurn, batch)),
      of('cpuUs', contestant, batch).toFixed(2),
      ratio(of('cpuUs', contestant, batch), of('cpuUs', onceATurn, batch)),
      figure(of('bytes', contestant, batch)),
    ]),
  ),
  notes: [
    `${CONNECTIONS.toLocaleString('en')} connections of one user to one thread; a turn of the event loop makes so many events, and the next begins when the kernel has taken them all. Toolcrib: committed to a memory store in one append, then through router, feeds, encoder and socket adapter. Once a turn: each event framed once, one write for each socket. Clients in another process count bytes; they take turns, median of ${ROUNDS}.`,
    `Connections of Toolcrib's that fell behind and were fed from the log: ${behind}.`,
    'An event that comes alone costs a system call for each connection, whoever sends it; that is what bounds the first rows.',
    `Target: at least 60 % of once a turn. ${batches.map((batch) => `${batch} a turn: ${verdict(share(batch) >= 0.6)} (${figure(100 * share(batch))} %)`).join('; ')}.`,
    `Target: 100,000 deliveries a second and more, with ${Math.max(...batches)} events a turn: ${verdict(fastest >= 100_000)} (${figure(fastest)}).`,
  ],
})

async function enter(kind: FanOutKind): Promise<Contestant> {
  progress(`connecting to ${kind}`)
  const server = children.use(startChild<FanOutServer>(new URL('./wire/fan-out-server.ts', import.meta.url)))
  const listening = await server.ask('listen', { kind, connections: CONNECTIONS })
  await clients.ask('connect', { ...listening, count: CONNECTIONS, users: 1 })
  await clients.ask('quiet', { port: listening.port, forMs: 300 })
  return { kind, server, listening, rates: new Map() }
}

async function takeTurn(server: Child<FanOutServer>, { port }: Listening, batch: number): Promise<Rate> {
  const before = await clients.ask('quiet', { port, forMs: 50 })
  const { startedAt, deliveries, cpuUs, bytesWritten, behind } = await server.ask('turn', {
    batch,
    durationMs: TURN_MS,
  })
  const after = await clients.ask('quiet', { port, forMs: 200 })
  const bytes = after.bytes - before.bytes
  if (bytes !== bytesWritten) throw new Error(`Expected ${bytesWritten} bytes to arrive, got ${bytes}`)
  return {
    perSecond: (deliveries * 1_000) / (after.lastAt - startedAt),
    cpuUs: cpuUs / deliveries,
    bytes: bytes / deliveries,
    behind,
  }
}

function of(what: 'perSecond' | 'cpuUs' | 'bytes', { rates }: Contestant, batch: number): number {
  return median((rates.get(batch) ?? []).map((rate) => rate[what]))
}

function share(batch: number): number {
  return of('perSecond', toolcrib, batch) / of('perSecond', onceATurn, batch)
}
