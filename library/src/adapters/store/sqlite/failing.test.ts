import { once } from 'node:events'
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../../testing/manual-clock.ts'
import { mountable, mountSmall } from './fixtures/small-disk.ts'
import { openWithRun, temporaryFolder } from './fixtures/temporary.ts'

describe('a full disk', () => {
  it('refuses the sender, loses nothing, and is forgotten when there is space again [OPS-02]', async () => {
    using disk = fillableDisk()
    await using open = await openWithRun({ folder: join(disk.path, 'data'), ...disk.options })
    await open.append('before')
    disk.fill()

    const refused = open.append('x'.repeat(200_000))

    await expect(refused).rejects.toMatchObject({ code: 'STORE_FULL', retry: 'later' })
    expect(open.store.health()).toMatchObject({
      state: 'degraded',
      reasons: [expect.stringContaining('disk is full')],
    })
    expect(await open.texts()).toEqual(['2 before'])
    disk.free()
    expect(await open.append('after')).toMatchObject([{ seq: 3 }])
    expect(open.store.health()).toEqual({ state: 'healthy', reasons: [] })
    expect(await open.texts()).toEqual(['2 before', '3 after'])
  })

  it('refuses what does not fit below the limit and takes what does, of the same turn', async () => {
    using folder = temporaryFolder()
    await using open = await openWithRun({ folder: folder.path, maxDatabaseBytes: 400_000 })

    const results = await Promise.allSettled([open.append('a'), open.append('x'.repeat(500_000)), open.append('b')])

    expect(results.map((result) => (result.status === 'fulfilled' ? 'ok' : result.reason.code))).toEqual([
      'ok',
      'STORE_FULL',
      'ok',
    ])
    expect(await open.texts()).toEqual(['2 a', '3 b'])
  })
})

describe('a call that fails', () => {
  it('takes nothing with it and leaves nothing behind, whatever was sent in the same turn', async () => {
    using folder = temporaryFolder()
    await using open = await openWithRun({ folder: folder.path })

    const results = await Promise.allSettled([open.append('a'), open.append('no time', Number.NaN), open.append('b')])

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await open.texts()).toEqual(['2 a', '3 b'])
  })

  it('takes nothing with it when it holds what no message between threads can carry', async () => {
    using folder = temporaryFolder()
    await using open = await openWithRun({ folder: folder.path })
    const owner = { tenant: 'acme', user: (() => 'ann') as unknown as string }

    const results = await Promise.allSettled([
      open.append('a'),
      open.store.threads.create(owner, { threadId: 'thr', title: '', at: 1 }),
      open.append('b'),
    ])

    expect(results).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'STORE_UNAVAILABLE' } },
      { status: 'fulfilled' },
    ])
    expect(await open.texts()).toEqual(['2 a', '3 b'])
  })

  it('is refused when too much is waiting already, and the rest goes on', async () => {
    using folder = temporaryFolder()
    await using open = await openWithRun({ folder: folder.path, maxPendingBytes: 5_000 })

    const results = await Promise.allSettled([open.append('x'.repeat(4_500)), open.append('y'.repeat(1_000))])

    expect(results).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'STORE_UNAVAILABLE', retry: 'later' } },
    ])
    expect(await open.append('z')).toMatchObject([{ seq: 3 }])
  })
})

describe('another program that holds the file', () => {
  it('keeps a write waiting, and nothing else: reads are answered meanwhile [CONN-07]', async () => {
    using folder = temporaryFolder()
    await using open = await openWithRun({ folder: folder.path, busyTimeoutMs: 60_000 })
    using other = new DatabaseSync(folder.database)
    other.exec('BEGIN IMMEDIATE')
    const settled: string[] = []

    const write = open.append('waits').then(() => settled.push('write'))
    await open.texts().then(() => settled.push('read'))
    other.exec('COMMIT')
    await write

    expect(settled).toEqual(['read', 'write'])
  })

  it('for long makes the store late, which is told, and nothing is lost or given up [OPS-02]', async () => {
    using folder = temporaryFolder()
    const clock = createManualClock()
    await using open = await openWithRun({ folder: folder.path, busyTimeoutMs: 60_000, clock })
    using other = new DatabaseSync(folder.database)
    other.exec('BEGIN IMMEDIATE')
    const write = open.append('waits')
    await clock.advance(1_999)
    const early = open.store.health()

    await clock.advance(1)
    const late = open.store.health()
    other.exec('COMMIT')
    await write

    expect(early.state).toBe('healthy')
    expect(late).toEqual({ state: 'degraded', reasons: ['the database has not answered for 2 s'] })
    expect(open.store.health().state).toBe('healthy')
    expect(await open.texts()).toEqual(['2 waits'])
  })

  it('for too long fails the write, and is forgotten with the next that succeeds [OPS-02]', async () => {
    using folder = temporaryFolder()
    await using open = await openWithRun({ folder: folder.path, busyTimeoutMs: 1 })
    using other = new DatabaseSync(folder.database)
    other.exec('BEGIN IMMEDIATE')

    await expect(open.append('refused')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    const during = open.store.health().state
    other.exec('COMMIT')
    await open.append('kept')

    expect(during).toBe('degraded')
    expect(open.store.health().state).toBe('healthy')
    expect(await open.texts()).toEqual(['2 kept'])
  })
})

describe('a database thread that dies', () => {
  it.each([
    ['writer', 'toolcrib-store-writer'],
    ['reader', 'toolcrib-store-reader'],
  ])('rejects what was waiting for the %s, and says so from then on [OPS-02]', async (_role, threadName) => {
    using folder = temporaryFolder()
    const threads = collectThreads()
    await using open = await openWithRun({ folder: folder.path, busyTimeoutMs: 60_000 })
    const thread = threads.stop().find((worker) => worker.threadName === threadName)
    using other = new DatabaseSync(folder.database)
    other.exec('BEGIN IMMEDIATE')
    const waiting = open.append('waits')
    const reading = Promise.allSettled(Array.from({ length: 50 }, () => open.texts()))

    const exited = thread && once(thread, 'exit')
    await thread?.terminate()
    await exited
    other.exec('COMMIT')

    const results = await Promise.allSettled([waiting, open.append('later'), reading.then(() => open.texts())])
    const codes = results.map((result) => (result.status === 'fulfilled' ? 'ok' : result.reason.code))
    expect(codes).toContain('STORE_UNAVAILABLE')
    expect(open.store.health()).toMatchObject({
      state: 'unhealthy',
      reasons: [expect.stringContaining('the database thread ended')],
    })
  })
})

/** A disk of its own; where none can be mounted, a database that may not grow, which is full just so for SQLite. */
function fillableDisk(): Disposable & {
  readonly path: string
  readonly options: { readonly maxDatabaseBytes?: number }
  readonly fill: () => void
  readonly free: () => void
} {
  if (!mountable) {
    const folder = temporaryFolder()
    const nothing = (): void => {}
    const options = { maxDatabaseBytes: 250_000 }
    return {
      path: folder.path,
      options,
      fill: nothing,
      free: nothing,
      [Symbol.dispose]: () => folder[Symbol.dispose](),
    }
  }
  const disk = mountSmall('3m')
  const filler = join(disk.path, 'filler')
  const fill = (): void => {
    const { bavail, bsize } = statfsSync(disk.path)
    writeFileSync(filler, Buffer.alloc((bavail - 8) * bsize))
  }
  const free = (): void => rmSync(filler)
  return { path: disk.path, options: {}, fill, free, [Symbol.dispose]: () => disk[Symbol.dispose]() }
}

/** Node announces every thread that is started. */
function collectThreads(): { stop(): readonly Worker[] } {
  const threads: Worker[] = []
  const add = (worker: Worker): void => void threads.push(worker)
  process.on('worker', add)
  return {
    stop() {
      process.off('worker', add)
      return threads
    },
  }
}
