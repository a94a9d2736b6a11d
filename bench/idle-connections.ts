/** What does an idle connection hold? @module */
import { readFileSync } from 'node:fs'
import { median } from './measure.ts'
import { figure, printAnswer, progress, ratio, verdict } from './table.ts'
import type { CountingClients } from './wire/counting-clients.ts'
import type { IdleServer } from './wire/idle-server.ts'
import { startChild } from './wire/processes.ts'

const WANTED = 5_000
const WARM_UP = 200
/** Files that a process has open besides its sockets, generously. */
const OTHER_FILES = 200
const ROUNDS = 2

interface Held {
  readonly rss: number
  readonly heap: number
}

const openFiles = openFilesLimit()
const count = Math.min(WANTED, openFiles - OTHER_FILES)
const held: Record<'bare' | 'toolcrib', Held[]> = { bare: [], toolcrib: [] }
for (let round = 0; round < ROUNDS; round++) {
  for (const kind of ['bare', 'toolcrib'] as const) {
    progress(`${kind}, round ${round + 1}`)
    held[kind].push(await weigh(kind))
  }
}
const [bare, toolcrib] = [middle(held.bare), middle(held.toolcrib)]

printAnswer({
  question: 'What does an idle connection hold?',
  columns: ['server', 'resident, bytes a connection', 'heap, bytes a connection'],
  rows: [
    ['bare `ws`', figure(bare.rss), figure(bare.heap)],
    ['Toolcrib', figure(toolcrib.rss), figure(toolcrib.heap)],
    ['Toolcrib ÷ bare', ratio(toolcrib.rss, bare.rss), ratio(toolcrib.heap, bare.heap)],
  ],
  notes: [
    `${count.toLocaleString('en')} connections of ${Math.ceil(count / 5).toLocaleString('en')} users, signed in, with a hello and nothing else; after ${WARM_UP} that came and went, and after garbage collection. Median of ${ROUNDS} servers each; clients in another process. The kernel's buffers are not in it.`,
    `Open files allowed to a process here: ${openFiles.toLocaleString('en')}${count < WANTED ? `, so there were fewer than ${WANTED.toLocaleString('en')} connections` : ''}.`,
    `Target: at most twice bare \`ws\`. Resident: ${verdict(toolcrib.rss <= 2 * bare.rss)}. Heap: ${verdict(toolcrib.heap <= 2 * bare.heap)}.`,
  ],
})

async function weigh(kind: 'bare' | 'toolcrib'): Promise<Held> {
  await using server = startChild<IdleServer>(new URL('./wire/idle-server.ts', import.meta.url))
  await using clients = startChild<CountingClients>(new URL('./wire/counting-clients.ts', import.meta.url))
  const { port } = await server.ask('listen', { kind, count })
  await clients.ask('connect', { port, count: WARM_UP, users: 50 })
  await clients.ask('quiet', { port, forMs: 200 })
  await clients.ask('close', { port })
  const before = await memoryOf(0)
  await clients.ask('connect', { port, count, users: Math.ceil(count / 5) })
  await clients.ask('quiet', { port, forMs: 200 })
  const after = await memoryOf(count)
  return { rss: (after.rss - before.rss) / count, heap: (after.heap - before.heap) / count }

  /** Asked until the server has noticed who came or went. */
  async function memoryOf(connections: number): Promise<Held> {
    for (let attempt = 0; attempt < 50; attempt++) {
      const memory = await server.ask('memory')
      if (memory.connections === connections) return memory
    }
    throw new Error(`Expected the ${kind} server to hold ${connections} connections`)
  }
}

function middle(all: readonly Held[]): Held {
  return { rss: median(all.map(({ rss }) => rss)), heap: median(all.map(({ heap }) => heap)) }
}

function openFilesLimit(): number {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
  return soft === undefined ? 1_024 : Number(soft)
}
