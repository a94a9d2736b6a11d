/**
 * What `calculate` and `convert_units` ask of the mathematics process, and the pool of them they share.
 *
 * @module
 */
import { availableParallelism } from 'node:os'
import type { Clock } from 'toolcrib/agent'
import { createProcessPool, type ProcessPool } from './process-pool.ts'

export type MathTask =
  | { readonly type: 'calculate'; readonly expression: string }
  | { readonly type: 'convert'; readonly value: number; readonly from: string; readonly to: string }

export interface Calculated {
  readonly result: string
  /** When the result is one number that a double can show. */
  readonly value?: number
}

export interface Converted {
  readonly value: number
  readonly text: string
}

export const mathLimits = {
  timeLimitMs: 2_000,
  /** 128 MiB. */
  maxHeapBytes: 134_217_728,
  maxExpressionLength: 500,
  maxResultCharacters: 4_000,
} as const

/** Processes start with the first task. One lease per tool: the last one returned ends them. */
export function createMathPool(clock: Clock): { lease(): ProcessPool } {
  let pool: ProcessPool | undefined
  let leases = 0
  return {
    lease() {
      pool ??= createProcessPool({
        script: new URL('./math-process.ts', import.meta.url),
        clock,
        size: Math.min(2, availableParallelism()),
        maxHeapBytes: mathLimits.maxHeapBytes,
      })
      const held = pool
      leases += 1
      let returned = false
      return {
        run: (task, options) => held.run(task, options),
        get helpers() {
          return held.helpers
        },
        async [Symbol.asyncDispose]() {
          if (returned) return
          returned = true
          leases -= 1
          if (leases > 0) return
          pool = undefined
          await held[Symbol.asyncDispose]()
        },
      }
    },
  }
}
