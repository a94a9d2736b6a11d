import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { createSqliteStore } from '../sqlite.ts'
import { mountable, mountSmall } from './fixtures/small-disk.ts'
import { openWithRun, temporaryFolder } from './fixtures/temporary.ts'
import { migrate, SCHEMA_VERSION } from './migrations.ts'

describe('opening a data folder', () => {
  it('makes what is missing readable by its user only, and leaves what is there as it is', async () => {
    using folder = temporaryFolder()
    chmodSync(folder.path, 0o755)
    const inner = join(folder.path, 'a', 'b')

    await using open = await openWithRun({ folder: inner })
    await open.append('x')

    const modes = readdirSync(inner).map((name) => [name, (statSync(join(inner, name)).mode & 0o777).toString(8)])
    expect(Object.fromEntries(modes)).toEqual({
      'toolcrib.db': '600',
      'toolcrib.db-shm': '600',
      'toolcrib.db-wal': '600',
      'toolcrib.db.lock': '600',
      'toolcrib.db.open': '600',
    })
    expect([inner, folder.path].map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual(['700', '755'])
  })

  it('finds everything again, and leaves no log beside the file when closed', async () => {
    using folder = temporaryFolder()
    const first = await openWithRun({ folder: folder.path })
    await first.append('kept')
    await first.store.close()

    const leftBeside = existsSync(`${folder.database}-wal`)
    await using second = await openWithRun({ folder: folder.path })

    expect(leftBeside).toBe(false)
    expect(await second.texts()).toEqual(['2 kept'])
  })

  it('refuses a second holder and names the folder, until the first has closed', async () => {
    using folder = temporaryFolder()
    const first = await createSqliteStore({ folder: folder.path })

    const second = createSqliteStore({ folder: folder.path })

    await expect(second).rejects.toMatchObject({ code: 'STORE_LOCKED', details: { path: folder.path }, retry: 'later' })
    await first.close()
    await using third = await createSqliteStore({ folder: folder.path })
    expect(third.health().state).toBe('healthy')
  })

  it('refuses a database of a newer version and leaves it as it was', async () => {
    using folder = temporaryFolder()
    await (await createSqliteStore({ folder: folder.path })).close()
    alter(folder.database, 'PRAGMA user_version = 99')
    const before = readFileSync(folder.database)

    const opened = createSqliteStore({ folder: folder.path })

    const details = { path: folder.database, found: 99, known: SCHEMA_VERSION }
    await expect(opened).rejects.toMatchObject({ code: 'STORE_TOO_NEW', details, retry: 'never' })
    expect(readFileSync(folder.database).equals(before)).toBe(true)
  })

  it.each([
    ['is no database at all', (path: string) => writeFileSync(path, 'my shopping list, '.repeat(500))],
    ['was cut short', (path: string) => truncateSync(path, Math.floor(statSync(path).size / 2))],
    ['has a page of noise in the middle', (path: string) => overwrite(path, 3 * 4096)],
    ['has a broken header', (path: string) => overwrite(path, 0)],
    ['belongs to another program', (path: string) => alter(path, 'PRAGMA application_id = 1')],
  ])('refuses a file that %s, and leaves it as it was', async (_what, damage) => {
    using folder = temporaryFolder()
    const first = await openWithRun({ folder: folder.path })
    await Promise.all(Array.from({ length: 200 }, (_, index) => first.append(`${index} ${'x'.repeat(500)}`)))
    await first.store.close()
    damage(folder.database)
    const before = readFileSync(folder.database)

    const opened = createSqliteStore({ folder: folder.path })

    await expect(opened).rejects.toMatchObject({ code: 'STORE_CORRUPT', details: { path: folder.database } })
    expect(readFileSync(folder.database).equals(before)).toBe(true)
    expect(existsSync(`${folder.database}-wal`)).toBe(false)
  })

  it('can be opened again after it was refused', async () => {
    using folder = temporaryFolder()
    writeFileSync(folder.database, 'not a database '.repeat(100))
    await expect(createSqliteStore({ folder: folder.path })).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
    writeFileSync(folder.database, '')

    await using store = await createSqliteStore({ folder: folder.path })

    expect(store.health().state).toBe('healthy')
  })

  it('refuses a folder that cannot be one', async () => {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, 'file'), '')

    const opened = createSqliteStore({ folder: join(folder.path, 'file', 'inner') })

    await expect(opened).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })

  it('refuses a file that it may not write, at once', async () => {
    using folder = temporaryFolder()
    await (await createSqliteStore({ folder: folder.path })).close()
    chmodSync(folder.database, 0o400)

    const opened = await asNobody(folder.path, () => failureOf(createSqliteStore({ folder: folder.path })))

    const details = { detail: expect.stringContaining(folder.database) }
    expect(opened).toMatchObject({ code: 'STORE_UNAVAILABLE', details })
  })

  it('refuses a folder on which nothing can be written, at once', async () => {
    using disk = disposableDisk()
    const folder = join(disk.path, 'data')
    mkdirSync(folder)
    await (await createSqliteStore({ folder })).close()
    disk.makeReadOnly()

    const opened = await disk.within(() => failureOf(createSqliteStore({ folder })))

    expect(opened).toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })

  it.each([
    ['maxPendingBytes', 0],
    ['maxDatabaseBytes', Number.NaN],
  ])('refuses a %s of %d [OPS-09]', async (name, value) => {
    using folder = temporaryFolder()

    const opened = createSqliteStore({ folder: folder.path, [name]: value })

    await expect(opened).rejects.toThrow(`Expected \`${name}\` to be a positive number, got ${value}`)
  })
})

describe('a migration', () => {
  it('that fails leaves neither tables nor a number behind', () => {
    using database = new DatabaseSync(':memory:')
    database.exec('CREATE TABLE records (in_the_way TEXT)')

    expect(() => migrate(database, 0)).toThrow('records')

    const tables = database.prepare('SELECT name FROM sqlite_schema').all()
    expect(tables.map(({ name }) => name)).toEqual(['records'])
    expect(database.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: 0 })
  })

  it('keeps the sign-outs of the version before revocations, and the records of everybody else [CONN-05]', () => {
    using database = new DatabaseSync(':memory:')
    migrate(database, 0, 2)
    const put = database.prepare(
      "INSERT INTO records (tenant, user, collection, id, value, created_at, updated_at) VALUES ('acme', 'ann', ?, ?, ?, 5, 5)",
    )
    put.run('signed_out_sessions', 'a', '{"expiresAt":900}')
    put.run('signed_out_sessions', 'b', '{"expiresAt":null}')
    put.run('notes', 'c', '"kept"')

    migrate(database, 2)

    const revoked = database.prepare('SELECT tenant, user, token_id, at, until FROM revocations ORDER BY number').all()
    expect(revoked.map((row) => Object.values(row))).toEqual([
      ['acme', 'ann', 'a', 5, 900],
      ['acme', 'ann', 'b', 5, 5 + 365 * 86_400_000],
    ])
    expect(database.prepare('SELECT collection FROM records').all()).toMatchObject([{ collection: 'notes' }])
  })

  it('is not made twice', () => {
    using database = new DatabaseSync(':memory:')
    migrate(database, 0)

    migrate(database, SCHEMA_VERSION)

    expect(database.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: SCHEMA_VERSION })
  })
})

/** A disk that is mounted read-only; where nothing can be mounted, a folder that somebody opens who may not write there. */
function disposableDisk(): Disposable & {
  readonly path: string
  readonly makeReadOnly: () => void
  readonly within: <T>(act: () => Promise<T>) => Promise<T>
} {
  if (!mountable) {
    const folder = temporaryFolder()
    const { path } = folder
    const makeReadOnly = (): void => void execFileSync('chmod', ['-R', 'a-w', path])
    return {
      path,
      makeReadOnly,
      within: (act) => asNobody(path, act),
      [Symbol.dispose]: () => folder[Symbol.dispose](),
    }
  }
  const disk = mountSmall('4m')
  const { path } = disk
  const makeReadOnly = (): void => void execFileSync('mount', ['-o', 'remount,ro', path])
  return { path, makeReadOnly, within: (act) => act(), [Symbol.dispose]: () => disk[Symbol.dispose]() }
}

/** Root may write whatever it likes: meanwhile the files and the process are nobody's. */
async function asNobody<T>(folder: string, act: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return await act()
  const nobody = 65_534
  execFileSync('chown', ['-R', `${nobody}`, folder])
  process.seteuid?.(nobody)
  try {
    return await act()
  } finally {
    process.seteuid?.(0)
  }
}

function failureOf(opened: Promise<unknown>): Promise<unknown> {
  return opened.then(
    () => 'opened',
    (error: unknown) => error,
  )
}

function alter(path: string, sql: string): void {
  using database = new DatabaseSync(path)
  database.exec(`PRAGMA journal_mode = DELETE; ${sql}; PRAGMA journal_mode = WAL`)
}

function overwrite(path: string, offset: number): void {
  const bytes = readFileSync(path)
  bytes.fill(0xa5, offset, offset + 4096)
  writeFileSync(path, bytes)
}
