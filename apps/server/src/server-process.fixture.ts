/**
 * The server as a process of its own, as a person starts it. The law: none outlives the test that started it.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export const cli: string = fileURLToPath(new URL('./cli.ts', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started extends AsyncDisposable {
  readonly url: string
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
}

export interface RunOptions {
  readonly folder: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  /** Default: any free one. */
  readonly port?: number
}

export function spawnCli(args: readonly string[], { folder, env = {} }: RunOptions): ChildProcess {
  const { PATH, HOME } = process.env
  return spawn(process.execPath, [cli, ...args], { cwd: folder, env: { PATH, HOME, ...env }, stdio: 'pipe' })
}

export async function runCli(args: readonly string[], options: RunOptions): Promise<Ended> {
  const child = spawnCli(args, options)
  child.stdin?.end(options.input ?? '')
  return endOfProcess(child)
}

async function endOfProcess(child: ChildProcess): Promise<Ended> {
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('expected pipes')
  const [out, err, [code]] = await Promise.all([
    text(stdout),
    text(stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ])
  return { code, stdout: out, stderr: err }
}

/** Starts the server as a person does, and waits for its greeting. */
export async function start(options: RunOptions): Promise<Started> {
  const child = spawnCli(['start', '--port', String(options.port ?? 0)], options)
  const ended = endOfProcess(child)
  const greeted = Promise.withResolvers<string>()
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    const url = /serves (http:\S+)/.exec(output)?.[1]
    if (url !== undefined) greeted.resolve(url)
  })
  void ended.then(({ stderr }) => greeted.reject(new Error(`the server ended: ${stderr}`)))
  return {
    url: await greeted.promise,
    process: child,
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
