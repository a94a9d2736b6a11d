/**
 * Opens the database of a data folder. The law: what cannot be trusted is not touched; one process a folder.
 *
 * @module
 */
import { closeSync, constants, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { StoreError } from '../../../agent/errors.ts'
import { isBusy } from './failures.ts'
import { damageOfLog, markClosed, markOpen } from './log-file.ts'
import { APPLICATION_ID, migrate, SCHEMA_VERSION } from './migrations.ts'

export interface OpenOptions {
  readonly path: string
  readonly busyTimeoutMs: number
  /** A larger file is not read through at the start: only its header and schema are. */
  readonly maxCheckedBytes: number
  readonly maxDatabaseBytes: number
}

export interface OpenDatabase {
  readonly database: DatabaseSync
  /** Throws when the file is not at its path any more: what is written to it then is lost with the process. */
  readonly assertInPlace: () => void
  /** Checkpoints the log into the file, closes, and lets go of the folder. */
  readonly close: () => void
}

export function openForWriting(options: OpenOptions): OpenDatabase {
  const { path } = options
  makeFolder(dirname(path))
  const lock = lockFolder(path)
  try {
    const damage = damageOfLog(path)
    if (damage !== undefined) throw corrupt(path, damage)
    const version = (sizeOf(path) ?? 0) === 0 ? 0 : inspect(options)
    makeFile(path)
    const database = new DatabaseSync(path, { timeout: options.busyTimeoutMs, enableForeignKeyConstraints: true })
    try {
      configure(database, options)
      migrate(database, version)
      markOpen(path)
    } catch (error) {
      database.close()
      throw error
    }
    const close = (): void => {
      try {
        database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
        markClosed(path)
      } finally {
        database.close()
        // The last one to close brings the log in as well, and removes it.
        if (sizeOf(`${path}-wal`) === undefined) markClosed(path)
        lock.close()
      }
    }
    return { database, assertInPlace: inPlace(path), close }
  } catch (error) {
    lock.close()
    throw error
  }
}

export function openForReading(options: OpenOptions): OpenDatabase {
  const database = new DatabaseSync(options.path, { readOnly: true, timeout: options.busyTimeoutMs })
  // What is read stays readable as long as the file is open, wherever it is.
  return { database, assertInPlace: () => {}, close: () => database.close() }
}

function inPlace(path: string): () => void {
  const files = [path, `${path}-wal`].map((file) => ({ file, opened: identityOf(file) }))
  return () => {
    for (const { file, opened } of files) {
      if (identityOf(file) === opened) continue
      const detail = `"${file}" is not the file that was opened: it was removed, moved or replaced; put it back, or restart`
      throw new StoreError('STORE_UNAVAILABLE', { detail })
    }
  }
}

function identityOf(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false, bigint: true })
  return found && `${found.dev} ${found.ino}`
}

function configure(database: DatabaseSync, options: OpenOptions): void {
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA cache_size = -16384;
    PRAGMA temp_store = MEMORY;
  `)
  // A file that cannot be written says so here, not at the first message. Only a write tells: SQLite quietly takes
  // `BEGIN IMMEDIATE` for a read where it may not write.
  const version = numberOf(database, 'PRAGMA user_version')
  database.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${version}; ROLLBACK`)
  if (Number.isFinite(options.maxDatabaseBytes)) {
    const pages = Math.max(1, Math.floor(options.maxDatabaseBytes / numberOf(database, 'PRAGMA page_size')))
    database.exec(`PRAGMA max_page_count = ${pages}`)
  }
}

/** Looks through a file that is there, on a connection that cannot write. Answers its schema version. */
function inspect({ path, busyTimeoutMs, maxCheckedBytes }: OpenOptions): number {
  const database = new DatabaseSync(withoutTraces(path), { readOnly: true, timeout: busyTimeoutMs })
  try {
    const version = numberOf(database, 'PRAGMA user_version')
    const application = numberOf(database, 'PRAGMA application_id')
    const tables = numberOf(database, 'SELECT count(*) FROM sqlite_schema')
    const isOurs = application === APPLICATION_ID
    if (!isOurs && (tables > 0 || version > 0)) throw corrupt(path, 'it belongs to another program')
    if (version > SCHEMA_VERSION) throw new StoreError('STORE_TOO_NEW', { path, found: version, known: SCHEMA_VERSION })
    if ((sizeOf(path) ?? 0) <= maxCheckedBytes) {
      const found = firstValue(database, 'PRAGMA quick_check(1)')
      if (found !== 'ok') throw corrupt(path, String(found))
    }
    return version
  } finally {
    database.close()
  }
}

/**
 * A connection that cannot write would still leave a log file behind. Where there is none it is told, truthfully because
 * the folder is ours, that the file does not change.
 */
function withoutTraces(path: string): URL {
  const url = pathToFileURL(path)
  if (sizeOf(`${path}-wal`) === undefined) url.searchParams.set('immutable', '1')
  return url
}

/** SQLite's own file lock: it dies with the process, however that ends. */
function lockFolder(path: string): DatabaseSync {
  makeFile(`${path}.lock`)
  const lock = new DatabaseSync(`${path}.lock`, { timeout: 0 })
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock.close()
    if (isBusy(error)) throw new StoreError('STORE_LOCKED', { path: dirname(path) })
    throw error
  }
}

function corrupt(path: string, detail: string): StoreError {
  return new StoreError('STORE_CORRUPT', { path, detail })
}

function numberOf(database: DatabaseSync, sql: string): number {
  return Number(firstValue(database, sql))
}

function firstValue(database: DatabaseSync, sql: string): unknown {
  return Object.values(database.prepare(sql).get() ?? {})[0]
}

function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
}

/** SQLite gives the files beside it the same permissions. */
function makeFile(path: string): void {
  if (sizeOf(path) === undefined) closeSync(openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600))
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size
}
