/**
 * What `run_javascript` asks of the process with the JavaScript engine in it.
 *
 * @module
 */
import { availableParallelism } from 'node:os'
import type { Clock } from 'toolcrib/agent'
import { createProcessPool, type ProcessPool } from './process-pool.ts'

export interface JavaScriptTask {
  readonly code: string
}

export interface JavaScriptResult {
  /** JSON text of the last value; absent when it is undefined. */
  readonly json?: string
  readonly console: readonly string[]
  /** Lines that did not fit. */
  readonly consoleDropped: number
}

export const javascriptLimits = {
  maxCodeLength: 20_000,
  /** Of the program itself, inside of the engine. */
  timeLimitMs: 2_000,
  /** After which the process is killed: for what the engine itself cannot interrupt. */
  killAfterMs: 3_000,
  /** 32 MiB. */
  maxMemoryBytes: 33_554_432,
  /** 128 KiB: more, and the stack of WebAssembly would be used up first. */
  maxStackBytes: 131_072,
  maxResultCharacters: 50_000,
  maxConsoleLines: 100,
  maxConsoleCharacters: 10_000,
  /** Of the process around the engine: 96 MiB. */
  maxHeapBytes: 100_663_296,
} as const

export function createJavaScriptPool(clock: Clock): ProcessPool {
  return createProcessPool({
    script: new URL('./javascript-process.ts', import.meta.url),
    clock,
    size: Math.max(2, Math.min(4, availableParallelism())),
    maxHeapBytes: javascriptLimits.maxHeapBytes,
  })
}
