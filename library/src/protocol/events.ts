/**
 * The entries of a thread's log. What is sent is what is logged: the same values go to disk, to every socket and to
 * every reader, in sequence order without gaps.
 *
 * @module
 */
import type { Approvers } from './approvers.ts'
import type {
  CallOutcome,
  Effect,
  Failure,
  JsonValue,
  LimitFacts,
  MessagePart,
  RunOutcome,
  TextPart,
  TokenUsage,
  Usage,
} from './vocabulary.ts'

export interface MessageAdded {
  readonly type: 'message_added'
  readonly messageId: string
  /** The run this message starts. */
  readonly runId: string
  readonly role: 'user'
  readonly parts: readonly MessagePart[]
  /**
   * The message that it comes after in its branch; null: it is the first of one. Absent: the message before it in the log.
   */
  readonly follows?: string | null
}

/** First of its run; again, with the next attempt, after a takeover. */
export interface AgentStarted {
  readonly type: 'agent_started'
  readonly runId: string
  readonly agent: string
  /** 1 for the node that accepted the run. */
  readonly attempt: number
  readonly model: string
  /** Fingerprint of the manifest: exactly which tools the model was shown. */
  readonly manifest: string
}

/**
 * What the model is shown had outgrown its window: the older part was summarised, and from this event on the summary is
 * shown in its place. Before the first `agent_thinking` of its step. The log keeps everything.
 */
export interface ContextCompacted {
  readonly type: 'context_compacted'
  readonly runId: string
  /** The step that is made with what is left. */
  readonly step: number
  readonly summary: string
  /**
   * Shown word for word as before: so many messages of the model's, the current message among them and the rest at the
   * end. From `fromMessageId` on nothing was dropped; null: not even the current message's run is whole.
   */
  readonly kept: { readonly fromMessageId: string | null; readonly messages: number; readonly tokens: number }
  /** What the summary stands for. Tokens are estimates. */
  readonly dropped: { readonly messages: number; readonly tokens: number }
  /** What the summary itself cost. */
  readonly usage: TokenUsage
}

/** At least one per step, before anything else of the step. */
export interface AgentThinking {
  readonly type: 'agent_thinking'
  readonly runId: string
  /** 1 for the first model call of the run. */
  readonly step: number
  /** Reasoning text, if the model gives any. */
  readonly delta?: string
}

export interface AgentMessage {
  readonly type: 'agent_message'
  readonly runId: string
  readonly step: number
  readonly delta: string
}

/** What the model asked for in one step. */
export interface RequestedCall {
  /** Minted by the server. */
  readonly callId: string
  readonly tool: string
  /** Redacted. A string holds arguments that are not JSON, as the model wrote them. */
  readonly input: JsonValue
  /** The provider's own id: kept as data, never a key, because real traffic repeats them. */
  readonly providerCallId?: string
}

/**
 * The model finished a step. Committed before any call of the step starts, so a run can be rebuilt from its log alone.
 * A step without calls is the answer.
 */
export interface StepCompleted {
  readonly type: 'step_completed'
  readonly runId: string
  readonly step: number
  readonly finish: 'stop' | 'calls' | 'length' | 'filtered' | 'unknown'
  readonly calls: readonly RequestedCall[]
  readonly usage: TokenUsage
  /** Opaque to all but the model adapter that wrote it (signatures of reasoning, item ids). */
  readonly providerData?: JsonValue
}

/** A call starts: it was looked up, permitted, parsed and approved. Committed before the tool runs. */
export interface ToolExecuting {
  readonly type: 'tool_executing'
  readonly runId: string
  readonly step: number
  readonly callId: string
  readonly tool: string
  /** Redacted. */
  readonly input: JsonValue
  readonly effect: Effect
  /** Fingerprint of the tool that runs. */
  readonly fingerprint: string
  /** Of what the tool is given, as in `approval_requested`. Absent in logs from before it was written. */
  readonly inputHash?: string
  /** The tool is the person's own client's, and goes with it. */
  readonly offered?: true
}

export interface ToolProgress {
  readonly type: 'tool_progress'
  readonly runId: string
  readonly step: number
  readonly callId: string
  readonly progress: JsonValue
}

/** Exactly one per requested call, whether or not it started. */
export interface ToolCompleted {
  readonly type: 'tool_completed'
  readonly runId: string
  readonly step: number
  readonly callId: string
  readonly tool: string
  readonly outcome: CallOutcome
  /** Only with `ok`. What the model is shown: redacted and, when `truncated`, cut. */
  readonly output?: JsonValue
  /** Set when the output was larger than the limit: its whole size, and the handle under which the whole is kept. */
  readonly truncated?: { readonly bytes: number; readonly handle: string }
  /** With every outcome but `ok`. */
  readonly error?: Failure
  /** 0 when the call never started. */
  readonly durationMs: number
}

/** An abandoned call settled after all. Recorded, shown, never given to the model. */
export interface ToolLate {
  readonly type: 'tool_late'
  readonly runId: string
  readonly callId: string
  readonly tool: string
  readonly settled: 'resolved' | 'rejected'
  readonly afterMs: number
}

export interface ApprovalRequested {
  readonly type: 'approval_requested'
  readonly runId: string
  readonly step: number
  readonly approvalId: string
  readonly callId: string
  readonly tool: string
  /** Redacted. */
  readonly input: JsonValue
  readonly effect: Effect
  readonly fingerprint: string
  /** The tool is the person's own client's, and goes with it. */
  readonly offered?: true
  /** Over the canonical JSON of the parsed, unredacted input: HMAC-SHA-256 with a key of the server's, or plain SHA-256. */
  readonly inputHash: string
  readonly expiresAt: number
  /** Who may answer is among each of these; absent: the one who asks, and nobody else. */
  readonly approvers?: readonly Approvers[]
}

export type ApprovalDecision = 'approved' | 'denied' | 'expired' | 'cancelled'

export interface ApprovalResolved {
  readonly type: 'approval_resolved'
  readonly runId: string
  readonly approvalId: string
  readonly callId: string
  readonly decision: ApprovalDecision
  /** The user who decided; absent when nobody did (`expired`, `cancelled`). */
  readonly by?: string
  readonly reason?: string
  /** The arguments as the approver edited them. */
  readonly input?: JsonValue
}

/** Four fifths of a limit are used. Once in a run for each limit. */
export interface LimitWarning {
  readonly type: 'limit_warning'
  readonly runId: string
  readonly limit: LimitFacts
  readonly used: number
}

/** What this step had shown is void; the step is made again under the same number. */
export interface AgentRewound {
  readonly type: 'agent_rewound'
  readonly runId: string
  readonly step: number
  readonly reason: string
  /** What of it nobody but this event tells of: what the void step is estimated to have used. */
  readonly spent?: TokenUsage
}

/** Exactly one, last of its run. */
export interface AgentCompleted {
  readonly type: 'agent_completed'
  readonly runId: string
  readonly outcome: RunOutcome
  /** The answer, as far as it got; null when there is none. */
  readonly message: { readonly messageId: string; readonly parts: readonly TextPart[] } | null
  readonly usage: Usage
  /** The part of `usage` that no other event tells of: of a summary that was of no use, or, estimated, of a step that was cut off. */
  readonly spent?: TokenUsage
  readonly steps: number
  readonly durationMs: number
  /** With `failed` and `timed_out`. */
  readonly error?: Failure
  /** With `limit_reached`: which one and its value. */
  readonly limit?: LimitFacts
}

/** An event of an agent that was called as a tool. Its own type, so nothing mistakes it for the run's. */
export interface SubagentEvent {
  readonly type: 'subagent_event'
  /** The run that the person is watching. */
  readonly runId: string
  /** The call that is this agent. */
  readonly parentCallId: string
  readonly event: RunEvent
}

export interface ThreadRenamed {
  readonly type: 'thread_renamed'
  readonly title: string
}

/** What a run emits. */
export type RunEvent =
  | AgentStarted
  | ContextCompacted
  | AgentThinking
  | AgentMessage
  | StepCompleted
  | ToolExecuting
  | ToolProgress
  | ToolCompleted
  | ToolLate
  | ApprovalRequested
  | ApprovalResolved
  | LimitWarning
  | AgentRewound
  | AgentCompleted
  | SubagentEvent

export type ThreadEvent = MessageAdded | ThreadRenamed | RunEvent
export type ThreadEventType = ThreadEvent['type']

/** An event with its place in the log. */
export interface LoggedEvent<E extends ThreadEvent = ThreadEvent> {
  /** 1 for a thread's first; without gaps. */
  readonly seq: number
  /** Milliseconds since the epoch, when it was committed. */
  readonly at: number
  readonly event: E
}
