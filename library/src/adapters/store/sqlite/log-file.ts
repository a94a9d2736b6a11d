/**
 * The log beside the database (`-wal`), which holds what was committed last. The law: SQLite passes over a log that is gone
 * or has no readable beginning, so it is looked at first: what was acknowledged is never dropped in silence.
 *
 * @module
 */
import { closeSync, existsSync, fsyncSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** What is wrong with the log of a database that was not closed. Undefined: nothing. */
export function damageOfLog(path: string): string | undefined {
  const log = `${path}-wal`
  if (!existsSync(log)) {
    return existsSync(markOf(path))
      ? `its log "${log}" is gone, and with it what was written last; put it back, or delete "${markOf(path)}" to do without`
      : undefined
  }
  return isReadable(beginningOf(log))
    ? undefined
    : `its log "${log}" is damaged, and with it what was written last; restore it, or delete it and "${markOf(path)}" to do without`
}

/** From now on, until `markClosed`, there has to be a log. */
export function markOpen(path: string): void {
  if (!existsSync(`${path}-wal`)) return
  // The log is there for good before its mark is.
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
  writeFileSync(markOf(path), '', { mode: 0o600 })
}

export function markClosed(path: string): void {
  rmSync(markOf(path), { force: true })
}

function markOf(path: string): string {
  return `${path}.open`
}

// https://sqlite.org/fileformat2.html#the_write_ahead_log, sections 4.1 and 4.2.
const HEADER_BYTES = 32
const SUMMED_BYTES = 24
const MAGIC_OF_LITTLE_ENDIAN_SUMS = 0x377f0682
const MAGIC_OF_BIG_ENDIAN_SUMS = 0x377f0683

function beginningOf(file: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  const handle = openSync(file, 'r')
  try {
    return header.subarray(0, readSync(handle, header, 0, HEADER_BYTES, 0))
  } finally {
    closeSync(handle)
  }
}

/** Also when nothing was ever written to it: one that is shorter, or zeros. */
function isReadable(header: Buffer): boolean {
  if (header.length < HEADER_BYTES || header.every((byte) => byte === 0)) return true
  const magic = header.readUInt32BE(0)
  if (magic !== MAGIC_OF_LITTLE_ENDIAN_SUMS && magic !== MAGIC_OF_BIG_ENDIAN_SUMS) return false
  const wordAt = (at: number): number =>
    magic === MAGIC_OF_BIG_ENDIAN_SUMS ? header.readUInt32BE(at) : header.readUInt32LE(at)
  let [first, second] = [0, 0]
  for (let at = 0; at < SUMMED_BYTES; at += 8) {
    first = (first + wordAt(at) + second) >>> 0
    second = (second + wordAt(at + 4) + first) >>> 0
  }
  return first === header.readUInt32BE(SUMMED_BYTES) && second === header.readUInt32BE(SUMMED_BYTES + 4)
}
