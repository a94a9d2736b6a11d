/**
 * Where a run stands, folded from its events alone. The law: with the conversation, it is all that a run consists of, so
 * that any node can go on with it or end it honestly.
 *
 * @module
 */
import type {
  AgentCompleted,
  ApprovalRequested,
  ApprovalResolved,
  RequestedCall,
  RunEvent,
  StepCompleted,
  ToolExecuting,
} from '../protocol/events.ts'
import { limitKey } from '../protocol/limit-key.ts'
import type { Usage } from '../protocol/vocabulary.ts'
import type { UsedBefore } from './budget.ts'
import { innermost } from './thread-events.ts'
import { createTranscript, type Transcript } from './transcript.ts'

/** A call that has not ended. */
export interface OpenCall {
  readonly step: number
  readonly requested: RequestedCall
  readonly started?: ToolExecuting
  readonly asked?: ApprovalRequested
  readonly answered?: ApprovalResolved
  /** Of the agent that the call is. */
  readonly agent?: AgentProgress
}

export interface AgentProgress {
  readonly progress: RunProgress
  readonly transcript: Transcript
}

export interface RunProgress {
  readonly runId: string
  /** How often it was started. */
  readonly attempt: number
  /** How often it was started since a step or a call of it ended. */
  readonly stalls: number
  /** The model that it was started with last. */
  readonly model: string | undefined
  /** `between` steps; `answered`: its last step was finished without a call. */
  readonly phase: 'between' | 'streaming' | 'calling' | 'answered'
  /** The step at hand; 0 before the first. */
  readonly step: number
  readonly openCalls: readonly OpenCall[]
  /** Its last finished step, and what that said. */
  readonly finished: { readonly step: StepCompleted; readonly text: string } | undefined
  /** What the step being streamed has said. */
  readonly openText: string
  readonly used: UsedBefore
  /** Time at work, in milliseconds: waiting neither for a person nor for a node. */
  readonly workedMs: number
  readonly ended: AgentCompleted | undefined
  /** All that is open waits for a person. */
  readonly waiting: boolean
  /** `at` is when the event was committed. */
  apply(event: RunEvent, at: number): void
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }
type HeldCall = Omit<Writable<OpenCall>, 'agent'> & { agent?: AgentProgress }

/** `startedAt`: when it was accepted, as the log has it. */
export function createRunProgress(runId: string, startedAt: number): RunProgress {
  const open = new Map<string, HeldCall>()
  const warned: string[] = []
  let attempt = 0
  let stalls = 0
  let model: string | undefined
  let phase: RunProgress['phase'] = 'between'
  let step = 0
  let text = ''
  let finished: RunProgress['finished']
  let ended: AgentCompleted | undefined
  let steps = 0
  let usage: Usage = { inputTokens: 0, outputTokens: 0, calls: 0 }
  let workedMs = 0
  let lastAt = startedAt
  /** It waited, and nothing of it has been at work since. */
  let hasWaited = false

  function isWaiting(): boolean {
    return phase === 'calling' && open.size > 0 && [...open.values()].every(waits)
  }

  function usedNow(): UsedBefore {
    const calls = [...open.values()]
    const begun = calls.filter(({ asked, started }) => asked !== undefined || started !== undefined).length
    const inside = calls.flatMap(({ agent }) => (agent === undefined ? [] : [agent.progress.used.usage]))
    return { steps, usage: inside.reduce(sumOf, { ...usage, calls: usage.calls + begun }), warned }
  }

  function finishStep(event: StepCompleted): void {
    stalls = 0
    finished = { step: event, text }
    text = ''
    steps++
    usage = sumOf(usage, { ...event.usage, calls: 0 })
    for (const requested of event.calls) open.set(requested.callId, { step: event.step, requested })
    phase = event.calls.length > 0 ? 'calling' : 'answered'
  }

  function closeCall(callId: string): void {
    const inside = open.get(callId)?.agent?.progress.used.usage ?? noUsage
    if (!open.delete(callId)) return
    stalls = 0
    usage = sumOf(usage, { ...inside, calls: inside.calls + 1 })
    if (open.size === 0) phase = 'between'
  }

  /** Time in which no node was at work on it does not count; an answer to it comes whether one is or not. */
  function passTime(event: RunEvent, at: number): void {
    hasWaited ||= isWaiting()
    if (isFromOutside(event)) return
    if (event.type !== 'agent_started' && !hasWaited) workedMs += Math.max(0, at - lastAt)
    hasWaited = false
    lastAt = at
  }

  return {
    runId,
    get attempt() {
      return attempt
    },
    get stalls() {
      return stalls
    },
    get model() {
      return model
    },
    get phase() {
      return phase
    },
    get step() {
      return step
    },
    get openCalls() {
      return [...open.values()]
    },
    get finished() {
      return finished
    },
    get openText() {
      return text
    },
    get used() {
      return usedNow()
    },
    get workedMs() {
      return workedMs
    },
    get ended() {
      return ended
    },
    get waiting() {
      return isWaiting()
    },
    apply(event, at) {
      passTime(event, at)
      switch (event.type) {
        case 'agent_started':
          attempt = event.attempt
          model = event.model
          stalls++
          return
        case 'agent_thinking':
          step = event.step
          phase = 'streaming'
          return
        case 'agent_message':
          text += event.delta
          return
        case 'agent_rewound':
          text = ''
          step = event.step - 1
          phase = 'between'
          if (event.spent !== undefined) usage = sumOf(usage, { ...event.spent, calls: 0 })
          return
        case 'context_compacted':
          // A summary is a call of the model, as a step is.
          steps++
          usage = sumOf(usage, { ...event.usage, calls: 0 })
          return
        case 'step_completed':
          return finishStep(event)
        case 'approval_requested':
          return change(open.get(event.callId), { asked: event })
        case 'approval_resolved':
          return change(open.get(event.callId), { answered: event })
        case 'tool_executing':
          return change(open.get(event.callId), { started: event })
        case 'tool_completed':
          return closeCall(event.callId)
        case 'limit_warning':
          warned.push(limitKey(event.limit))
          return
        case 'subagent_event': {
          const call = open.get(event.parentCallId)
          if (call === undefined) return
          call.agent ??= createAgentProgress(call.started ?? call.requested, event.event.runId, at)
          call.agent.progress.apply(event.event, at)
          call.agent.transcript.apply(event.event)
          if (finishes(event.event)) stalls = 0
          return
        }
        case 'agent_completed':
          ended = event
          if (event.spent !== undefined) usage = sumOf(usage, { ...event.spent, calls: 0 })
          return
        default:
      }
    },
  }
}

const noUsage: Usage = { inputTokens: 0, outputTokens: 0, calls: 0 }

function sumOf(a: Usage, b: Usage): Usage {
  const costMicros = a.costMicros === undefined ? b.costMicros : a.costMicros + (b.costMicros ?? 0)
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    calls: a.calls + b.calls,
    ...(costMicros === undefined ? {} : { costMicros }),
  }
}

/** Not said by the run itself. */
function isFromOutside(event: RunEvent): boolean {
  const { type } = innermost(event)
  return type === 'approval_resolved' || type === 'tool_late'
}

/** Something that an agent inside a call was at is done. */
function finishes(event: RunEvent): boolean {
  if (event.type === 'subagent_event') return finishes(event.event)
  return event.type === 'step_completed' || event.type === 'tool_completed'
}

function waits({ asked, answered, agent }: OpenCall): boolean {
  return agent === undefined ? asked !== undefined && answered === undefined : agent.progress.waiting
}

function change(call: HeldCall | undefined, part: Partial<OpenCall>): void {
  if (call !== undefined) Object.assign(call, part)
}

function createAgentProgress({ input }: Pick<RequestedCall, 'input'>, runId: string, at: number): AgentProgress {
  const text = messageOf(input)
  return {
    progress: createRunProgress(runId, at),
    transcript: createTranscript([{ role: 'user', parts: [{ type: 'text', text }] }]),
  }
}

/** What an agent that is called is told. */
export function messageOf(input: unknown): string {
  const held = typeof input === 'object' && input !== null && 'message' in input ? input.message : undefined
  return typeof held === 'string' ? held : ''
}
