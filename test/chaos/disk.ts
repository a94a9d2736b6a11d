/**
 * The disk that the server's data is on. The law: it is full or slow for real: no space is left on it, or another program
 * holds the database for writing.
 *
 * @module
 */
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { mountable, mountSmall } from '../../library/src/adapters/store/sqlite/fixtures/small-disk.ts'

export interface Disk extends Disposable {
  /** Of the server's data: does not exist at first. */
  readonly dataFolder: string
  /** Beside it, on another disk: what must be written whatever happens to that one. */
  readonly besideFolder: string
  /** As long as that takes. */
  full(meanwhile: () => Promise<unknown>): Promise<void>
  slow(lengthMs: number): Promise<void>
}

/** Whether a disk can be made full here. */
export const canBeFull: boolean = mountable

const size = '512m'
const fillStepBytes = 4_194_304
const leastStepBytes = 4_096
/** The server may be in the middle of a write of its own. */
const lockPatienceMs = 5_000

export function openDisk(): Disk {
  const besideFolder = mkdtempSync(join(tmpdir(), 'toolcrib-chaos-'))
  mkdirSync(join(besideFolder, 'tmp'))
  const mounted = mountable ? mountSmall(size) : undefined
  const dataFolder = join(mounted?.path ?? besideFolder, 'data')
  return {
    dataFolder,
    besideFolder,
    async full(meanwhile) {
      if (mounted === undefined) throw new Error('Expected a disk that can be made full')
      const filler = join(mounted.path, 'filler')
      try {
        fill(filler)
        await meanwhile()
      } finally {
        rmSync(filler)
      }
    },
    async slow(lengthMs) {
      using other = new DatabaseSync(join(dataFolder, 'toolcrib.db'), { timeout: 0 })
      await beginWriting(other)
      await delay(lengthMs)
      other.exec('ROLLBACK')
    },
    [Symbol.dispose]() {
      mounted?.[Symbol.dispose]()
      rmSync(besideFolder, { recursive: true, force: true })
    },
  }
}

/** To the last block, whatever else is written meanwhile. */
function fill(path: string): void {
  using file = opened(path)
  for (let bytes = fillStepBytes; bytes >= leastStepBytes; ) {
    try {
      if (writeSync(file.descriptor, Buffer.alloc(bytes)) < bytes) bytes /= 2
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
      bytes /= 2
    }
  }
}

function opened(path: string): Disposable & { readonly descriptor: number } {
  const descriptor = openSync(path, 'a')
  return { descriptor, [Symbol.dispose]: () => closeSync(descriptor) }
}

async function beginWriting(database: DatabaseSync): Promise<void> {
  const until = performance.now() + lockPatienceMs
  for (;;) {
    try {
      return database.exec('BEGIN IMMEDIATE')
    } catch (error) {
      if (performance.now() > until) throw error
      await delay(1)
    }
  }
}
