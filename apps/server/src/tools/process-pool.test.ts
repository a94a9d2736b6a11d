import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createManualClock, type ManualClock } from 'toolcrib/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProcessPool, type ProcessPool } from './process-pool.ts'

let folder: string
let script: URL

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pool-'))
  script = pathToFileURL(join(folder, 'script.mjs'))
  await writeFile(script, SCRIPT)
})
afterAll(() => rm(folder, { recursive: true }))

describe('a pool of processes', () => {
  it('carries out tasks, one process after the other being kept for the next', async () => {
    await using pool = createPool()

    const first = await run(pool, { echo: 1 })
    const second = await run(pool, { echo: 2 })

    expect([first, second]).toEqual([1, 2])
    expect(pool.helpers).toBe(1)
  })

  it('uses no more processes than it may, and answers everybody', async () => {
    await using pool = createPool()

    const answers = await Promise.all([1, 2, 3, 4, 5].map((echo) => run(pool, { echo }, { user: `user ${echo}` })))

    expect(answers).toEqual([1, 2, 3, 4, 5])
    expect(pool.helpers).toBe(2)
  })

  it('gives a process nothing of this one: no environment, nothing to write', async () => {
    await using pool = createPool()

    const seen = await run(pool, { look: join(folder, 'written') })

    expect(seen).toEqual({ variables: 0, written: 'ERR_ACCESS_DENIED' })
  })

  it('kills a process at the time limit of its task, and only then', async () => {
    const clock = createManualClock()
    await using pool = createPool({ clock, size: 1 })
    const pid = await run(pool, { pid: true })
    const endless = run(pool, { hang: true }, { timeLimitMs: 500 })
    const outcome = expect(endless).rejects.toMatchObject({ code: 'TIME_LIMIT', details: { timeLimitMs: 500 } })

    await clock.advance(499)
    const before = pool.helpers
    await clock.advance(1)
    await outcome

    expect(before).toBe(1)
    expect(await run(pool, { pid: true })).not.toBe(pid)
  })

  it('stops a task that waits, and one that runs, when its call is stopped', async () => {
    await using pool = createPool({ size: 1 })
    const stop = new AbortController()
    await run(pool, { echo: 1 })
    const running = run(pool, { hang: true }, { signal: stop.signal })
    const waiting = run(pool, { echo: 2 }, { signal: stop.signal })
    const outcomes = Promise.allSettled([running, waiting])

    stop.abort()

    expect(await outcomes).toMatchObject([{ reason: { code: 'CALL_STOPPED' } }, { reason: { code: 'CALL_STOPPED' } }])
    expect(await run(pool, { echo: 3 })).toBe(3)
  })

  it('keeps a process for the others, whatever one asks for', async () => {
    await using pool = createPool()
    const hanging = [1, 2, 3].map(() => run(pool, { hang: true }, { user: 'ann' }))

    const others = [await run(pool, { echo: 1 }, { user: 'bob' }), await run(pool, { echo: 2 }, { user: 'carol' })]

    expect(others).toEqual([1, 2])
    const rest = Promise.allSettled(hanging)
    await pool[Symbol.asyncDispose]()
    expect(await rest).toMatchObject(hanging.map(() => ({ reason: { code: 'CALL_STOPPED' } })))
  })

  it('lets askers take turns, however many tasks each of them has', async () => {
    await using pool = createPool({ size: 1 })
    const order: string[] = []
    const ask = (user: string): Promise<number> => run(pool, { echo: 1 }, { user }).then(() => order.push(user))

    await Promise.all([ask('ann'), ask('ann'), ask('ann'), ask('bob'), ask('carol'), ask('bob')])

    expect(order).toEqual(['ann', 'bob', 'carol', 'ann', 'bob', 'ann'])
  })

  it('refuses one who has too many waiting, and nobody else', async () => {
    await using pool = createPool({ size: 1, maxWaitingEach: 1 })
    const first = run(pool, { echo: 1 }, { user: 'ann' })

    const refused = run(pool, { echo: 2 }, { user: 'ann' })
    const other = run(pool, { echo: 3 }, { user: 'bob' })

    await expect(refused).rejects.toMatchObject({ code: 'PROCESSES_BUSY', details: { waiting: 1 } })
    expect(await Promise.all([first, other])).toEqual([1, 3])
  })

  it('uses no process again that says that it cannot be used again', async () => {
    await using pool = createPool({ size: 1 })
    const pid = await run(pool, { pid: true })

    await expect(run(pool, { broken: true })).rejects.toMatchObject({ code: 'CODE_FAILED' })

    expect(await run(pool, { pid: true })).not.toBe(pid)
  })

  it('leaves no process behind when its own is killed, not even in the middle of a task', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const killed = fileURLToPath(new URL('./fixtures/killed-pool.ts', import.meta.url))

    const parent = spawn(process.execPath, [killed, script.href, String(port)], { stdio: 'ignore' })
    const [[helper], [, signal]] = (await Promise.all([once(server, 'connection'), once(parent, 'exit')])) as [
      [Socket],
      [null, string],
    ]
    helper.on('error', () => {}).resume()
    await once(helper, 'close')

    expect(signal).toBe('SIGKILL')
    server.close()
  })

  it('refuses a task when too many wait', async () => {
    await using pool = createPool({ size: 1, maxWaiting: 1 })
    await run(pool, { echo: 1 })
    const running = run(pool, { hang: true })
    const waiting = run(pool, { echo: 2 })

    const refused = run(pool, { echo: 3 })

    await expect(refused).rejects.toMatchObject({ code: 'PROCESSES_BUSY', retry: 'later', details: { waiting: 1 } })
    const rest = Promise.allSettled([running, waiting])
    await pool[Symbol.asyncDispose]()
    expect(await rest).toMatchObject([{ reason: { code: 'CALL_STOPPED' } }, { reason: { code: 'CALL_STOPPED' } }])
  })

  it('says that a process died, and goes on with another', async () => {
    await using pool = createPool()

    await expect(run(pool, { exit: 7 })).rejects.toMatchObject({ code: 'PROCESS_FAILED', retry: 'later' })

    expect(await run(pool, { echo: 1 })).toBe(1)
  })

  it('says that a process used up its memory', async () => {
    await using pool = createPool()

    await expect(run(pool, { hoard: true })).rejects.toMatchObject({ code: 'MEMORY_LIMIT' })

    expect(await run(pool, { echo: 1 })).toBe(1)
  })

  it('ends a process that nobody has needed for a while', async () => {
    const clock = createManualClock()
    await using pool = createPool({ clock, idleMs: 1_000 })
    await run(pool, { echo: 1 })

    await clock.advance(999)
    const before = pool.helpers
    await clock.advance(1)

    expect([before, pool.helpers]).toEqual([1, 0])
  })

  it('takes nothing more once it is closed, and leaves no process behind', async () => {
    const pool = createPool()
    const pid = (await run(pool, { pid: true })) as number

    await pool[Symbol.asyncDispose]()

    await expect(run(pool, { echo: 1 })).rejects.toMatchObject({ code: 'CALL_STOPPED' })
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })
})

const SCRIPT = `
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { answerTasks, Refusal } from '${new URL('./task-process.ts', import.meta.url)}'
answerTasks((task) => {
  if (task.hang) for (;;);
  if ('exit' in task) process.exit(task.exit)
  if (task.broken) throw new Refusal({ type: 'error', code: 'CODE_FAILED', details: { reason: 'broken' }, last: true })
  if (task.hoard) for (const all = []; ; ) all.push(new Array(100_000).fill('x'))
  if (task.connect) connect(task.connect, '127.0.0.1').unref()
  if (task.look) return look(task.look)
  return task.echo ?? process.pid
})
function look(path) {
  try {
    writeFileSync(path, 'x')
  } catch (error) {
    return { variables: Object.keys(process.env).filter((name) => !name.startsWith('NODE_CHANNEL')).length, written: error.code }
  }
}
`

function createPool(
  options: {
    readonly clock?: ManualClock
    readonly size?: number
    readonly maxWaiting?: number
    readonly maxWaitingEach?: number
    readonly idleMs?: number
  } = {},
): ProcessPool {
  return createProcessPool({ script, clock: createManualClock(), size: 2, maxHeapBytes: 67_108_864, ...options })
}

function run(
  pool: ProcessPool,
  task: object,
  options: { readonly user?: string; readonly signal?: AbortSignal; readonly timeLimitMs?: number } = {},
): Promise<unknown> {
  const { user = 'ann', ...rest } = options
  const asker = { tenant: 'acme', user }
  return pool.run(task, { asker, signal: new AbortController().signal, timeLimitMs: 10_000, ...rest })
}
