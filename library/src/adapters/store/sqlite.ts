/**
 * The embedded store: one SQLite file, written by a thread of its own. The law: what a call resolved is on the disk,
 * and the main thread never waited for it.
 *
 * @module
 */
import { join, resolve } from 'node:path'
import process from 'node:process'
import { Worker } from 'node:worker_threads'
import { StoreError } from '../../agent/errors.ts'
import type { Clock, Store, StoreHealth } from '../../agent/ports.ts'
import { guardParts } from './rules/guarded.ts'
import { type Channel, createChannel } from './sqlite/channel.ts'
import type { ReadCommands, WriteCommands } from './sqlite/commands.ts'
import { storeErrorOf } from './sqlite/failures.ts'
import { markClosed } from './sqlite/log-file.ts'
import type { Reply, WorkerSettings } from './sqlite/messages.ts'
import { type Channels, createParts } from './sqlite/parts.ts'
import { createTurns } from './sqlite/turns.ts'

export interface SqliteStoreOptions {
  /** Where the data lives: made if missing, readable by this user only. The database is `toolcrib.db` in it. */
  readonly folder: string
  /** Bytes of calls that may wait for the disk; past it a call is refused `STORE_UNAVAILABLE`. Default 64 MiB. */
  readonly maxPendingBytes?: number
  /** The same of attachments, which are written one at a time. Default 256 MiB. */
  readonly maxPendingAttachmentBytes?: number
  /** How long another program, such as a backup, may hold the file before a call fails. Default 5,000. */
  readonly busyTimeoutMs?: number
  /** A larger file is not read through for damage at the start. Default 256 MiB; Infinity: always. */
  readonly maxCheckedBytes?: number
  /** How large the file may grow; past it writes are refused `STORE_FULL`. Default Infinity. */
  readonly maxDatabaseBytes?: number
  /** By which a database that does not answer for long is told as degraded. Default: that is not noticed. */
  readonly clock?: Pick<Clock, 'monotonic'>
}

const MIB = 1_048_576
/** Past it health is degraded: a disk that keeps everybody waiting for so long is about to fail, or is not ours alone. */
const LATE_MS = 2_000

/**
 * Opens the store of a folder, bringing an older schema up to date.
 *
 * @throws StoreError `STORE_LOCKED`, `STORE_CORRUPT`, `STORE_TOO_NEW`, `STORE_FULL`, `STORE_UNAVAILABLE`; the folder's
 * database is then as it was.
 */
export async function createSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { maxPendingBytes = 64 * MIB, maxPendingAttachmentBytes = 256 * MIB, busyTimeoutMs = 5_000 } = options
  const { maxCheckedBytes = 256 * MIB, maxDatabaseBytes = Number.POSITIVE_INFINITY } = options
  const monotonic = (): number => options.clock?.monotonic() ?? 0
  assertPositive('maxPendingBytes', maxPendingBytes)
  assertPositive('maxPendingAttachmentBytes', maxPendingAttachmentBytes)
  assertPositive('maxDatabaseBytes', maxDatabaseBytes)
  const path = join(resolve(options.folder), 'toolcrib.db')
  const settings = { path, busyTimeoutMs, maxCheckedBytes, maxDatabaseBytes }
  const condition = createCondition()
  const start = <Commands>(role: WorkerSettings['role']): Channel<Commands> => {
    const { onReplies, onLost } = condition
    return createChannel<Commands>({
      worker: startWorker({ ...settings, role }),
      maxPendingBytes,
      monotonic,
      onReplies,
      onLost,
    })
  }
  // Both threads start at once; the reader opens what the writer has found good and brought up to date.
  const writer = start<WriteCommands>('writer')
  const reader = start<ReadCommands>('reader')
  try {
    await writer.open()
    await reader.open()
  } catch (error) {
    await Promise.all([reader.close(), writer.close()])
    throw error
  }
  const exit = closeOnExit(path)
  return assemble({ writer, reader, turns: createTurns(maxPendingAttachmentBytes), condition, exit })
}

/**
 * A process that exits, by itself or by an error that nobody caught, has SQLite close the database behind our back: the log is
 * brought in and removed, and nobody is to miss it. One that is killed has not.
 */
function closeOnExit(path: string): Disposable {
  const onExit = (): void => markClosed(path)
  process.once('exit', onExit)
  return { [Symbol.dispose]: () => void process.off('exit', onExit) }
}

function startWorker(settings: WorkerSettings): Worker {
  const file = import.meta.url.endsWith('.ts') ? './sqlite/worker.ts' : './sqlite/worker.js'
  const name = `toolcrib-store-${settings.role}`
  // The process's own options are for its main script: with some of them (`--input-type`) no thread would start.
  return new Worker(new URL(file, import.meta.url), { workerData: settings, name, execArgv: [] })
}

interface Opened extends Channels {
  readonly condition: Condition
  readonly exit: Disposable
}

function assemble({ condition, exit, ...channels }: Opened): Store {
  const { writer, reader, turns } = channels
  let closed: Promise<void> | undefined
  const parts = guardParts(createParts(channels), () => {
    if (closed !== undefined) throw new StoreError('STORE_CLOSED', {})
  })
  const close = (): Promise<void> => {
    // The reader first: the last connection to close cleans up behind both.
    closed ??= Promise.all([turns.over(), reader.close()])
      .then(() => writer.close())
      .finally(() => exit[Symbol.dispose]())
    return closed
  }
  return {
    ...parts,
    health: () =>
      closed === undefined
        ? condition.health(Math.max(writer.silentMs(), reader.silentMs()))
        : { state: 'unhealthy', reasons: ['the store is closed'] },
    close,
    [Symbol.asyncDispose]: close,
  }
}

interface Condition {
  health(silentMs: number): StoreHealth
  readonly onReplies: (replies: readonly Reply[], wrote: boolean) => void
  readonly onLost: (detail: string) => void
}

/** Degraded while it is late, and from a failed write until one succeeds; unhealthy for good once a thread is gone or the file is damaged. */
function createCondition(): Condition {
  let lost: string | undefined
  let failing: string | undefined
  return {
    health(silentMs) {
      if (lost !== undefined) return { state: 'unhealthy', reasons: [lost] }
      if (silentMs >= LATE_MS) {
        return { state: 'degraded', reasons: [`the database has not answered for ${Math.round(silentMs / 1_000)} s`] }
      }
      if (failing !== undefined) return { state: 'degraded', reasons: [failing] }
      return { state: 'healthy', reasons: [] }
    },
    onReplies(replies, wrote) {
      if (wrote) failing = undefined
      for (const [, , failure] of replies) {
        if (failure === undefined) continue
        const { code, message } = storeErrorOf(failure)
        if (code === 'STORE_FULL' || code === 'STORE_UNAVAILABLE') failing = message
        if (code === 'STORE_CORRUPT') lost ??= message
      }
    },
    onLost(detail) {
      lost ??= detail
    },
  }
}

function assertPositive(name: string, value: number): void {
  if (value > 0) return
  throw new TypeError(`Expected \`${name}\` to be a positive number, got ${value}`)
}
