/**
 * Exceptions and rejections that nobody caught: of a tool, most likely, that threw in a timer or a listener, or waits for
 * less than it started. The law: the one call is its own damage; the server serves on, and says so until it is restarted.
 *
 * @module
 */
import type { ComponentHealth } from './health.ts'
import type { Log } from './log.ts'

export type StrayKind = 'exception' | 'rejection'

export interface StrayFaults {
  readonly counts: Readonly<Record<StrayKind, number>>
  /** Never throws, whatever it is told. */
  readonly record: (fault: unknown, kind: StrayKind) => void
  /** Degraded from the first one on: what it left behind is not known. */
  health(): ComponentHealth
}

export function createStrayFaults(log: Log): StrayFaults {
  const counts = { exception: 0, rejection: 0 }

  return {
    counts,
    record(err, kind) {
      counts[kind]++
      try {
        log.error({ err, kind }, 'a fault was caught by nobody')
      } catch {
        // What was thrown is a stranger's object, and may throw again when it is written down.
        log.error({ kind }, 'a fault was caught by nobody, and cannot be written down')
      }
    },
    health() {
      const { exception, rejection } = counts
      if (exception + rejection === 0) return { state: 'healthy', reasons: [] }
      const reason = `Caught by nobody since the start: ${exception} exceptions and ${rejection} rejections; the log has them`
      return { state: 'degraded', reasons: [reason] }
    },
  }
}
