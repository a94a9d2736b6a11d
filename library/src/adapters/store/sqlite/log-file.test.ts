import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createSqliteStore } from '../sqlite.ts'
import { openWithRun, type TemporaryFolder, temporaryFolder } from './fixtures/temporary.ts'

describe('a database whose process was killed', () => {
  it('is opened with its log, and has what stands in that only', async () => {
    using folder = temporaryFolder()
    await leaveUnclosed(folder)

    await using store = await createSqliteStore({ folder: folder.path })

    const log = await store.events.read({ tenant: 'acme', user: 'ann' }, 'thr_a', { after: 0 })
    expect(log?.length).toBeGreaterThan(2)
  })

  it.each([
    ['is gone', (log: string) => rmSync(log)],
    ['is noise', (log: string) => writeFileSync(log, Buffer.alloc(statSync(log).size, 0xa5))],
    ['is of another program', (log: string) => writeFileSync(log, 'my shopping list, '.repeat(500))],
    ['has another beginning', (log: string) => flipByte(log, 13)],
  ])('is refused when its log %s, and nothing of it is changed', async (_what, damage) => {
    using folder = temporaryFolder()
    await leaveUnclosed(folder)
    damage(`${folder.database}-wal`)
    const before = contentOf(folder)

    const opened = createSqliteStore({ folder: folder.path })

    const details = { path: folder.database, detail: expect.stringContaining(`${folder.database}-wal`) }
    await expect(opened).rejects.toMatchObject({ code: 'STORE_CORRUPT', details, retry: 'never' })
    expect(contentOf(folder)).toEqual(before)
  })

  it('is opened without its log when somebody decides so, by deleting the mark too', async () => {
    using folder = temporaryFolder()
    await leaveUnclosed(folder)
    rmSync(`${folder.database}-wal`)
    rmSync(`${folder.database}.open`)

    await using store = await createSqliteStore({ folder: folder.path })

    expect(store.health().state).toBe('healthy')
  })

  it('is opened when its log ends in the middle of what nobody was told of', async () => {
    using folder = temporaryFolder()
    await leaveUnclosed(folder)
    const log = `${folder.database}-wal`
    truncateSync(log, statSync(log).size - 100)

    await using store = await createSqliteStore({ folder: folder.path })

    expect(store.health().state).toBe('healthy')
  })
})

describe('a data folder that is taken away while it is open', () => {
  it('takes no more writes, says why, and loses nothing when it is put back [OPS-02]', async () => {
    using folder = temporaryFolder()
    await using open = await openWithRun({ folder: folder.path })
    await open.append('before')
    const elsewhere = `${folder.path}-elsewhere`
    renameSync(folder.path, elsewhere)

    const refused = open.append('lost')

    await expect(refused).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      details: { detail: expect.stringContaining(folder.database) },
      retry: 'later',
    })
    expect(open.store.health()).toMatchObject({ state: 'degraded', reasons: [expect.stringContaining('moved')] })
    renameSync(elsewhere, folder.path)
    expect(await open.append('after')).toMatchObject([{ seq: 3 }])
    expect(open.store.health().state).toBe('healthy')
    expect(await open.texts()).toEqual(['2 before', '3 after'])
  })

  it.each([
    ['the folder', (folder: TemporaryFolder) => rmSync(folder.path, { recursive: true })],
    ['the log', (folder: TemporaryFolder) => rmSync(`${folder.database}-wal`)],
    ['the database for another one', (folder: TemporaryFolder) => replace(folder.database)],
  ])('acknowledges nothing that would be lost, also when it is %s', async (_what, take) => {
    using folder = temporaryFolder()
    await using open = await openWithRun({ folder: folder.path })
    await open.append('before')
    take(folder)

    await expect(open.append('lost')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })
})

/** What a killed process leaves: a database, a log with what was committed last, and the mark. */
async function leaveUnclosed(folder: TemporaryFolder): Promise<void> {
  const file = fileURLToPath(new URL('./fixtures/appending-process.ts', import.meta.url))
  const child: ChildProcessByStdio<null, Readable, null> = spawn(process.execPath, [file, folder.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await closed
  expect([existsSync(`${folder.database}-wal`), existsSync(`${folder.database}.open`)]).toEqual([true, true])
}

function contentOf({ path }: TemporaryFolder): unknown {
  return readdirSync(path)
    .filter((name) => !name.endsWith('.lock'))
    .map((name) => [name, readFileSync(`${path}/${name}`).toString('base64')])
}

function flipByte(file: string, at: number): void {
  const bytes = readFileSync(file)
  bytes[at] = (bytes[at] ?? 0) ^ 0xff
  writeFileSync(file, bytes)
}

function replace(file: string): void {
  const bytes = readFileSync(file)
  rmSync(file)
  writeFileSync(file, bytes)
}
