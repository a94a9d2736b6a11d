/** How the server does this second, and the seconds before. Types only. @module */
import type { RunOutcome } from '../protocol/vocabulary.ts'
import type { LatencyCounts } from './latency.ts'

export interface NowQuestion {
  readonly query: {
    /** The `cursor` of the answer before. Absent: all that is kept. */
    readonly after?: string | undefined
  }
  readonly reply: NowReport
}

export interface NowReport {
  /** The server's time. */
  readonly at: number
  readonly everyMs: number
  readonly maxReadings: number
  readonly cursor: string
  /** These are all that is kept, and do not go on where the cursor was: the server was started anew, or it was long ago. */
  readonly whole: boolean
  /** Oldest first. */
  readonly readings: readonly NowReading[]
  /** Runs that wait for a person, as the store knows them; null: it did not say. `more`: at least so many. */
  readonly waiting: { readonly runs: number; readonly more: boolean } | null
}

export type Tally = Readonly<Record<string, number>>

/** What was timed: a message to the first event of its run; a write to the store; a step of the model; a run; a tool call. */
export type LatencyName = 'firstEvent' | 'commit' | 'step' | 'run' | 'call'

/** One moment, and what happened since the one before it. */
export interface NowReading {
  readonly at: number
  /** How long ago the one before it was. */
  readonly spanMs: number
  readonly connections: { readonly open: number; readonly accepted: number; readonly refused: Tally }
  readonly runs: { readonly active: number; readonly ended: { readonly [O in RunOutcome]?: number } }
  readonly scopes: { readonly open: Tally; readonly leaked: number }
  /** Committed to the logs of threads. */
  readonly events: number
  readonly latencies: { readonly [L in LatencyName]?: LatencyCounts }
  readonly modelErrors: readonly ModelErrorCount[]
  /** Of the event loop, over the last seconds. */
  readonly lag: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number }
  readonly memory: { readonly residentBytes: number; readonly heapBytes: number }
}

export interface ModelErrorCount {
  /** Null: not known, because the run was begun before this server was. */
  readonly model: string | null
  readonly code: string
  readonly count: number
}
