/**
 * SQLite's result codes as store errors. The law: what failed is told by its code, and nothing was written.
 *
 * @module
 */
import { StoreError, type StoreErrorCode, type StoreErrorDetails } from '../../../agent/errors.ts'

/** A store error as it crosses from one thread to the other. */
export interface StoreFailure {
  readonly code: StoreErrorCode
  readonly details: StoreErrorDetails[StoreErrorCode]
  /** For logs only. */
  readonly cause?: string
}

// Primary result codes, and the one extended code that also means a full disk: https://sqlite.org/rescode.html
const SQLITE_BUSY = 5
const SQLITE_READONLY = 8
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_NOTADB = 26
const SQLITE_IOERR_SHMSIZE = 4874

export function failureOfDatabase(error: unknown, path: string): StoreFailure {
  if (error instanceof StoreError) return { code: error.code, details: error.details }
  const text = error instanceof Error ? error.message : String(error)
  const cause = error instanceof Error ? (error.stack ?? text) : text
  const extended = resultCodeOf(error)
  const primary = extended & 0xff
  if (primary === SQLITE_FULL || extended === SQLITE_IOERR_SHMSIZE || systemCodeOf(error) === 'ENOSPC') {
    return { code: 'STORE_FULL', details: { detail: text }, cause }
  }
  if (primary === SQLITE_CORRUPT || primary === SQLITE_NOTADB) {
    return { code: 'STORE_CORRUPT', details: { path, detail: text }, cause }
  }
  return {
    code: 'STORE_UNAVAILABLE',
    details: { detail: primary === SQLITE_READONLY ? `${path}: ${text}` : text },
    cause,
  }
}

/** Whether somebody else holds the file. */
export function isBusy(error: unknown): boolean {
  return (resultCodeOf(error) & 0xff) === SQLITE_BUSY
}

export function storeErrorOf({ code, details, cause }: StoreFailure): StoreError {
  return cause === undefined
    ? new StoreError(code, details)
    : new StoreError(code, details, { cause: new Error(cause) })
}

function resultCodeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0
}

function systemCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
