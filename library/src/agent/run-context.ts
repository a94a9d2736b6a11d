/**
 * What everything that works for one run shares. Made by the runner, and once more for each agent called as a tool.
 *
 * @module
 */

import type { Policy } from '../policy/policy.ts'
import type { AgentCompleted, RunEvent } from '../protocol/events.ts'
import type { Failure, JsonValue, Principal } from '../protocol/vocabulary.ts'
import type { Registry } from '../registry/registry.ts'
import type { Manifest } from '../tool/manifest.ts'
import type { Tool } from '../tool/tool.ts'
import type { Activity } from './activity.ts'
import type { Agent, RunLimits } from './agent.ts'
import type { Approvals } from './approvals.ts'
import type { Budget } from './budget.ts'
import type { Gate } from './gate.ts'
import type { InputHashes } from './input-hash.ts'
import type { RunLost } from './journal.ts'
import type { Clock, KeptInput, Logger, RecordStore } from './ports.ts'
import type { AgentProgress } from './run-progress.ts'
import type { Seats } from './seats.ts'
import type { ShownAttachments } from './shown-attachments.ts'

export interface RunContext {
  readonly runId: string
  readonly threadId: string
  /** Frozen: tools are handed this very object. */
  readonly principal: Principal
  readonly agent: Agent
  readonly limits: RunLimits
  /** 0 for the run that a person started, 1 for an agent that it called. */
  readonly depth: number
  readonly scope: Registry<Tool>
  /** Of the connection whose own tools it may use as well; undefined: there is none now. */
  readonly seat: () => Registry<Tool> | undefined
  /** Aborted by a stop, by the run's deadline, and when the run is lost. */
  readonly signal: AbortSignal
  /** By the monotonic clock. */
  readonly deadline: number
  readonly budget: Budget
  /** What the agent may see and call now: the same object until something changes. */
  readonly tools: () => Manifest
  readonly emit: (event: RunEvent, inputs?: readonly KeptInput[]) => void
  /** Resolves when all that was emitted is durable; rejects with `RunLost`, which must pass through. */
  readonly commit: () => Promise<void>
  /** Events emitted and not durable yet. */
  readonly backlog: () => number
  /** Puts on record how an abandoned call settled, also after the run has ended. */
  readonly recordLate: (event: RunEvent) => Promise<void>
  /** What of it is at work, and what waits for a person; shared with the agents it calls. */
  readonly activity: Activity
  /** It goes on after the node that worked on it died or handed it over. */
  readonly interrupted: boolean
  /** By `callId`, arguments of calls from before that the log holds redacted. */
  readonly keptInputs: ReadonlyMap<string, JsonValue>
  /** Set once the run may not write any more. */
  readonly lost: () => RunLost | undefined
  readonly services: RunServices
}

/** What the runs of a node share. */
export interface RunServices {
  readonly clock: Clock
  readonly logger: Logger
  readonly policy: Policy
  readonly approvals: Approvals
  readonly inputHashes: InputHashes
  readonly records: RecordStore
  /** The gate of a tool that limits how many of its calls are at work at once on this node. */
  readonly toolGate: (tool: Tool) => Gate | undefined
  /** Hides what stands under a known secret's key. */
  readonly redactKeys: (value: JsonValue) => JsonValue
  /** The same for arguments of a tool that is not known, which may not even be JSON. */
  readonly redactArguments: (value: JsonValue) => JsonValue
  /** Told when an abandoned call settled after all. */
  readonly onLateCall: (late: LateCall) => void
  /** Carries out an agent that was called as a tool. */
  readonly callAgent: (call: AgentCall) => Promise<AgentEnd>
  /** Shows models what people attached. */
  readonly attachments: ShownAttachments
  /** Where the people of the runs sit. */
  readonly seats: Pick<Seats, 'of'>
}

export interface LateCall {
  readonly runId: string
  readonly callId: string
  readonly tool: string
  readonly settled: 'resolved' | 'rejected'
  readonly afterMs: number
  /** Whether the thread's log has it. */
  readonly recorded: boolean
}

export interface AgentCall {
  readonly caller: RunContext
  readonly callId: string
  readonly agent: Agent
  readonly text: string
  /** Where it stood; undefined: it begins. */
  readonly before: AgentProgress | undefined
  readonly scope: Registry<Tool>
  readonly signal: AbortSignal
}

export type AgentEnd = Pick<AgentCompleted, 'outcome' | 'message' | 'limit'> & { readonly error?: Failure }
