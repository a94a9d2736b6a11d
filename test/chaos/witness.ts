/**
 * What tools really did, told by themselves into a file that no fault reaches. The law: a line is written before the work
 * it tells of begins, and after it has ended; a process that is killed between leaves the first without the second.
 *
 * @module
 */
import { existsSync, openSync, readFileSync, writeSync } from 'node:fs'

export interface WitnessLine {
  readonly what: 'start' | 'end'
  /** How it ended. */
  readonly how?: 'returned' | 'threw' | 'stopped'
  /** Of this start and its end. */
  readonly mark: string
  /** Milliseconds since the epoch, by this machine's clock. */
  readonly at: number
  readonly pid: number
  readonly tool: string
  readonly runId: string
  readonly callId: string
  readonly idempotencyKey: string
  readonly input: unknown
}

export function openWitness(path: string): (line: WitnessLine) => void {
  const file = openSync(path, 'a')
  return (line) => void writeSync(file, `${JSON.stringify(line)}\n`)
}

export function readWitness(path: string): readonly WitnessLine[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as WitnessLine)
}
