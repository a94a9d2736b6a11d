/**
 * Watches one request: it ends when the run is stopped, when no answer begins in time, and when the answer stalls. Time
 * that the reader takes is not counted against the provider.
 *
 * @module
 */
import type { Clock } from '../../../agent/ports.ts'

export interface Watch extends Disposable {
  /** Aborted by whatever ends the request. */
  readonly signal: AbortSignal
  /** Why it was ended, if it was. */
  readonly ended: 'stopped' | 'unanswered' | 'stalled' | undefined
  /** The stream's reader once the answer has begun; undefined when the request was ended before. Rejects as `begin` does. */
  open<T>(begin: () => PromiseLike<{ readonly stream: ReadableStream<T> }>): Promise<Reader<T> | undefined>
}

export interface Reader<T> {
  /** Undefined at the end of the stream, and when the request was ended. */
  read(): Promise<T | undefined>
  /** Lets the response end by itself, so that its connection can be used again; does not wait long for it. */
  drain(): Promise<void>
}

const DRAIN_TIMEOUT_MS = 100

export function createWatch(
  clock: Clock,
  stop: AbortSignal,
  timeouts: { readonly startTimeoutMs: number; readonly stallTimeoutMs: number },
): Watch {
  const controller = new AbortController()
  let ended: Watch['ended']
  let timer: Disposable | undefined
  let wake: () => void = () => {}
  let waitingSince: number | undefined

  const end = (reason: NonNullable<Watch['ended']>): void => {
    if (controller.signal.aborted) return
    ended = reason
    wake()
    controller.abort()
  }
  const onStop = (): void => end('stopped')
  if (stop.aborted) end('stopped')
  else stop.addEventListener('abort', onStop, { once: true })

  // One timer for the whole stream, set again only when it fires: a delta costs a reading of the clock, not a timer.
  const guard = (delayMs: number): void => {
    timer = clock.setTimeout(() => {
      const waitedMs = waitingSince === undefined ? 0 : clock.monotonic() - waitingSince
      if (waitedMs >= timeouts.stallTimeoutMs) end('stalled')
      else guard(timeouts.stallTimeoutMs - waitedMs)
    }, delayMs)
  }

  return {
    signal: controller.signal,
    get ended() {
      return ended
    },
    async open<T>(begin: () => PromiseLike<{ readonly stream: ReadableStream<T> }>) {
      if (controller.signal.aborted) return undefined
      timer = clock.setTimeout(() => end('unanswered'), timeouts.startTimeoutMs)
      const begun = Promise.resolve(begin())
      const awoken = new Promise<undefined>((resolve) => {
        wake = () => resolve(undefined)
      })
      const result = await Promise.race([begun, awoken])
      timer[Symbol.dispose]()
      if (result === undefined || controller.signal.aborted) {
        begun.then(({ stream }) => stream.cancel()).catch(() => {})
        return undefined
      }
      const reader = result.stream.getReader()
      // Cancelling settles a pending read also where the provider ignores the signal.
      wake = () => void reader.cancel().catch(() => {})
      guard(timeouts.stallTimeoutMs)
      return {
        async read() {
          waitingSince = clock.monotonic()
          try {
            const { value } = await reader.read()
            return controller.signal.aborted ? undefined : value
          } finally {
            waitingSince = undefined
          }
        },
        async drain() {
          timer?.[Symbol.dispose]()
          timer = clock.setTimeout(wake, DRAIN_TIMEOUT_MS)
          for (let rest = await reader.read(); !rest.done; ) rest = await reader.read()
        },
      }
    },
    [Symbol.dispose]() {
      stop.removeEventListener('abort', onStop)
      timer?.[Symbol.dispose]()
      wake()
      if (!controller.signal.aborted) controller.abort()
    },
  }
}
