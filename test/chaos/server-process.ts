/**
 * The server as people start it, in a process of its own that can be killed, frozen and started again. The law: it always
 * has the same address and the same data folder, and nothing of it is left when this is disposed.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface ServerProcess extends AsyncDisposable {
  readonly url: string
  /** Of the processes so far, first the oldest. Each leads a session of its own. */
  readonly pids: readonly number[]
  /** What the processes wrote to standard error, the last lines. */
  readonly complaints: readonly string[]
  /** How processes ended that nobody had told to. */
  readonly deaths: readonly string[]
  /** Resolves when it serves. */
  start(): Promise<void>
  /** Resolves when the process is gone. */
  kill(): Promise<void>
  freeze(lengthMs: number): Promise<void>
  /** Asks it to leave, and resolves with its exit code; null when it had to be killed. */
  leave(patienceMs: number): Promise<number | null>
}

export interface ServerProcessOptions {
  /** Of the database. */
  readonly dataFolder: string
  readonly witnessPath: string
  readonly temporaryFolder: string
  readonly modelUrl: string
}

const cli = fileURLToPath(new URL('../../apps/server/src/cli.ts', import.meta.url))
const config = join(import.meta.dirname, 'server.config.ts')
const startPatienceMs = 30_000
const maxComplaints = 200

export async function createServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { dataFolder, witnessPath, temporaryFolder, modelUrl } = options
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const pids: number[] = []
  const complaints: string[] = []
  const deaths: string[] = []
  const expected = new WeakSet<ChildProcess>()
  let child: ChildProcess | undefined

  function complain(text: string): void {
    complaints.push(...text.split('\n').filter((line) => line !== ''))
    complaints.splice(0, Math.max(0, complaints.length - maxComplaints))
  }

  async function start(): Promise<void> {
    const { PATH, HOME } = process.env
    const mine = spawn(process.execPath, [cli, 'start', '--port', String(port), '--config', config], {
      env: {
        PATH,
        HOME,
        TMPDIR: temporaryFolder,
        TOOLCRIB_DATA: dataFolder,
        TOOLCRIB_LOG: 'warn',
        CHAOS_WITNESS: witnessPath,
        CHAOS_MODEL_URL: modelUrl,
      },
      cwd: temporaryFolder,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    child = mine
    if (mine.pid !== undefined) pids.push(mine.pid)
    const serving = Promise.withResolvers<void>()
    const patience = setTimeout(() => serving.reject(new Error('It did not serve in time')), startPatienceMs)
    let said = ''
    mine.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('serves http')) serving.resolve()
    })
    mine.stderr.setEncoding('utf8').on('data', complain)
    mine.once('exit', (code, signal) => {
      const how = `exit code ${code}, signal ${signal}`
      if (!expected.has(mine)) deaths.push(`process ${mine.pid} ended by itself: ${how}`)
      serving.reject(new Error(`It ended before it served: ${how}\n${complaints.slice(-20).join('\n')}`))
    })
    try {
      await serving.promise
    } finally {
      clearTimeout(patience)
    }
  }

  /** Resolves with the exit code. */
  async function signal(name: NodeJS.Signals): Promise<number | null> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null
    expected.add(child)
    const exited = once(child, 'exit')
    child.kill(name)
    const [code] = (await exited) as [number | null]
    return code
  }

  return {
    url,
    pids,
    complaints,
    deaths,
    start,
    async kill() {
      await signal('SIGKILL')
    },
    async freeze(lengthMs) {
      child?.kill('SIGSTOP')
      await delay(lengthMs)
      child?.kill('SIGCONT')
    },
    async leave(patienceMs) {
      const patience = setTimeout(() => child?.kill('SIGKILL'), patienceMs)
      try {
        return await signal('SIGTERM')
      } finally {
        clearTimeout(patience)
      }
    },
    async [Symbol.asyncDispose]() {
      await signal('SIGKILL')
    },
  }
}

/**
 * Below those that the system gives to connections: a client that tries again and again while nobody listens would
 * otherwise be given the server's own port one day, and hold it.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    const probe = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false))
      probe.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    await new Promise((resolve) => probe.close(resolve))
    return port
  }
}
