/**
 * What a thread's log says about the tables beside it. The law: approvals, runs, titles and search texts are a function
 * of the events, so that no implementation can keep them differently.
 *
 * @module
 */
import type { StoreErrorDetails } from '../../../agent/errors.ts'
import type { ApprovalAnswer, ReservationHolder } from '../../../agent/ports.ts'
import type {
  AgentCompleted,
  AgentRewound,
  ApprovalDecision,
  ApprovalRequested,
  ApprovalResolved,
  RunEvent,
  ThreadEvent,
} from '../../../protocol/events.ts'
import { attachmentsOf } from '../../../protocol/message-parts.ts'
import type { MessagePart, RunOutcome, TokenUsage, Usage } from '../../../protocol/vocabulary.ts'
import { type Audited, auditedOf } from './audit.ts'
import { foldText } from './folded-text.ts'
import type { Used } from './usage.ts'

/** One level of `subagent_event` around an event, outermost first in a list. */
export interface Wrapping {
  readonly runId: string
  readonly parentCallId: string
}

export type Change =
  | { readonly type: 'approval_opened'; readonly request: ApprovalRequested; readonly wrapping: readonly Wrapping[] }
  | {
      readonly type: 'approval_closed'
      readonly approvalId: string
      readonly decision: ApprovalDecision
      readonly by: string | undefined
    }
  | { readonly type: 'run_began'; readonly model: string; readonly attempt: number }
  | { readonly type: 'run_ended'; readonly outcome: RunOutcome; readonly usage: Usage }
  | { readonly type: 'output_kept'; readonly handle: string }
  | { readonly type: 'title_changed'; readonly title: string }
  | { readonly type: 'text_added'; readonly folded: string }
  | ({ readonly type: 'used' } & Used)
  /** What reserved something holds it no longer. */
  | { readonly type: 'returned'; readonly holder: ReservationHolder }
  | { readonly type: 'attachment_used'; readonly attachmentId: string }
  | ({ readonly type: 'audited' } & Audited)

/** The changes of one event, in order. Most events change nothing. */
export function changesOf(event: ThreadEvent): readonly Change[] {
  switch (event.type) {
    case 'message_added':
      return [...textChange(event.parts), ...attachmentChanges(event.parts)]
    case 'thread_renamed':
      return [{ type: 'title_changed', title: event.title }]
    case 'agent_started':
      return [{ type: 'run_began', model: event.model, attempt: event.attempt }, ...audit(event, [])]
    case 'agent_completed':
      return [
        ...spentBy(event),
        ...textChange(event.message?.parts ?? []),
        { type: 'run_ended', outcome: event.outcome, usage: event.usage },
        ...audit(event, []),
      ]
    default:
      return changesAtAnyDepth(event, [])
  }
}

/**
 * Why a fence does not cover these events: one names another run, or follows the end of its own. Undefined: it does.
 */
export function uncovered(events: readonly ThreadEvent[], fence: StoreErrorDetails['FENCED']): string | undefined {
  let ended = false
  for (const event of events) {
    if (event.type === 'thread_renamed') continue
    if (ended || event.runId !== fence.runId) return event.runId
    ended = event.type === 'agent_completed'
  }
  return undefined
}

/** The event of an answer, in the same shape as the request was: wrapped if it was wrapped. */
export function resolutionOf(
  request: ApprovalRequested,
  wrapping: readonly Wrapping[],
  answer: ApprovalAnswer,
): RunEvent {
  const resolved: ApprovalResolved = {
    type: 'approval_resolved',
    runId: request.runId,
    approvalId: request.approvalId,
    callId: request.callId,
    decision: answer.decision,
    ...(answer.by === undefined ? {} : { by: answer.by }),
    ...(answer.reason === undefined ? {} : { reason: answer.reason }),
    ...(answer.input === undefined ? {} : { input: answer.input }),
  }
  return wrapping.reduceRight<RunEvent>((event, level) => ({ type: 'subagent_event', ...level, event }), resolved)
}

/** Whether an answer comes too late: a person's does from `expiresAt` on, the node's own decisions never. */
export function isTooLate(request: ApprovalRequested, answer: ApprovalAnswer): boolean {
  const byPerson = answer.decision === 'approved' || answer.decision === 'denied'
  return byPerson && answer.at >= request.expiresAt
}

/** A sub-agent's approvals and outputs are real; its end is not the end of the run, and its answer not the run's. */
function changesAtAnyDepth(event: ThreadEvent, wrapping: readonly Wrapping[]): readonly Change[] {
  switch (event.type) {
    case 'agent_started':
    case 'tool_late':
      return audit(event, wrapping)
    case 'approval_requested':
      return [{ type: 'approval_opened', request: event, wrapping }, ...audit(event, wrapping)]
    case 'approval_resolved':
      return [
        { type: 'approval_closed', approvalId: event.approvalId, decision: event.decision, by: event.by },
        ...audit(event, wrapping),
      ]
    case 'agent_rewound':
      return spentBy(event)
    case 'step_completed':
      return [{ type: 'used', holder: `step:${event.runId}`, tool: '', use: useOf(event.usage) }]
    case 'context_compacted':
      return [{ type: 'used', holder: `summary:${event.runId}`, tool: '', use: useOf(event.usage) }]
    case 'tool_executing':
      return [
        { type: 'used', holder: `call:${event.callId}`, tool: event.tool, use: { calls: 1 } },
        ...audit(event, wrapping),
      ]
    case 'tool_completed':
      return [
        { type: 'returned', holder: `call:${event.callId}` },
        ...audit(event, wrapping),
        ...(event.truncated === undefined ? [] : [{ type: 'output_kept', handle: event.truncated.handle } as const]),
      ]
    // Of an agent that was called: a run's own end gives back all it holds.
    case 'agent_completed':
      return [
        ...spentBy(event),
        { type: 'returned', holder: `step:${event.runId}` },
        { type: 'returned', holder: `summary:${event.runId}` },
        ...audit(event, wrapping),
      ]
    case 'subagent_event':
      return changesAtAnyDepth(event.event, [...wrapping, { runId: event.runId, parentCallId: event.parentCallId }])
    default:
      return []
  }
}

function audit(event: RunEvent, wrapping: readonly Wrapping[]): readonly Change[] {
  const audited = auditedOf(event, wrapping)
  return audited === undefined ? [] : [{ type: 'audited', ...audited }]
}

/** By the summary before a step, or by the step: a summary is over before its step reserves. */
function spentBy({ runId, spent }: AgentCompleted | AgentRewound): readonly Change[] {
  if (spent === undefined) return []
  return [{ type: 'used', holder: `summary:${runId}`, otherwise: `step:${runId}`, tool: '', use: useOf(spent) }]
}

function useOf({ inputTokens, outputTokens, costMicros = 0 }: TokenUsage): Used['use'] {
  return { steps: 1, tokens: inputTokens + outputTokens, costMicros }
}

/** A file is found by its name; what stands in it is not searched. */
function textChange(parts: readonly MessagePart[]): readonly Change[] {
  const text = parts.map((part) => (part.type === 'text' ? part.text : part.name)).join('\n')
  return text === '' ? [] : [{ type: 'text_added', folded: foldText(text) }]
}

function attachmentChanges(parts: readonly MessagePart[]): readonly Change[] {
  const ids = new Set(attachmentsOf(parts).map(({ attachmentId }) => attachmentId))
  return [...ids].map((attachmentId) => ({ type: 'attachment_used', attachmentId }))
}
