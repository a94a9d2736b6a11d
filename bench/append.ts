/** How many events a second are on the disk when their writer goes on? @module */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Store } from 'toolcrib/agent'
import type { ThreadEvent } from 'toolcrib/protocol'
import { createSqliteStore } from 'toolcrib/store/sqlite'
import { median, quantile } from './measure.ts'
import { figure, printAnswer, progress, verdict } from './table.ts'

interface Load {
  readonly writers: number
  /** Events of one append: what a run says in one turn of the event loop. */
  readonly events: number
}

interface Turn {
  /** Events a second. */
  readonly rate: number
}

const loads: readonly Load[] = [
  { writers: 1, events: 1 },
  { writers: 1, events: 4 },
  { writers: 200, events: 1 },
  { writers: 200, events: 4 },
]
const owner = { tenant: 'acme', user: 'ann' }
const turns = 9
const turnMs = 400
const target = 0.6

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-bench-'))
try {
  const rows: (string | number)[][] = []
  const shares: { readonly load: Load; readonly share: number }[] = []
  for (const [index, load] of loads.entries()) {
    progress(`${load.writers} writers, ${load.events} events an append`)
    const { rate, bare, spread } = await measure(load, join(folder, String(index)))
    shares.push({ load, share: rate / bare })
    rows.push([
      load.writers,
      load.events,
      figure(rate),
      figure(bare),
      `${figure((100 * rate) / bare)} %`,
      `${figure(100 * spread)} %`,
    ])
  }
  printAnswer({
    question: 'How many events a second are durable?',
    columns: ['writers', 'events an append', 'Toolcrib, events a second', 'bare `node:sqlite`', 'of bare', 'spread'],
    rows,
    notes: [
      'Each writer appends to a thread of its own under its fence, and again when that is on the disk. Bare: the same lines into a table of the same shape, on the main thread, in transactions of as many events, with the same settings of SQLite; no owner, no fence, no numbering, no thread of its own.',
      `They take turns of ${turnMs} ms within one process; median of ${turns}, spread between the quartiles of the share.`,
      ...shares.map(
        ({ load, share }) =>
          `Target: at least ${100 * target} % of bare. ${load.writers} writers, ${load.events} events: ${verdict(share >= target)} (${figure(100 * share)} %).`,
      ),
    ],
  })
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function measure(
  load: Load,
  place: string,
): Promise<{ readonly rate: number; readonly bare: number; readonly spread: number }> {
  await using store = await createSqliteStore({ folder: place })
  using bare = openBare(join(place, 'bare.db'))
  const append = await openWriters(store, load)
  await ours(append, load)
  theirs(bare, load)
  const samples: { readonly ours: Turn; readonly theirs: Turn }[] = []
  for (let turn = 0; turn < turns; turn++) samples.push({ ours: await ours(append, load), theirs: theirs(bare, load) })
  const shares = samples.map((sample) => sample.ours.rate / sample.theirs.rate)
  return {
    rate: median(samples.map((sample) => sample.ours.rate)),
    bare: median(samples.map((sample) => sample.theirs.rate)),
    spread: quantile(shares, 0.75) - quantile(shares, 0.25),
  }
}

/** One function for each writer: appends once. */
async function openWriters(store: Store, { writers, events }: Load): Promise<readonly (() => Promise<unknown>)[]> {
  return Promise.all(
    Array.from({ length: writers }, async (_, index) => {
      const threadId = `thr_${index}`
      const runId = `run_${index}`
      await store.threads.create(owner, { threadId, title: threadId, at: 1 })
      await store.runs.accept(owner, {
        runId,
        threadId,
        messageId: `msg_${index}`,
        agent: 'assistant',
        principal: { ...owner, roles: [], scopes: [] },
        parts: [{ type: 'text', text: 'go' }],
        idempotencyKey: 'key',
        node: 'node',
        at: 1,
        leaseMs: 1e9,
        maxRunsPerUser: writers,
      })
      const batch: readonly ThreadEvent[] = Array.from({ length: events }, () => eventOf(runId))
      return () => store.events.append(owner, threadId, { fence: { runId, epoch: 1 }, at: Date.now(), events: batch })
    }),
  )
}

function eventOf(runId: string): ThreadEvent {
  return {
    type: 'agent_message',
    runId,
    step: 1,
    delta: 'What a model says in sixteen milliseconds, a few words or so.',
  }
}

async function ours(append: readonly (() => Promise<unknown>)[], { writers, events }: Load): Promise<Turn> {
  const start = performance.now()
  let appended = 0
  await Promise.all(
    append.map(async (once) => {
      while (performance.now() - start < turnMs) {
        await once()
        appended += 1
      }
    }),
  )
  if (append.length !== writers) throw new Error('Expected a function for each writer')
  return { rate: (1_000 * appended * events) / (performance.now() - start) }
}

interface Bare extends Disposable {
  readonly transaction: (threads: number, events: number) => void
}

function theirs({ transaction }: Bare, { writers, events }: Load): Turn {
  const start = performance.now()
  let inserted = 0
  while (performance.now() - start < turnMs) {
    transaction(writers, events)
    inserted += writers * events
  }
  return { rate: (1_000 * inserted) / (performance.now() - start) }
}

function openBare(file: string): Bare {
  const database = new DatabaseSync(file)
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA cache_size = -16384;
    CREATE TABLE events (
      thread_key INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      at INTEGER NOT NULL,
      event TEXT NOT NULL,
      PRIMARY KEY (thread_key, seq)
    ) STRICT;
  `)
  const insert = database.prepare('INSERT INTO events (thread_key, seq, at, event) VALUES (?, ?, ?, ?)')
  let seq = 0
  return {
    transaction(threads, events) {
      const at = Date.now()
      database.exec('BEGIN IMMEDIATE')
      for (let thread = 0; thread < threads; thread++) {
        for (let event = 0; event < events; event++) {
          insert.run(thread, seq + event, at, JSON.stringify(eventOf(`run_${thread}`)))
        }
      }
      database.exec('COMMIT')
      seq += events
    },
    [Symbol.dispose]: () => database.close(),
  }
}
