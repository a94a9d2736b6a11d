/** The runs of the house, and one of them as its events. Types only. @module */
import type { LoggedEvent } from '../protocol/events.ts'
import type { Owner, RunOutcome } from '../protocol/vocabulary.ts'

/** `waiting`: for a person's answer. The others are the outcomes of runs that have ended. */
export type RunSummaryState = 'working' | 'waiting' | RunOutcome

/** What a run used so far, as budgets count it: agents that it called and summaries are in it. */
export interface RunUse {
  readonly steps: number
  /** Those that started. */
  readonly calls: number
  readonly tokens: number
  /** Millionths of the server's currency. */
  readonly costMicros: number
}

export interface RunSummary {
  readonly runId: string
  readonly threadId: string
  readonly owner: Owner
  /** What its person is called. */
  readonly name?: string
  readonly agent: string
  /** Null: its agent has not begun. */
  readonly model: string | null
  readonly state: RunSummaryState
  /** Somebody asked for it to be stopped. */
  readonly stopping: boolean
  /** It waits, and no node holds it. */
  readonly parked: boolean
  readonly startedAt: number
  readonly endedAt: number | null
  readonly used: RunUse
  /** How often its agent began: once more for each node that was lost. */
  readonly attempts: number
  /** Which node holds it, or did last. */
  readonly node: string
}

export interface RunsQuestion {
  readonly query: {
    /** `ended`: with whatever outcome. */
    readonly state?: RunSummaryState | 'ended' | undefined
    readonly agent?: string | undefined
    readonly user?: string | undefined
    /** Of a run, or of a thread. */
    readonly id?: string | undefined
    /** Started at or after, and before: milliseconds since the epoch. */
    readonly from?: number | undefined
    readonly to?: number | undefined
    /** The `next` of the page before. */
    readonly after?: string | undefined
    /** At most 200; default 50. */
    readonly limit?: number | undefined
  }
  readonly reply: {
    /** Newest first. */
    readonly runs: readonly RunSummary[]
    /** Null: there are no others. One answer looks at so many runs and no more, so a page may be short and still have a next. */
    readonly next: string | null
    /** Of all money in it. */
    readonly currency: string
    /** The names of the agents there are. */
    readonly agents: readonly string[]
  }
}

/** Asking it is on record: it tells what a person said. */
export interface RunQuestion {
  readonly query: {
    readonly runId: string
    /** The `readTo` of the page before; default: from its message on. */
    readonly after?: number | undefined
    /** At most 1,000; default 500. A page ends earlier when its events are long. */
    readonly limit?: number | undefined
  }
  readonly reply: {
    readonly run: RunSummary
    /** In order. */
    readonly events: readonly LoggedEvent[]
    /** Up to this number the log was looked through. */
    readonly readTo: number
    /** There are others now. A run at work has more to come. */
    readonly more: boolean
    readonly currency: string
  }
}
