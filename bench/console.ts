/**
 * Does the console stay quick? What the first load brings, how long a long thread takes to open, and how many frames are
 * drawn while an answer is streamed into it, at what work: in Chromium, told by its own tracing. Beside it stands how many
 * frames the machine gives a page that does nothing: it is to be judged by that.
 *
 * @module
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { Model } from 'toolcrib/agent'
import { createSqliteStore } from 'toolcrib/store/sqlite'
import { build } from 'vite'
import { parseConfig } from '../apps/server/src/config.ts'
import { startServer } from '../apps/server/src/server.ts'
import { launchChromium } from '../test/browser/chromium.ts'
import { fillThread } from './long-thread.ts'
import { median, quantile } from './measure.ts'
import { figure, printAnswer, progress, verdict } from './table.ts'

const events = 10_000
const openings = 9
const deltasPerSecond = 200
const streamSeconds = 12
const tracing = ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline.frame']
const targets = { scriptBytes: 200_000, openMs: 300, framesPerSecond: 60, workMs: 1_000 / 60 / 2 }
/** A frame that comes a little late is still one of sixty a second. */
const FRAME_MS = 1_000 / 60

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-bench-'))
const consoleFolder = join(folder, 'console')
const root = join(import.meta.dirname, '../apps/console')
progress('building the console')
await build({ root, logLevel: 'error', build: { outDir: consoleFolder, emptyOutDir: true } })

const store = await createSqliteStore({ folder })
const ann = { tenant: 'local', user: 'ann', roles: ['user'], scopes: [] }
const threadId = await fillThread(store, ann, events)
const config = parseConfig({ port: 0, dataFolder: join(folder, 'data') }, { env: { TOOLCRIB_LOG: 'silent' }, folder })
try {
  await using server = await startServer(config, { store, model: steadyModel(), consoleFolder })
  const browser = await launchChromium()
  try {
    const page = await signIn(browser, server.url)
    const scriptBytes = await firstLoad(browser, page, `${server.url}/#/thread/${threadId}`)
    const opened = await openThread(page)
    const idle = await framesOfIdlePage(browser)
    const { drawn, longest, late, work } = await stream(browser, page)
    printAnswer({
      question: 'Does the console stay quick?',
      columns: ['what', 'p50', 'p99', 'target'],
      rows: [
        ['compressed script of the first load of a chat, KB', figure(scriptBytes / 1_000), '', '< 200'],
        [
          `opening a thread of ${events.toLocaleString('en')} events, ms`,
          figure(opened.p50),
          figure(opened.p99),
          '< 300',
        ],
        ['frames a second that a page gets which does nothing', figure(idle), '', ''],
        [`frames drawn a second, at ${deltasPerSecond} deltas a second`, figure(drawn), '', '60'],
        [
          'work of the main thread for a frame, processor ms (p50, p95)',
          figure(work.p50),
          figure(work.p95),
          `< ${figure(targets.workMs)}`,
        ],
        ['time from one frame to the next, ms', figure(longest.p50), figure(longest.p99), figure(FRAME_MS)],
        ['frames that came more than a frame late, %', figure(late * 100), '', ''],
      ],
      notes: [
        'Chromium without a window and without a graphics processor, on the machine that also runs the server: what is drawn is drawn by the processor.',
        `Opening: from the click that leaves another page to the first frame with the end of the thread, ${openings} times.`,
        `Streaming: ${streamSeconds} s into that thread. A frame is a \`DrawFrame\` of Chromium's tracing; its work are the tasks of the main thread from its beginning to the next.`,
        `Script: ${verdict(scriptBytes < targets.scriptBytes)}. Opening: ${verdict(opened.p50 < targets.openMs)}. Frames: ${verdict(drawn > Math.min(targets.framesPerSecond, idle) * 0.97)}; work: ${verdict(work.p95 < targets.workMs)}.`,
      ],
    })
  } finally {
    await browser.close()
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Says words at an even pace; the words make paragraphs, lists and code, as models' do. */
function steadyModel(): Model {
  const words = ['A ', 'steady ', 'answer ', 'with ', '`code` ', 'and ', '**weight**.', '\n\n', '- one\n', '- two\n\n']
  return {
    name: 'steady',
    async *stream() {
      const beganAt = performance.now()
      for (let index = 0; index < deltasPerSecond * streamSeconds; index++) {
        const dueMs = beganAt + (index * 1_000) / deltasPerSecond - performance.now()
        if (dueMs > 1) await new Promise((resolve) => setTimeout(resolve, dueMs))
        yield { type: 'text', delta: words[index % words.length] ?? '' }
      }
      yield { type: 'finish', reason: 'stop', usage: {} }
    },
  }
}

async function signIn(browser: Browser, url: string): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage()
  await page.goto(url)
  await page.getByLabel('Your name').fill('ann')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Message').waitFor()
  return page
}

/** With the session and nothing else: another profile has loaded nothing yet. */
async function firstLoad(browser: Browser, page: Page, address: string): Promise<number> {
  const profile = await browser.newContext({ storageState: await page.context().storageState() })
  const tab = await profile.newPage()
  const sizes: Promise<number>[] = []
  tab.on('response', (response) => {
    if (response.request().resourceType() !== 'script') return
    sizes.push(response.allHeaders().then((headers) => Number(headers['content-length'])))
  })
  await tab.goto(address)
  await tab.getByText(`Question ${events / 10 - 1}`, { exact: true }).waitFor()
  await tab.waitForLoadState('networkidle')
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
  await profile.close()
  return bytes
}

async function openThread(page: Page): Promise<{ readonly p50: number; readonly p99: number }> {
  const times: number[] = []
  for (let round = 0; round <= openings; round++) {
    progress(`opening ${round}`)
    await page.evaluate(() => {
      location.hash = '#/'
    })
    await page.getByText(`Question ${events / 10 - 1}`, { exact: true }).waitFor({ state: 'detached' })
    const took = await page.evaluate(timeToShow, { threadId, text: `Question ${events / 10 - 1}` })
    // The first one loads what the others find there.
    if (round > 0) times.push(took)
  }
  return { p50: median(times), p99: quantile(times, 0.99) }
}

/** In the page: until a frame with this text has been drawn. */
function timeToShow(wanted: { readonly threadId: string; readonly text: string }): Promise<number> {
  return new Promise((resolve) => {
    const beganAt = performance.now()
    const watch = new MutationObserver(() => {
      const log = document.querySelector('[role=log]')
      if (log?.textContent?.includes(wanted.text) !== true) return
      watch.disconnect()
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - beganAt)))
    })
    watch.observe(document.body, { subtree: true, childList: true, characterData: true })
    location.hash = `#/thread/${wanted.threadId}`
  })
}

/** What there is to be had now, whatever is drawn. */
async function framesOfIdlePage(browser: Browser): Promise<number> {
  progress('idling')
  const page = await browser.newPage()
  const frames = await page.evaluate(countFrames, 3_000)
  await page.close()
  return frames
}

/** In the page: frames a second. */
function countFrames(durationMs: number): Promise<number> {
  return new Promise((resolve) => {
    const beganAt = performance.now()
    let frames = 0
    const next = () => {
      frames++
      const tookMs = performance.now() - beganAt
      if (tookMs < durationMs) requestAnimationFrame(next)
      else resolve((frames * 1_000) / tookMs)
    }
    requestAnimationFrame(next)
  })
}

interface Streamed {
  readonly drawn: number
  readonly longest: { readonly p50: number; readonly p99: number }
  readonly late: number
  readonly work: { readonly p50: number; readonly p95: number }
}

async function stream(browser: Browser, page: Page): Promise<Streamed> {
  progress('streaming')
  await page.getByLabel('Message').fill('Go on')
  await page.getByLabel('Message').press('Enter')
  await page.locator('[role=log]').getByText('steady').first().waitFor()
  const path = join(folder, 'trace.json')
  await browser.startTracing(page, { path, categories: tracing })
  await page.waitForTimeout((streamSeconds - 4) * 1_000)
  await browser.stopTracing()
  const { traceEvents }: { readonly traceEvents: readonly TraceEvent[] } = JSON.parse(readFileSync(path, 'utf8'))
  const frames = traceEvents.filter(({ name }) => name === 'DrawFrame').map(({ ts }) => ts / 1_000)
  const gaps = frames
    .toSorted((a, b) => a - b)
    .flatMap((at, index, all) => (index === 0 ? [] : [at - (all[index - 1] ?? at)]))
  const totalMs = gaps.reduce((sum, gap) => sum + gap, 0)
  return {
    drawn: (gaps.length * 1_000) / totalMs,
    longest: { p50: median(gaps), p99: quantile(gaps, 0.99) },
    late: gaps.filter((gap) => gap > 2 * FRAME_MS).length / gaps.length,
    work: workOf(traceEvents),
  }
}

/** Processor time of the thread that draws the page, a frame: what else is done on the machine changes it little. */
function workOf(traceEvents: readonly TraceEvent[]): Streamed['work'] {
  const byThread = Map.groupBy(traceEvents, ({ pid, tid }) => `${pid} ${tid}`)
  const threads = [...byThread.values()].map((events) => ({
    begins: events.filter(({ name }) => name === 'BeginMainThreadFrame').map(({ ts }) => ts),
    tasks: events.filter(({ name }) => name === 'ThreadControllerImpl::RunTask'),
  }))
  const { begins, tasks } = threads.reduce((one, other) => (other.begins.length > one.begins.length ? other : one))
  const starts = begins.toSorted((a, b) => a - b)
  const work = Array.from({ length: starts.length }, () => 0)
  let frame = 0
  for (const { ts, tdur = 0 } of tasks.toSorted((a, b) => a.ts - b.ts)) {
    while (frame < starts.length - 1 && (starts[frame + 1] ?? 0) <= ts) frame++
    work[frame] = (work[frame] ?? 0) + tdur / 1_000
  }
  return { p50: median(work), p95: quantile(work, 0.95) }
}

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** Microseconds. */
  readonly ts: number
  /** Of the processor, microseconds. */
  readonly tdur?: number
}
