/**
 * What a command is given of the process it runs in.
 *
 * @module
 */
import type { Environment } from '../config/environment.ts'
import type { StrayKind } from '../stray-faults.ts'

export interface Terminal {
  readonly args: readonly string[]
  readonly env: Environment
  /** The working directory. */
  readonly folder: string
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean }
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean }
  /** SIGINT and SIGTERM, which then do nothing by themselves. */
  onSignal(listener: (signal: 'SIGINT' | 'SIGTERM' | (string & Record<never, never>)) => void): Disposable
  /** Exceptions and rejections that nobody caught, which then do not end the process. */
  onStrayFault(listener: (fault: unknown, kind: StrayKind) => void): Disposable
  /** Ends the process at once. */
  exit(code: number): void
}

/** Answers the exit code. Throws what {@link explain} can tell. */
export type Command = (terminal: Terminal) => Promise<number>

export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130, terminated: 143 } as const

export function print(stream: NodeJS.WritableStream, text: string): void {
  stream.write(text.endsWith('\n') ? text : `${text}\n`)
}
