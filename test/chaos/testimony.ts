/** What one person did, was told and saw: the evidence that the rules judge. @module */
import type { JsonValue, LoggedEvent, ThreadEvent } from 'toolcrib/protocol'
import type { Case, Script } from './plan.ts'

export interface Testimony {
  readonly case: Case
  readonly sends: Send[]
  readonly stops: Stop[]
  readonly answers: AnswerGiven[]
  /** By the person's own client, over all its connections. */
  readonly seen: LoggedEvent[]
  /** What was refused that should not have been. */
  readonly troubles: string[]
}

export interface Send {
  readonly script: Script
  /** As acknowledged; undefined: it never was. */
  acknowledged?: { readonly messageId: string; readonly runId: string }
}

export interface Stop {
  readonly runId: string
  /** As acknowledged, and when the reply was here. Whoever has no reply asks again, of a run that may have ended by then. */
  acknowledged?: { readonly stopping: boolean; readonly at: number }
}

export interface AnswerGiven {
  readonly approvalId: string
  readonly decision: 'approved' | 'denied'
  /** The arguments as they were edited. */
  readonly input?: JsonValue
  /** What each attempt came to: `ok`, a code, or `lost`. */
  readonly results: string[]
}

/** An event of an agent that was called counts as the run's whose log it is in. */
export function innermost(event: ThreadEvent): Exclude<ThreadEvent, { readonly type: 'subagent_event' }> {
  return event.type === 'subagent_event' ? innermost(event.event) : event
}
