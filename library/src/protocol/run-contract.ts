/**
 * The part of the contract that one run keeps; an agent called as a tool keeps it too, inside its call.
 *
 * @module
 */
import type { Report } from './contract.ts'
import type { AgentCompleted, AgentStarted, RunEvent, StepCompleted, ToolCompleted } from './events.ts'
import { limitKey } from './limit-key.ts'
import type { CallOutcome } from './vocabulary.ts'

export interface RunChecker {
  readonly runId: string
  /** Its agent_completed was seen. */
  readonly ended: boolean
  /** A call that it abandoned has not settled yet, as far as it is known. */
  readonly awaitsLate: boolean
  check(event: RunEvent, report: Report): void
  /** Its caller was taken over: it has to start again too. */
  interrupt(): void
}

interface CallState {
  readonly step: number
  readonly tool: string
  executing: boolean
  completed: boolean
  outcome: CallOutcome | undefined
  late: boolean
  approval: 'none' | 'open' | 'approved' | 'closed'
  child: RunChecker | undefined
}

type CallEvent = Extract<RunEvent, { readonly tool: string; readonly step: number }>

/** Only what runs can end so. */
const needsStart: ReadonlySet<CallOutcome> = new Set(['failed', 'timed_out', 'abandoned'])

export function createRunChecker(runId: string): RunChecker {
  let attempt = 0
  let step = 0
  /** `cut`: a takeover came while the step was being streamed, so it has to be rewound. */
  let phase: 'between' | 'streaming' | 'cut' | 'calling' = 'between'
  /** The last step that was finished asked for no call. */
  let answered = false
  let openCalls = 0
  let ended = false
  let mustStart = false
  const openApprovals = new Map<string, string>()
  const warned = new Set<string>()
  const calls = new Map<string, CallState>()

  const requested = (event: CallEvent, report: Report): CallState | undefined => {
    const { callId, type } = event
    const call = calls.get(callId)
    checkNames(event, call, report)
    if (call === undefined || call.completed || call.step !== step || phase !== 'calling') {
      report('CALL_REQUESTED', `${type} of call "${callId}"`)
      return call
    }
    return call
  }

  function checkNames(event: CallEvent, call: CallState | undefined, report: Report): void {
    if (call === undefined || (event.tool === call.tool && event.step === call.step)) return
    const found = `"${event.tool}" of step ${event.step}`
    report('CALL_REQUESTED', `${event.type} of call "${event.callId}" names ${found}`)
  }

  function checkStarted({ attempt: next }: AgentStarted, report: Report): void {
    if (next !== attempt + 1) report('ATTEMPT', `attempt ${next} follows ${attempt}`)
    attempt = next
    if (phase === 'streaming') phase = 'cut'
    mustStart = false
    for (const call of calls.values()) {
      if (!call.completed) call.executing = false
      call.child?.interrupt()
    }
  }

  function checkThinking(eventStep: number, report: Report): void {
    if (phase === 'streaming' && eventStep === step) return
    if (phase !== 'between' || eventStep !== step + 1 || answered)
      report('STEP_ORDER', `step ${eventStep} begins after step ${step} (${phase})`)
    step = eventStep
    phase = 'streaming'
  }

  function checkStreaming(eventStep: number, type: string, report: Report): void {
    if (phase !== 'streaming' || eventStep !== step) report('THINKING_FIRST', `${type} of step ${eventStep}`)
  }

  function checkStepCompleted(event: StepCompleted, report: Report): void {
    checkStreaming(event.step, event.type, report)
    for (const { callId, tool } of event.calls) {
      if (calls.has(callId)) report('CALL_ONCE', `call "${callId}"`)
      else openCalls++
      calls.set(callId, newCall(event.step, tool))
    }
    answered = event.calls.length === 0
    phase = event.calls.length > 0 ? 'calling' : 'between'
  }

  function checkToolCompleted(event: ToolCompleted, report: Report): void {
    const call = calls.get(event.callId)
    if (call === undefined) return report('CALL_REQUESTED', `tool_completed of call "${event.callId}"`)
    if (call.completed) return report('COMPLETED_ONCE', `call "${event.callId}"`)
    checkNames(event, call, report)
    if (event.outcome === 'ok' && (!call.executing || event.error !== undefined)) {
      report('OUTCOME_TRUE', `call "${event.callId}" is ok${call.executing ? ' with an error' : ' but never started'}`)
    }
    if ((event.outcome === 'invalid' || event.outcome === 'refused') && call.executing) {
      report('OUTCOME_TRUE', `call "${event.callId}" is ${event.outcome} but had started`)
    }
    if (needsStart.has(event.outcome) && !call.executing)
      report('OUTCOME_TRUE', `call "${event.callId}" is ${event.outcome} but never started`)
    if (event.outcome !== 'ok' && event.error === undefined)
      report('OUTCOME_TRUE', `call "${event.callId}" is ${event.outcome} without an error`)
    if (call.approval === 'open') report('APPROVAL_PAIRED', `call "${event.callId}" ends with its approval open`)
    if (call.child?.ended === false) report('END_SETTLED', `call "${event.callId}" ends before the agent it called`)
    call.completed = true
    call.outcome = event.outcome
    openCalls--
    if (openCalls === 0) phase = 'between'
  }

  function checkEnd(event: AgentCompleted, report: Report): void {
    if (openCalls > 0) report('END_SETTLED', `${openCalls} calls have not ended`)
    if (openApprovals.size > 0) report('END_SETTLED', `${openApprovals.size} approvals are open`)
    if (event.outcome === 'completed' && event.message === null) report('END_TRUE', 'completed without a message')
    if (event.outcome === 'completed' && (phase !== 'between' || !answered))
      report('END_TRUE', `completed at step ${step} (${phase}), which is no answer`)
    if (event.outcome === 'completed' && (event.error !== undefined || event.limit !== undefined))
      report('END_TRUE', 'completed with an error or a limit')
    if ((event.outcome === 'failed' || event.outcome === 'timed_out') && event.error === undefined) {
      report('END_TRUE', `${event.outcome} without an error`)
    }
    if (event.outcome === 'limit_reached' && event.limit === undefined)
      report('END_TRUE', 'limit_reached without its limit')
  }

  /** About a call that nobody waits for any more: it may come after everything. */
  function checkLate(event: RunEvent, report: Report): void {
    if (event.type === 'subagent_event') {
      const child = calls.get(event.parentCallId)?.child
      if (child?.runId === event.event.runId) return child.check(event.event, report)
      return report('LATE_ONCE', `of parent call "${event.parentCallId}"`)
    }
    if (event.type !== 'tool_late') return
    const call = calls.get(event.callId)
    if (call?.outcome !== 'abandoned' || call.late) report('LATE_ONCE', `call "${event.callId}"`)
    if (call !== undefined) call.late = true
  }

  return {
    runId,
    interrupt() {
      mustStart = !ended
    },
    get ended() {
      return ended
    },
    get awaitsLate() {
      return [...calls.values()].some(
        ({ outcome, late, child }) => (outcome === 'abandoned' && !late) || child?.awaitsLate === true,
      )
    },
    check(event, report) {
      if (isLate(event)) return checkLate(event, report)
      if (ended) return report('END_ONCE', `${event.type} after the agent_completed of "${runId}"`)
      if (attempt === 0 && event.type !== 'agent_started' && event.type !== 'agent_completed') {
        report('ATTEMPT', `${event.type} before agent_started`)
      }
      if (mustStart && event.type !== 'agent_started' && !isAnswer(event))
        report('ATTEMPT', `${event.type} before it was started again`)
      switch (event.type) {
        case 'limit_warning': {
          const key = limitKey(event.limit)
          if (warned.has(key)) report('WARNED_ONCE', `limit ${key}`)
          warned.add(key)
          return
        }
        case 'agent_started':
          return checkStarted(event, report)
        case 'context_compacted':
          if (phase !== 'between' || event.step !== step + 1 || answered)
            report('COMPACTED_BETWEEN', `step ${event.step}, after step ${step} (${phase})`)
          return
        case 'agent_thinking':
          return checkThinking(event.step, report)
        case 'agent_message':
          return checkStreaming(event.step, event.type, report)
        case 'step_completed':
          return checkStepCompleted(event, report)
        case 'agent_rewound':
          if ((phase !== 'streaming' && phase !== 'cut') || event.step !== step)
            report('REWIND_OPEN', `step ${event.step}, at step ${step} (${phase})`)
          phase = 'between'
          step = event.step - 1
          return
        case 'approval_requested': {
          const call = requested(event, report)
          if (call === undefined) return
          if (call.approval !== 'none' || call.executing)
            report('APPROVAL_PAIRED', `call "${event.callId}" is asked for again`)
          call.approval = 'open'
          openApprovals.set(event.approvalId, event.callId)
          return
        }
        case 'approval_resolved': {
          const callId = openApprovals.get(event.approvalId)
          if (callId !== event.callId)
            return report('APPROVAL_PAIRED', `approval "${event.approvalId}" of call "${event.callId}" is not open`)
          openApprovals.delete(event.approvalId)
          const call = calls.get(callId)
          if (call !== undefined) call.approval = event.decision === 'approved' ? 'approved' : 'closed'
          return
        }
        case 'tool_executing': {
          const call = requested(event, report)
          if (call === undefined) return
          if (call.executing) report('CALL_STARTED_ONCE', `call "${event.callId}"`)
          if (call.approval === 'open' || call.approval === 'closed')
            report('APPROVAL_PAIRED', `call "${event.callId}" starts without approval`)
          call.executing = true
          return
        }
        case 'tool_progress': {
          const call = calls.get(event.callId)
          if (call === undefined || !call.executing || call.completed || call.step !== event.step)
            report('PROGRESS_WITHIN', `call "${event.callId}"`)
          return
        }
        case 'tool_completed':
          return checkToolCompleted(event, report)
        case 'tool_late':
          return
        case 'subagent_event': {
          const call = calls.get(event.parentCallId)
          const mayGoOn = call?.executing === true || (call?.child !== undefined && isAnswer(event.event))
          if (call === undefined || !mayGoOn || call.completed) {
            return report('PARENT_EXECUTING', `${event.event.type} of parent call "${event.parentCallId}"`)
          }
          call.child ??= createRunChecker(event.event.runId)
          if (event.event.runId !== call.child.runId)
            report('PARENT_EXECUTING', `call "${event.parentCallId}" is already run "${call.child.runId}"`)
          call.child.check(event.event, report)
          return
        }
        case 'agent_completed':
          ended = true
          return checkEnd(event, report)
        default:
          event satisfies never
      }
    },
  }
}

/** Whether it puts a late call on record, here or in an agent that was called. */
export function isLate(event: RunEvent): boolean {
  return event.type === 'subagent_event' ? isLate(event.event) : event.type === 'tool_late'
}

/** Whoever answers an approval writes it down, at any time. */
function isAnswer(event: RunEvent): boolean {
  return event.type === 'subagent_event' ? isAnswer(event.event) : event.type === 'approval_resolved'
}

function newCall(step: number, tool: string): CallState {
  const open = { executing: false, completed: false, outcome: undefined, late: false } as const
  return { ...open, step, tool, approval: 'none', child: undefined }
}
