/** Every call of a log, of agents that were called too, with all that the log says of it. @module */
import type { AgentCompleted, ApprovalResolved, JsonValue, LoggedEvent, ToolCompleted } from 'toolcrib/protocol'
import { innermost } from './testimony.ts'

export interface LoggedCall {
  readonly callId: string
  /** The run that the person watches. */
  readonly runId: string
  readonly tool: string
  readonly input: JsonValue
  /** When each start was logged. */
  readonly starts: number[]
  /** Each of them; contracts allow one. */
  readonly approvals: { readonly approvalId: string; resolved?: ApprovalResolved }[]
  end?: { readonly at: number; readonly event: ToolCompleted }
}

export interface LoggedRun {
  readonly runId: string
  readonly messageId: string
  readonly calls: LoggedCall[]
  /** When the step that is the answer was complete. */
  answeredAt?: number
  /** The text of the step at hand. */
  text: string
  end?: { readonly at: number; readonly event: AgentCompleted }
}

export function runsOf(log: readonly LoggedEvent[]): ReadonlyMap<string, LoggedRun> {
  const runs = new Map<string, LoggedRun>()
  const calls = new Map<string, LoggedCall>()
  for (const { at, event } of log) {
    if (event.type === 'thread_renamed') continue
    if (event.type === 'message_added') {
      runs.set(event.runId, { runId: event.runId, messageId: event.messageId, calls: [], text: '' })
      continue
    }
    const run = runs.get(event.runId)
    if (run === undefined) continue
    if (event.type === 'agent_thinking' && event.delta === undefined) run.text = ''
    if (event.type === 'agent_message') run.text += event.delta
    if (event.type === 'agent_completed') run.end = { at, event }
    if (event.type === 'step_completed' && event.calls.length === 0) run.answeredAt = at
    const told = innermost(event)
    switch (told.type) {
      case 'step_completed':
        for (const { callId, tool, input } of told.calls) {
          const call: LoggedCall = { callId, runId: event.runId, tool, input, starts: [], approvals: [] }
          calls.set(callId, call)
          run.calls.push(call)
        }
        break
      case 'approval_requested':
        calls.get(told.callId)?.approvals.push({ approvalId: told.approvalId })
        break
      case 'approval_resolved': {
        const approval = calls.get(told.callId)?.approvals.find(({ approvalId }) => approvalId === told.approvalId)
        if (approval !== undefined) approval.resolved = told
        break
      }
      case 'tool_executing':
        calls.get(told.callId)?.starts.push(at)
        break
      case 'tool_completed': {
        const call = calls.get(told.callId)
        if (call !== undefined) call.end = { at, event: told }
        break
      }
      default:
    }
  }
  return runs
}
