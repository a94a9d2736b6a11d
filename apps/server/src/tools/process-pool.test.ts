import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
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

    const answers = await Promise.all([1, 2, 3, 4, 5].map((echo) => run(pool, { echo })))

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
process.on('message', ({ task }) => {
  if (task.hang) for (;;);
  if ('exit' in task) process.exit(task.exit)
  if (task.hoard) for (const all = []; ; ) all.push(new Array(100_000).fill('x'))
  process.send({ type: 'value', value: task.echo ?? (task.pid ? process.pid : look(task.look)) })
})
process.on('disconnect', () => process.exit())
process.send('ready')
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
    readonly idleMs?: number
  } = {},
): ProcessPool {
  return createProcessPool({ script, clock: createManualClock(), size: 2, maxHeapBytes: 67_108_864, ...options })
}

function run(
  pool: ProcessPool,
  task: object,
  options: { readonly signal?: AbortSignal; readonly timeLimitMs?: number } = {},
): Promise<unknown> {
  return pool.run(task, { signal: new AbortController().signal, timeLimitMs: 10_000, ...options })
}
