/**
 * Progress of one call on its way into the log: the first at once, then the latest at most every so often, nothing after
 * the end.
 *
 * @module
 */
import type { JsonValue } from '../protocol/vocabulary.ts'
import { byteLength, cutText, readJson } from './json-value.ts'
import type { Clock } from './ports.ts'

export interface CallProgress {
  /** @throws TypeError for what JSON cannot hold: the tool's own mistake, told where it was made. */
  readonly report: (value: unknown) => void
  /** Shows what still waits; what is reported afterwards is ignored. */
  close(): void
}

export interface CallProgressOptions {
  readonly clock: Clock
  readonly redact: (value: JsonValue) => JsonValue
  readonly show: (progress: JsonValue) => void
}

export const PROGRESS_INTERVAL_MS = 100
export const MAX_PROGRESS_BYTES = 4_096

export function createCallProgress({ clock, redact, show }: CallProgressOptions): CallProgress {
  let waiting: { readonly value: JsonValue } | undefined
  let timer: Disposable | undefined
  let lastAt = Number.NEGATIVE_INFINITY
  let closed = false

  function flush(): void {
    timer?.[Symbol.dispose]()
    timer = undefined
    if (waiting === undefined) return
    const { value } = waiting
    waiting = undefined
    lastAt = clock.monotonic()
    show(bounded(redact(value)))
  }

  return {
    report(value) {
      if (closed) return
      const reading = readJson(value)
      if (!reading.ok) {
        throw new TypeError(`Expected progress that JSON can hold, got ${reading.found} at "${reading.path}"`)
      }
      waiting = { value: reading.value }
      if (timer !== undefined) return
      const dueMs = lastAt + PROGRESS_INTERVAL_MS - clock.monotonic()
      if (dueMs <= 0) flush()
      else timer = clock.setTimeout(flush, dueMs)
    },
    close() {
      if (closed) return
      closed = true
      flush()
    },
  }
}

function bounded(value: JsonValue): JsonValue {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return byteLength(text) <= MAX_PROGRESS_BYTES ? value : `${cutText(text, MAX_PROGRESS_BYTES)}…`
}
