/**
 * The run contract: what a stream of a thread's events may look like. Tests, the client and the deployment check all ask
 * this one checker, so a rule is written once.
 *
 * @module
 */
import type { LoggedEvent, RunEvent, ThreadEvent } from './events.ts'
import { createRunChecker, isLate, type RunChecker } from './run-contract.ts'

/** The rules by their stable names, with what each says. */
export const contractRules: ContractRules = {
  SEQ_GAP: 'Sequence numbers grow by one, from the first event on',
  MESSAGE_FIRST: 'A run begins with the message that starts it, then agent_started',
  ONE_RUN: 'A thread has one run at work at a time',
  FOLLOWS_EARLIER: 'follows names a message that the thread had before',
  ATTEMPT: 'agent_started comes first in its run with attempt 1, and again with the next attempt after a takeover',
  THINKING_FIRST: 'A step opens with agent_thinking, before anything else of the step',
  STEP_ORDER:
    'Steps count from 1 by one; a step ends with step_completed, and the next begins after its calls have ended; one without calls is the last',
  COMPACTED_BETWEEN: 'context_compacted comes between two steps, and names the one that follows',
  CALL_ONCE: 'A call id is requested once in its run',
  CALL_REQUESTED: 'A call that is executed, approved or completed was requested, with that tool, in the step at hand',
  CALL_STARTED_ONCE: 'A call starts at most once in an attempt, before it completes',
  PROGRESS_WITHIN: 'tool_progress comes between tool_executing and tool_completed',
  COMPLETED_ONCE: 'Every requested call ends in exactly one tool_completed',
  OUTCOME_TRUE:
    'ok, failed, timed_out and abandoned have started; invalid and refused never did; every outcome but ok has its error',
  LATE_ONCE: 'tool_late comes once, of a call that was abandoned, perhaps after its run has ended',
  APPROVAL_PAIRED: 'Every approval_requested has one approval_resolved; the call starts only when it was approved',
  WARNED_ONCE: 'A limit is warned of once in its run',
  REWIND_OPEN: 'agent_rewound voids the step that is being streamed, and no other; a takeover in its middle needs it',
  END_ONCE: 'agent_completed is emitted exactly once, and is the last of its run but for tool_late',
  END_SETTLED: 'When a run ends, its calls and approvals have ended',
  END_TRUE:
    'completed has a message, no error, and follows the step that is its answer; failed and timed_out have an error, limit_reached names its limit',
  PARENT_EXECUTING:
    'A subagent_event belongs to a call that is executing, or that starts again when an answer comes, and a call is one run',
}

export type ContractRule =
  | 'SEQ_GAP'
  | 'MESSAGE_FIRST'
  | 'ONE_RUN'
  | 'FOLLOWS_EARLIER'
  | 'ATTEMPT'
  | 'THINKING_FIRST'
  | 'STEP_ORDER'
  | 'COMPACTED_BETWEEN'
  | 'CALL_ONCE'
  | 'CALL_REQUESTED'
  | 'CALL_STARTED_ONCE'
  | 'PROGRESS_WITHIN'
  | 'COMPLETED_ONCE'
  | 'OUTCOME_TRUE'
  | 'LATE_ONCE'
  | 'APPROVAL_PAIRED'
  | 'WARNED_ONCE'
  | 'REWIND_OPEN'
  | 'END_ONCE'
  | 'END_SETTLED'
  | 'END_TRUE'
  | 'PARENT_EXECUTING'

type ContractRules = { readonly [R in ContractRule]: string }

export interface Violation {
  readonly rule: ContractRule
  /** Of the event that broke it; of the last event seen for what is missing at the end. */
  readonly seq: number
  readonly message: string
}

export interface ContractChecker {
  /** What this event breaks; empty when nothing. Keeps going after a violation. Costs O(1). */
  check(logged: LoggedEvent): readonly Violation[]
  /** What is missing if nothing more comes: runs without their end. */
  end(): readonly Violation[]
}

/**
 * @param after - The cursor of the stream: 0 for a whole log. Runs that began before it are not judged.
 */
export function createContractChecker(after: number = 0): ContractChecker {
  let lastSeq = after
  let active: RunChecker | undefined
  /** The run that was at work at the cursor, once it was seen: it is not judged. Null: there can be none any more. */
  let earlier: string | undefined | null = after > 0 ? undefined : null
  /** Kept as long as one of its abandoned calls may still settle. */
  const ended = new Map<string, RunChecker | undefined>()
  const messages = new Set<string>()

  function checkEvent(event: ThreadEvent, report: Report): void {
    switch (event.type) {
      case 'thread_renamed':
        return
      case 'message_added':
        if (active !== undefined)
          report('ONE_RUN', `message_added for "${event.runId}" while "${active.runId}" is at work`)
        if (typeof earlier === 'string')
          report('ONE_RUN', `message_added for "${event.runId}" while "${earlier}" is at work`)
        earlier = null
        if (ended.has(event.runId)) report('END_ONCE', `message_added for "${event.runId}", which had ended`)
        // From a cursor on, it may name one from before it.
        if (after === 0 && typeof event.follows === 'string' && !messages.has(event.follows))
          report('FOLLOWS_EARLIER', `"${event.messageId}" follows "${event.follows}"`)
        messages.add(event.messageId)
        active = createRunChecker(event.runId)
        return
      default:
        checkRunEvent(event, report)
    }
  }

  function checkRunEvent(event: RunEvent, report: Report): void {
    if (active?.runId === event.runId) {
      active.check(event, report)
      if (event.type === 'agent_completed') {
        ended.set(event.runId, active.awaitsLate ? active : undefined)
        active = undefined
      }
      return
    }
    if (isLate(event)) return checkLate(event, report)
    if (ended.has(event.runId)) return report('END_ONCE', `${event.type} of "${event.runId}" after its agent_completed`)
    if (active !== undefined)
      return report('ONE_RUN', `${event.type} of "${event.runId}" while "${active.runId}" is at work`)
    if (earlier === undefined) earlier = event.runId
    if (earlier === event.runId) {
      if (event.type === 'agent_completed') {
        ended.set(event.runId, undefined)
        earlier = null
      }
      return
    }
    report('MESSAGE_FIRST', `${event.type} of "${event.runId}", which no message had started`)
  }

  /** Of a run from before the cursor, nothing is known. */
  function checkLate(event: RunEvent, report: Report): void {
    const checker = ended.get(event.runId)
    if (checker !== undefined) return checker.check(event, report)
    if (after === 0) report('LATE_ONCE', `of run "${event.runId}"`)
  }

  return {
    check(logged) {
      const violations: Violation[] = []
      const report: Report = (rule, detail) => violations.push(violation(rule, logged.seq, detail))
      if (logged.seq !== lastSeq + 1) report('SEQ_GAP', `${logged.seq} follows ${lastSeq}`)
      lastSeq = logged.seq
      checkEvent(logged.event, report)
      return violations
    },
    end() {
      return active === undefined
        ? []
        : [violation('END_ONCE', lastSeq, `run "${active.runId}" has no agent_completed`)]
    },
  }
}

/** Checks a whole log, or what came after `after`. */
export function checkContract(events: readonly LoggedEvent[], after: number = 0): readonly Violation[] {
  const checker = createContractChecker(after)
  return [...events.flatMap((event) => checker.check(event)), ...checker.end()]
}

export type Report = (rule: ContractRule, detail: string) => void

function violation(rule: ContractRule, seq: number, detail: string): Violation {
  return { rule, seq, message: `${contractRules[rule]}: ${detail}` }
}
