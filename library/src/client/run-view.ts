/**
 * A run as a person sees it: its steps, their text and thinking, and its calls as cards. An agent called as a tool is a
 * run inside its call's card.
 *
 * @module
 */
import type { Approvers } from '../protocol/approvers.ts'
import type { ApprovalDecision, LimitWarning, RunEvent } from '../protocol/events.ts'
import type {
  CallOutcome,
  Effect,
  Failure,
  JsonValue,
  LimitFacts,
  MessagePart,
  RunOutcome,
  Usage,
} from '../protocol/vocabulary.ts'

export interface RunView {
  readonly runId: string
  /** `accepted`: its message is stored, its agent has not begun. */
  readonly status: 'accepted' | 'running' | RunOutcome
  readonly agent?: string
  readonly model?: string
  readonly manifest?: string
  readonly attempt: number
  readonly startedAt: number
  readonly steps: readonly StepView[]
  /** What of the conversation the model was shown as a summary from some step on, in order. */
  readonly compactions: readonly CompactionView[]
  /** Steps whose beginning was taken back, in order: each was made again under its number. */
  readonly rewinds: readonly { readonly step: number; readonly reason: string }[]
  /** Limits of which four fifths are used. */
  readonly warnings: readonly LimitWarning[]
  /** The final answer, as far as it got; its text is the last step's as well. */
  readonly answer?: { readonly messageId: string; readonly parts: readonly MessagePart[] }
  readonly usage?: Usage
  readonly durationMs?: number
  readonly error?: Failure
  readonly limit?: LimitFacts
}

export interface CompactionView {
  /** The first step that was made with the summary. */
  readonly step: number
  readonly summary: string
  /** From this message on all was kept; null: not even all of this run. */
  readonly keptFromMessageId: string | null
  readonly keptMessages: number
  readonly droppedMessages: number
  /** Estimated. */
  readonly droppedTokens: number
}

export interface StepView {
  readonly step: number
  /** Of its first event. */
  readonly startedAt: number
  readonly thinking: string
  /** From the beginning of the step until it said or asked for something; absent while it has not. */
  readonly thoughtMs?: number
  readonly text: string
  readonly calls: readonly CallView[]
  /** The model has finished the step; its calls may still be at work. */
  readonly finished: boolean
}

export interface CallView {
  readonly callId: string
  readonly tool: string
  /** As the approver edited it, where that happened. */
  readonly input: JsonValue
  readonly status: 'requested' | 'waiting' | 'executing' | CallOutcome
  readonly effect?: Effect
  /** The tool is of the person's own client, whatever it calls itself; known once the call waits or starts. */
  readonly offered?: true
  readonly approval?: ApprovalView
  /** When the step asked for it. */
  readonly requestedAt: number
  readonly startedAt?: number
  /** The latest. */
  readonly progress?: JsonValue
  readonly output?: JsonValue
  readonly truncated?: { readonly bytes: number; readonly handle: string }
  readonly error?: Failure
  readonly durationMs?: number
  /** It was abandoned and settled so long after it had started. */
  readonly lateAfterMs?: number
  /** The run of the agent that this call is. */
  readonly run?: RunView
}

export interface ApprovalView {
  readonly approvalId: string
  readonly expiresAt: number
  /** Who may answer; absent: the owner of the thread. */
  readonly approvers?: readonly Approvers[]
  readonly decision?: ApprovalDecision
  /** When that was committed, milliseconds since the epoch. */
  readonly decidedAt?: number
  readonly by?: string
  readonly reason?: string
  /** The arguments as the agent wrote them, where the approver changed them. */
  readonly askedInput?: JsonValue
}

/** An approval that waits for an answer. */
export interface OpenApproval {
  readonly approvalId: string
  readonly runId: string
  readonly call: CallView
  readonly expiresAt: number
  /** Who may answer; absent: the owner of the thread. */
  readonly approvers?: readonly Approvers[]
}

export function newRun(runId: string, startedAt: number): RunView {
  return { runId, status: 'accepted', attempt: 0, startedAt, steps: [], compactions: [], rewinds: [], warnings: [] }
}

/** An event that fits nothing in sight changes nothing: the contract checker is who complains. */
export function applyRunEvent(run: RunView, event: RunEvent, at: number): RunView {
  switch (event.type) {
    case 'agent_started':
      return {
        ...run,
        status: 'running',
        agent: event.agent,
        model: event.model,
        manifest: event.manifest,
        attempt: event.attempt,
      }
    case 'context_compacted': {
      const { step, summary, kept, dropped } = event
      const compaction: CompactionView = {
        step,
        summary,
        keptFromMessageId: kept.fromMessageId,
        keptMessages: kept.messages,
        droppedMessages: dropped.messages,
        droppedTokens: dropped.tokens,
      }
      return { ...run, compactions: [...run.compactions, compaction] }
    }
    case 'limit_warning':
      return { ...run, warnings: [...run.warnings, event] }
    case 'agent_thinking':
      return withStep(run, { number: event.step, at }, (step) =>
        event.delta === undefined ? step : { ...step, thinking: step.thinking + event.delta },
      )
    case 'agent_message':
      return withStep(run, { number: event.step, at }, (step) => ({
        ...thought(step, at),
        text: step.text + event.delta,
      }))
    case 'step_completed':
      return withStep(run, { number: event.step, at }, (step) => ({
        ...thought(step, at),
        finished: true,
        calls: event.calls.map(({ callId, tool, input }) => ({
          callId,
          tool,
          input,
          status: 'requested' as const,
          requestedAt: at,
        })),
      }))
    case 'agent_rewound':
      return {
        ...run,
        steps: run.steps.filter((step) => step.step !== event.step),
        rewinds: [...run.rewinds, { step: event.step, reason: event.reason }],
      }
    case 'approval_requested':
      return withCall(run, event.callId, (call) => ({
        ...call,
        status: 'waiting',
        effect: event.effect,
        input: event.input,
        ...offeredOf(event),
        approval: { approvalId: event.approvalId, expiresAt: event.expiresAt, ...approversOf(event) },
      }))
    case 'approval_resolved':
      return withCall(run, event.callId, (call) => ({
        ...call,
        status: 'requested',
        ...(event.input === undefined ? {} : { input: event.input }),
        approval: {
          approvalId: event.approvalId,
          expiresAt: call.approval?.expiresAt ?? at,
          ...approversOf(call.approval ?? {}),
          decision: event.decision,
          decidedAt: at,
          ...(event.input === undefined ? {} : { askedInput: call.input }),
          ...(event.by === undefined ? {} : { by: event.by }),
          ...(event.reason === undefined ? {} : { reason: event.reason }),
        },
      }))
    case 'tool_executing':
      return withCall(run, event.callId, (call) => ({
        ...call,
        status: 'executing',
        effect: event.effect,
        input: event.input,
        ...offeredOf(event),
        startedAt: at,
      }))
    case 'tool_progress':
      return withCall(run, event.callId, (call) => ({ ...call, progress: event.progress }))
    case 'tool_completed':
      return withCall(run, event.callId, (call) => ({
        ...call,
        status: event.outcome,
        durationMs: event.durationMs,
        ...(event.output === undefined ? {} : { output: event.output }),
        ...(event.truncated === undefined ? {} : { truncated: event.truncated }),
        ...(event.error === undefined ? {} : { error: event.error }),
      }))
    case 'tool_late':
      return withCall(run, event.callId, (call) => ({ ...call, lateAfterMs: event.afterMs }))
    case 'subagent_event':
      return withCall(run, event.parentCallId, (call) => ({
        ...call,
        run: applyRunEvent(innerRun(call, event.event.runId, at), event.event, at),
      }))
    case 'agent_completed':
      return {
        ...run,
        status: event.outcome,
        usage: event.usage,
        durationMs: event.durationMs,
        ...(event.message === null ? {} : { answer: event.message }),
        ...(event.error === undefined ? {} : { error: event.error }),
        ...(event.limit === undefined ? {} : { limit: event.limit }),
      }
    default:
      event satisfies never
      return run
  }
}

/** Oldest first, those of agents called as tools included. */
export function openApprovalsOf(run: RunView): readonly OpenApproval[] {
  return run.steps.flatMap(({ calls }) =>
    calls.flatMap((call) => {
      const inner = call.run === undefined ? [] : openApprovalsOf(call.run)
      if (call.status !== 'waiting' || call.approval === undefined) return inner
      const { approvalId, expiresAt } = call.approval
      return [{ approvalId, runId: run.runId, call, expiresAt, ...approversOf(call.approval) }, ...inner]
    }),
  )
}

/** A call that starts again after a takeover is another run of its agent: what the first had shown is void. */
function innerRun({ run }: CallView, runId: string, at: number): RunView {
  return run?.runId === runId ? run : newRun(runId, at)
}

/** What it says or asks for ends its thinking. */
function thought(step: StepView, at: number): StepView {
  return step.thoughtMs === undefined ? { ...step, thoughtMs: at - step.startedAt } : step
}

function withStep(
  run: RunView,
  { number, at }: { readonly number: number; readonly at: number },
  change: (step: StepView) => StepView,
): RunView {
  const index = run.steps.findLastIndex(({ step }) => step === number)
  const found = run.steps[index]
  if (found === undefined) {
    const opened: StepView = { step: number, startedAt: at, thinking: '', text: '', calls: [], finished: false }
    return { ...run, steps: [...run.steps, change(opened)] }
  }
  const changed = change(found)
  return changed === found ? run : { ...run, steps: run.steps.with(index, changed) }
}

function withCall(run: RunView, callId: string, change: (call: CallView) => CallView): RunView {
  const stepIndex = run.steps.findLastIndex(({ calls }) => calls.some((call) => call.callId === callId))
  const step = run.steps[stepIndex]
  if (step === undefined) return run
  const calls = step.calls.map((call) => (call.callId === callId ? change(call) : call))
  return { ...run, steps: run.steps.with(stepIndex, { ...step, calls }) }
}

function offeredOf({ offered }: Pick<CallView, 'offered'>): Pick<CallView, 'offered'> {
  return offered === undefined ? {} : { offered }
}

function approversOf({ approvers }: Pick<ApprovalView, 'approvers'>): Pick<ApprovalView, 'approvers'> {
  return approvers === undefined ? {} : { approvers }
}
