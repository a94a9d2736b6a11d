/** What stays behind of those who have left, what does who waits hold, and who does not read? [OPS-08] @module */
import { figure, printAnswer, progress, verdict } from './table.ts'
import type { MemoryServer, Open, Weight } from './wire/memory-server.ts'
import { type Child, startChild } from './wire/processes.ts'
import { type Place, type Visit, visit } from './wire/visitor.ts'

const CYCLES = 10_000
const MARK_EVERY = 1_000
/** The caches of the server and of the compiler are full after so many. */
const WARM_UP = 2_000
const AT_ONCE = 20
const WAITING = 1_000
const SLOW_READERS = 20
const LONG_ANSWERS = 96
/** Its deltas, and the whole of it once more at its end. */
const LONG_ANSWER_MIB = (2 * 16 * 8_000) / 1_048_576
const MAX_BUFFERED_BYTES = 1_048_576
const PATIENCE_MS = 60_000

await cycles()
await waiting()
await slowReaders()

/** Everybody is somebody new, with a thread of their own: whatever is kept for each of them adds up. */
async function cycles(): Promise<void> {
  await using server = startServer()
  const place = await server.ask('listen', {})
  const before = await atRest(server)
  const marks: { readonly cycles: number; readonly weight: Weight }[] = []
  for (let done = 0; done < CYCLES + WARM_UP; done += MARK_EVERY) {
    await comeAndGo(place, done, MARK_EVERY)
    const weight = await atRest(server)
    marks.push({ cycles: done + MARK_EVERY - WARM_UP, weight })
    progress(`${done + MARK_EVERY} cycles: heap ${figure(weight.heap)}, resident ${figure(weight.rss)}`)
  }
  const counted = marks.filter(({ cycles: at }) => at >= 0)
  const slopeOf = (part: 'heap' | 'rss' | 'outside'): number =>
    slope(counted.map((mark) => [mark.cycles, mark.weight[part]]))
  const after = marks.at(-1)?.weight ?? before
  const left = differences(before.open, after.open)
  const handles = differences(before.handles, after.handles)

  printAnswer({
    question: 'What stays behind of those who have left?',
    columns: ['cycles', 'heap, bytes', 'outside the heap, bytes', 'resident, bytes'],
    rows: [
      ...counted.map(({ cycles: at, weight }) => [at, figure(weight.heap), figure(weight.outside), figure(weight.rss)]),
      ['a cycle (slope)', figure(slopeOf('heap')), figure(slopeOf('outside')), figure(slopeOf('rss'))],
    ],
    notes: [
      `A cycle: sign in with a token, connect, make a thread, send a message, have one tool called, read the answer, hang up. ${CYCLES.toLocaleString('en')} cycles of as many users and threads, ${AT_ONCE} at once, after ${WARM_UP.toLocaleString('en')} that are not counted; measured after garbage collection.`,
      `Left open at the end that was not before: ${left === '' ? 'nothing' : left}: ${verdict(left === '')}. Handles: ${handles === '' ? 'none' : handles}.`,
      `Target: nothing of a cycle stays on the heap, which is under 64 bytes a cycle, by least squares: ${verdict(slopeOf('heap') < 64)}.`,
    ],
  })
}

async function waiting(): Promise<void> {
  await using server = startServer()
  const place = await server.ask('listen', {})
  await comeAndGo(place, 0, WARM_UP)
  const before = await atRest(server)
  await many(WAITING, async (index) => {
    const visitor = await visit(place, `waiting-${index}`)
    await visitor.say('wipe', 'approval_requested')
    visitor.client.destroy()
  })
  const after = await settled(server, ({ connections }) => connections === 0)
  const [heap, rss] = [(after.heap - before.heap) / WAITING, (after.rss - before.rss) / WAITING]

  printAnswer({
    question: 'What does a run that waits for an approval hold?',
    columns: ['', 'heap, bytes a run', 'resident, bytes a run'],
    rows: [[`${WAITING.toLocaleString('en')} waiting runs`, figure(heap), figure(rss)]],
    notes: [
      `Each of a user of its own who has hung up. Runs that the server counts as at work: ${after.open.runs ?? 0}; open: ${differences(before.open, after.open) || 'nothing'}.`,
      `Target: under 4 KiB of heap: ${verdict(heap < 4_096)}.`,
    ],
  })
}

async function slowReaders(): Promise<void> {
  await using server = startServer()
  const place = await server.ask('listen', { maxBufferedBytes: MAX_BUFFERED_BYTES })
  await comeAndGo(place, 0, WARM_UP)
  const before = await atRest(server)
  const visitors: Visit[] = []
  await many(SLOW_READERS, async (index) => void visitors.push(await visit(place, `slow-${index}`)))
  const connected = await settled(server, ({ connections }) => connections === SLOW_READERS)
  for (const { client } of visitors) client.pause()
  for (let answer = 0; answer < LONG_ANSWERS; answer++) {
    for (const visitor of visitors) void visitor.say('long', 'agent_completed').catch(() => {})
    await allAccepted(server, answer)
  }
  const full = await settled(server, ({ runs }) => runs === 0)
  const each = (full.heap + full.outside - connected.heap - connected.outside) / SLOW_READERS
  for (const { client } of visitors) client.destroy()
  const after = await atRest(server)

  printAnswer({
    question: 'What does a reader hold who does not read?',
    columns: ['', 'bytes a reader', 'left a reader after they went'],
    rows: [
      [
        `${SLOW_READERS} readers`,
        figure(each),
        figure((after.heap + after.outside - before.heap - before.outside) / SLOW_READERS),
      ],
    ],
    notes: [
      `Each was sent about ${figure(LONG_ANSWERS * LONG_ANSWER_MIB)} MiB of events and read none of it; heap and buffers, the kernel's not counted. Still connected: ${full.open.connections ?? 0}.`,
      `Target: at most the \`maxBufferedBytes\` of ${figure(MAX_BUFFERED_BYTES)} that was set, and one batch that went over it, which here is an answer of ${figure(LONG_ANSWER_MIB * 1_048_576)}: ${verdict(each <= MAX_BUFFERED_BYTES + LONG_ANSWER_MIB * 1_048_576)}.`,
    ],
  })
}

/** Runs of the readers, over all so far: the next messages would find their threads busy. */
async function allAccepted(server: Child<MemoryServer>, answer: number): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS
  while ((await server.ask('runsEnded')) < (answer + 1) * SLOW_READERS + WARM_UP) {
    if (performance.now() > giveUpAt) throw new Error('Expected all answers to end')
  }
}

function startServer(): Child<MemoryServer> {
  return startChild<MemoryServer>(new URL('./wire/memory-server.ts', import.meta.url))
}

async function comeAndGo(place: Place, first: number, count: number): Promise<void> {
  await many(count, async (index) => {
    const visitor = await visit(place, `visitor-${first + index}`)
    await visitor.say('add', 'agent_completed')
    visitor.client.destroy()
  })
}

/** As many at once as there are seats. */
async function many(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < count) await work(next++)
    }),
  )
}

function atRest(server: Child<MemoryServer>): Promise<Weight> {
  return settled(server, (open) => Object.values(open).every((count) => count === 0))
}

/** Asked until the server has noticed who has gone and what has ended. */
async function settled(server: Child<MemoryServer>, reached: (open: Open) => boolean): Promise<Weight> {
  const giveUpAt = performance.now() + PATIENCE_MS
  while (!reached(await server.ask('open'))) {
    if (performance.now() < giveUpAt) continue
    throw new Error(`Expected the server to come to rest, got ${JSON.stringify(await server.ask('open'))}`)
  }
  return server.ask('weigh')
}

function differences(before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>): string {
  return Object.entries(after)
    .filter(([name, count]) => count > (before[name] ?? 0))
    .map(([name, count]) => `${name} ${count - (before[name] ?? 0)}`)
    .join(', ')
}

/** Least squares. */
function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (part: 0 | 1): number => points.reduce((sum, point) => sum + point[part], 0) / points.length
  const [meanX, meanY] = [mean(0), mean(1)]
  const above = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  const below = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  return above / below
}
