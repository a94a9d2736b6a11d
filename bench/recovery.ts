/** How long does a run stand still when its server is killed and started again? [RUN-03] @module */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LoggedEvent } from 'toolcrib/protocol'
import { median } from './measure.ts'
import { figure, printAnswer, progress, verdict } from './table.ts'

const cli = fileURLToPath(new URL('../apps/server/src/cli.ts', import.meta.url))
const rounds = 9
const leaseMs = 2_000
const targetMs = leaseMs + 1_000

const config = `
import { defineConfig, defineTool } from 'toolcrib'
const slow = defineTool({
  name: 'slow', description: 'Takes its time.', input: { type: 'object' }, effect: 'read', timeoutMs: 120_000,
  execute: () => new Promise(() => {}),
})
const model = {
  name: 'bench-model',
  async *stream() {
    yield { type: 'call', tool: 'slow', input: {} } as const
    yield { type: 'finish', reason: 'calls', usage: { inputTokens: 1, outputTokens: 1 } } as const
  },
}
export default defineConfig({
  tools: [slow],
  starterTools: false,
  limits: { drainMs: 0, stopGraceMs: 100 },
  agents: [{ name: 'assistant', description: 'd', instructions: 'i', tools: ['*'], model }],
})
`

interface Round {
  /** From the kill to the new server's first word about the run. */
  readonly goesOnMs: number
  /** From the start of the new process to the port. */
  readonly startMs: number
}

const kills = await sample('SIGKILL')
const deploys = await sample('SIGTERM')
const slowest = Math.max(...kills.map(({ goesOnMs }) => goesOnMs))
printAnswer({
  question: 'How long does a run stand still when its server is killed and started again?',
  columns: ['the server', 'run goes on after, ms: median', 'slowest', 'of which until it serves again: median'],
  rows: [row('killed (`kill -9`)', kills), row('stopped (SIGTERM), with a call at work that is cut', deploys)],
  notes: [
    `A real server on a data folder, with one run at work in a call that may be made again; the next process is started at once. ${rounds} times each. From the signal to \`agent_started\` of the next attempt, by its own time in the log.`,
    `The run of a killed server is held by its lease for ${figure(leaseMs)} ms after it was last heard of; that of a stopped one is handed over, after \`drainMs\` (here 0) and the grace of its call (100 ms).`,
    `Target: under the lease plus a second, ${figure(targetMs)} ms: ${verdict(slowest < targetMs)} (slowest ${figure(slowest)} ms).`,
  ],
})

function row(name: string, samples: readonly Round[]): readonly (string | number)[] {
  const goesOn = samples.map(({ goesOnMs }) => goesOnMs)
  const starts = samples.map(({ startMs }) => startMs)
  return [name, figure(median(goesOn)), figure(Math.max(...goesOn)), figure(median(starts))]
}

async function sample(signal: 'SIGKILL' | 'SIGTERM'): Promise<readonly Round[]> {
  const samples: Round[] = []
  for (let round = 0; round < rounds; round++) {
    progress(`${signal} ${round + 1} of ${rounds}`)
    samples.push(await interrupt(signal))
  }
  return samples
}

async function interrupt(signal: 'SIGKILL' | 'SIGTERM'): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-bench-'))
  const children: ChildProcess[] = []
  try {
    writeFileSync(join(folder, 'toolcrib.config.ts'), config)
    const first = start(folder, children)
    const url = await first.url
    const { token } = (await post(`${url}/v1/sign-in`, { name: 'Ann' })) as { readonly token: string }
    const { threadId } = (await post(`${url}/v1/threads`, {}, token)) as { readonly threadId: string }
    await post(`${url}/v1/threads/${threadId}/messages`, { parts: [{ type: 'text', text: 'Go' }] }, token)
    await eventually(url, { token, threadId, is: ({ event }) => event.type === 'tool_executing' })

    const signalled = Date.now()
    first.child.kill(signal)
    await once(first.child, 'exit')
    const startedAt = Date.now()
    const again = await start(folder, children).url
    const startMs = Date.now() - startedAt
    const goesOn = await eventually(again, {
      token,
      threadId,
      is: ({ event }) => event.type === 'agent_started' && event.attempt === 2,
    })
    return { goesOnMs: goesOn.at - signalled, startMs }
  } finally {
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

interface Server {
  readonly child: ChildProcess
  readonly url: Promise<string>
}

function start(folder: string, children: ChildProcess[]): Server {
  const { PATH, HOME } = process.env
  const child = spawn(process.execPath, ['--no-warnings', cli, 'start', '--port', '0', '--log', 'error'], {
    cwd: folder,
    env: { PATH, HOME },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const served = Promise.withResolvers<string>()
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
    const url = /serves (http:\S+)/.exec(output)?.[1]
    if (url !== undefined) served.resolve(url)
  })
  child.once('exit', (code) => served.reject(new Error(`The server ended with ${code}: ${output}`)))
  return { child, url: served.promise }
}

interface Wanted {
  readonly token: string
  readonly threadId: string
  readonly is: (event: LoggedEvent) => boolean
}

/** The first such event, over a stream that is open until it comes. */
async function eventually(url: string, { token, threadId, is }: Wanted): Promise<LoggedEvent> {
  const response = await fetch(`${url}/v1/threads/${threadId}/events`, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
  })
  let text = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    const found = text
      .split('\n\n')
      .slice(0, -1)
      .flatMap((message) => /^data: (.*)$/m.exec(message)?.[1] ?? [])
      .map((data) => JSON.parse(data) as LoggedEvent)
      .find(is)
    if (found !== undefined) return found
  }
  throw new Error('The stream ended before the event came')
}

async function post(url: string, body: object, token?: string): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  return response.json()
}
