/**
 * How late the event loop is, over windows of a few seconds. The law: it owns its timer and gives it back.
 *
 * @module
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Clock } from 'toolcrib/agent'

export interface EventLoopLag extends Disposable {
  /** Of the last whole window; zeros before the first has ended. */
  last(): { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number }
}

const resolutionMs = 10
const windowMs = 5_000
const nanosecondsPerMs = 1e6

export function watchEventLoopLag(clock: Clock): EventLoopLag {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  histogram.enable()
  let last = { p50Ms: 0, p99Ms: 0, maxMs: 0 }
  let timer = clock.setTimeout(turn, windowMs)

  function turn(): void {
    // The histogram holds whole intervals between its ticks; what is over the resolution is lateness.
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / nanosecondsPerMs - resolutionMs)
    const { max } = histogram
    last = { p50Ms: late(histogram.percentile(50)), p99Ms: late(histogram.percentile(99)), maxMs: late(max) }
    histogram.reset()
    timer = clock.setTimeout(turn, windowMs)
  }

  return {
    last: () => last,
    [Symbol.dispose]: () => {
      timer[Symbol.dispose]()
      histogram.disable()
    },
  }
}
