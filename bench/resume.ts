/** How long does a client wait for the end of a long thread? @module */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServerFrame } from 'toolcrib/protocol'
import { createSqliteStore } from 'toolcrib/store/sqlite'
import { startTestServer } from 'toolcrib/testing'
import { fillThread } from './long-thread.ts'
import { median, quantile } from './measure.ts'
import { figure, printAnswer, progress, verdict } from './table.ts'

const lengths = [100, 1_000, 10_000] as const
/** What a client shows first. */
const page = 100
const rounds = 40
const targetMs = 20

type Opening = { readonly last: number } | { readonly after: number }

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-bench-'))
try {
  await using store = await createSqliteStore({ folder })
  await using server = await startTestServer({
    store,
    limits: { commandsPerSecond: 10_000, commandBurst: 10_000, maxConnectionsPerUser: 1_000 },
  })
  const token = server.issue('ann')
  const rows: (string | number)[][] = []
  let longest = Number.NaN
  for (const length of lengths) {
    progress(`${length} events`)
    const threadId = await fillThread(store, server.principal('ann'), length)
    const ways = {
      last: await sample(threadId, { last: page }),
      after: await sample(threadId, { after: length - page }),
      all: length > 1_000 ? await sample(threadId, { after: 0 }, 5) : await sample(threadId, { after: 0 }),
    }
    longest = ways.last.p50
    const cells = Object.values(ways).flatMap(({ p50, p99 }) => [figure(p50), figure(p99)])
    rows.push([length, ...cells, `${figure(ways.all.p50 / ways.last.p50)}×`])
  }
  printAnswer({
    question: 'How long does a client wait for the end of a long thread?',
    columns: [
      'events',
      `last ${page}, ms: p50`,
      'p99',
      `the ${page} it missed, ms: p50`,
      'p99',
      'all, ms: p50',
      'p99',
      'all ÷ last',
    ],
    rows,
    notes: [
      `A new socket each time; from the command \`thread.open\` to the last event that is there, over a real socket and SQLite on the disk. ${rounds} times.`,
      '`last` also sends what belongs to the same turn as the oldest of its events; here every turn has ten events.',
      `Target: under ${targetMs} ms for the last page of ${lengths.at(-1)} events: ${verdict(longest < targetMs)} (${figure(longest)} ms).`,
    ],
  })

  async function sample(
    threadId: string,
    opening: Opening,
    count = rounds,
  ): Promise<{ readonly p50: number; readonly p99: number }> {
    const times: number[] = []
    for (let round = 0; round < count; round++) {
      await using socket = await server.socket(token)
      const start = performance.now()
      const opened = await socket.command({ type: 'thread.open', threadId, ...opening })
      if (opened.type !== 'ok' || !('lastSeq' in opened)) throw new Error(`Expected ok, got ${JSON.stringify(opened)}`)
      const { lastSeq } = opened
      await socket.next((frame: ServerFrame) => frame.type === 'event' && frame.seq === lastSeq)
      times.push(performance.now() - start)
    }
    return { p50: median(times), p99: quantile(times, 0.99) }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
