/** Where in the source something was defined or registered. The law: asking costs one stack frame and never throws. @module */

import type { Place } from './verdict.ts'

/** The place that called `entryPoint`, which must be on the stack. */
export function capturePlace(entryPoint: (...args: never[]) => unknown): Place | undefined {
  const limit = Error.stackTraceLimit
  const holder: { stack?: unknown } = {}
  try {
    Error.stackTraceLimit = 1
    Error.captureStackTrace(holder, entryPoint)
    // Read at once: an unformatted stack keeps every receiver on it alive, scopes included.
    return typeof holder.stack === 'string' ? parsePlace(holder.stack) : undefined
  } catch {
    return undefined
  } finally {
    restoreLimit(limit)
  }
}

/** The place an entry says it was defined at, in its `definedAt`. */
export function definedPlace(entry: object): Place | undefined {
  try {
    const place = 'definedAt' in entry ? entry.definedAt : undefined
    if (typeof place !== 'object' || place === null) return undefined
    if (!('file' in place) || !('line' in place) || !('column' in place)) return undefined
    const { file, line, column } = place
    if (typeof file !== 'string' || typeof line !== 'number' || typeof column !== 'number') return undefined
    return { file, line, column }
  } catch {
    return undefined
  }
}

function parsePlace(stack: string): Place | undefined {
  // With a function's name the place stands in parentheses, and a path may hold some itself.
  const found = /^\s*at .*? \((.+):(\d+):(\d+)\)$/m.exec(stack) ?? /(?:at |@)(.+):(\d+):(\d+)\s*$/m.exec(stack)
  if (!found) return undefined
  const [, file = '', line, column] = found
  return { file: filePath(file.replace(/^async /, '')), line: Number(line), column: Number(column) }
}

function filePath(file: string): string {
  if (!file.startsWith('file://')) return file
  try {
    return decodeURIComponent(new URL(file).pathname).replace(/^\/([A-Za-z]:)/, '$1')
  } catch {
    return file
  }
}

function restoreLimit(limit: number): void {
  try {
    Error.stackTraceLimit = limit
  } catch {
    // A frozen Error was never changed.
  }
}
