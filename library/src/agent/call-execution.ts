/**
 * One call of one tool, from its start to a settlement. The law: it settles exactly once, at the latest one grace after
 * its deadline or its stop, whatever the tool does.
 *
 * @module
 */
import type { Clock } from './ports.ts'
import { readThrown } from './thrown.ts'
import { turnOfTheLoop } from './turn-of-the-loop.ts'

export type StopCause = 'timed_out' | 'stopped'

export type Settlement =
  | { readonly how: 'returned'; readonly value: unknown }
  | { readonly how: 'threw'; readonly error: unknown }
  /** It was told to stop, and settled within the grace: what with is not delivered. */
  | { readonly how: 'ended'; readonly cause: StopCause; readonly error?: unknown }
  | { readonly how: 'abandoned'; readonly cause: StopCause; readonly late: Promise<'resolved' | 'rejected'> }

export interface ExecutionOptions {
  readonly clock: Clock
  /** Infinity: no deadline of its own. */
  readonly timeoutMs: number
  /** Infinity: it is trusted to settle, and never abandoned. */
  readonly graceMs: number
  /** Stops the call. */
  readonly signal: AbortSignal
  /**
   * Contract: aborts what it does soon after its signal. May throw, return anything and never settle; async iterables are
   * read to their end.
   */
  readonly work: (signal: AbortSignal) => unknown
  /** Told each value that an async iterable yields; what it throws is the call's failure. */
  readonly onYield: (value: unknown) => void
}

/** Never rejects. */
export function executeCall(options: ExecutionOptions): Promise<Settlement> {
  const { clock, timeoutMs, graceMs, signal } = options
  const controller = new AbortController()

  return new Promise((resolve) => {
    let cause: StopCause | undefined
    let settled = false
    let timer = clock.setTimeout(() => stop('timed_out'), timeoutMs)
    const onStop = (): void => stop('stopped')
    signal.addEventListener('abort', onStop, { once: true })

    const finished = finish(options.work, options.onYield, controller.signal)
    if (signal.aborted) onStop()

    function stop(why: StopCause): void {
      if (settled || cause !== undefined) return
      cause = why
      timer[Symbol.dispose]()
      timer = clock.setTimeout(abandon, graceMs)
      controller.abort(new DOMException(`The call was ${why === 'stopped' ? 'stopped' : 'timed out'}`, 'AbortError'))
    }

    function abandon(): void {
      const late = finished.then((end) => ('error' in end ? 'rejected' : 'resolved') as 'resolved' | 'rejected')
      settle({ how: 'abandoned', cause: cause ?? 'stopped', late })
    }

    function settle(settlement: Settlement): void {
      if (settled) return
      settled = true
      timer[Symbol.dispose]()
      signal.removeEventListener('abort', onStop)
      resolve(settlement)
    }

    void finished.then((end) => {
      if (cause !== undefined) settle({ how: 'ended', cause, ...end })
      else if ('error' in end) settle({ how: 'threw', error: end.error })
      else settle({ how: 'returned', value: end.value })
    })
  })
}

type End = { readonly value: unknown } | { readonly error: unknown }

async function finish(
  work: ExecutionOptions['work'],
  onYield: ExecutionOptions['onYield'],
  signal: AbortSignal,
): Promise<End> {
  try {
    const result = await work(signal)
    return { value: isAsyncIterable(result) ? await readToEnd(result, onYield, signal) : result }
  } catch (error) {
    return { error: readThrown(error) }
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/** So many values in a row may come without a pause: after that, timers and sockets get their turn. */
const YIELDS_PER_TURN = 64

async function readToEnd(
  iterable: AsyncIterable<unknown>,
  onYield: (value: unknown) => void,
  signal: AbortSignal,
): Promise<unknown> {
  const iterator = iterable[Symbol.asyncIterator]()
  const close = (): void => void closeIterator(iterator)
  signal.addEventListener('abort', close, { once: true })
  try {
    for (let count = 1; ; count++) {
      const next = await iterator.next()
      if (next.done === true) return next.value
      if (signal.aborted) return undefined
      onYield(next.value)
      if (count % YIELDS_PER_TURN === 0) await turnOfTheLoop()
    }
  } catch (error) {
    close()
    throw error
  } finally {
    signal.removeEventListener('abort', close)
  }
}

async function closeIterator(iterator: AsyncIterator<unknown>): Promise<void> {
  try {
    await iterator.return?.()
  } catch {
    // The call has ended: how its iterator closes changes nothing any more.
  }
}
