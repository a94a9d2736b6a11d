/**
 * Streams that keep the run contract, generated: branches, compactions, takeovers, rewinds, approvals and agents two deep
 * included. The law: what
 * is generated breaks no rule, so whatever is noticed about a changed stream is the change.
 *
 * @module
 */
import type FastCheck from 'fast-check'
import type { AgentCompleted, RunEvent, ThreadEvent } from '../protocol/events.ts'
import type { CallOutcome, RunOutcome } from '../protocol/vocabulary.ts'

type CallPlan =
  | { readonly kind: Extract<CallOutcome, 'ok' | 'failed' | 'timed_out'>; readonly progress: number }
  | { readonly kind: 'invalid' | 'refused' | 'cancelled' | 'unknown' | 'approved' | 'denied' | 'expired' | 'late' }
  | { readonly kind: 'agent'; readonly run: RunPlan }

/** Of a step that asks for calls: one that does not is the answer, and the last. */
interface StepPlan {
  readonly compacted: boolean
  readonly deltas: number
  readonly voided: 'no' | 'rewound' | 'taken over'
  readonly calls: readonly CallPlan[]
  readonly interleaved: boolean
  /** With one call only: it was at work when its node died, and starts again. */
  readonly restarted: boolean
}

interface RunPlan {
  readonly steps: readonly StepPlan[]
  readonly outcome: RunOutcome
}

interface TurnPlan extends RunPlan {
  /** Which of the messages before it, counted round and round; null: none; undefined: it does not say. */
  readonly follows: number | null | undefined
  readonly renamed: boolean
}

const failure = { code: 'X', message: 'x', retry: 'never' } as const
const usage = { inputTokens: 1, outputTokens: 1 }
const shown = { input: {}, effect: 'read', fingerprint: 'f' } as const

/** A whole log: every run has ended. */
export function contractStreams(fc: typeof FastCheck): FastCheck.Arbitrary<readonly ThreadEvent[]> {
  const follows = fc.oneof({ arbitrary: fc.constantFrom(undefined, null), weight: 3 }, fc.nat(9))
  const turn = fc.record({ ...runFields(fc, 2), renamed: fc.boolean(), follows })
  return fc.array(turn, { minLength: 1, maxLength: 3 }).map(writeLog)
}

function runFields(fc: typeof FastCheck, depth: number) {
  const plain = fc.record({
    kind: fc.constantFrom('ok' as const, 'failed' as const, 'timed_out' as const),
    progress: fc.nat(2),
  })
  const special = fc.record({
    kind: fc.constantFrom(
      ...(['invalid', 'refused', 'cancelled', 'unknown', 'approved', 'denied', 'expired', 'late'] as const),
    ),
  })
  const call: FastCheck.Arbitrary<CallPlan> =
    depth === 0
      ? fc.oneof(plain, special)
      : fc.oneof(
          { arbitrary: plain, weight: 3 },
          { arbitrary: special, weight: 4 },
          {
            arbitrary: fc.record({ kind: fc.constant('agent' as const), run: fc.record(runFields(fc, depth - 1)) }),
            weight: 2,
          },
        )
  const step = fc.record({
    compacted: fc.boolean(),
    deltas: fc.nat(2),
    voided: fc.constantFrom('no' as const, 'no' as const, 'rewound' as const, 'taken over' as const),
    calls: fc.array(call, { minLength: 1, maxLength: 3 }),
    interleaved: fc.boolean(),
    restarted: fc.boolean(),
  })
  return {
    steps: fc.array(step, { maxLength: 3 }),
    outcome: fc.constantFrom<RunOutcome>('completed', 'failed', 'stopped', 'timed_out', 'limit_reached'),
  }
}

function writeLog(turns: readonly TurnPlan[]): readonly ThreadEvent[] {
  const nextId = createCounter()
  const messages: string[] = []
  return turns.flatMap((turn): readonly ThreadEvent[] => {
    const runId = nextId('run')
    const messageId = nextId('msg')
    const follows = typeof turn.follows === 'number' ? messages.at(turn.follows % messages.length || 0) : turn.follows
    messages.push(messageId)
    const parts = [{ type: 'text' as const, text: 'hi' }]
    const renamed: readonly ThreadEvent[] = turn.renamed ? [{ type: 'thread_renamed', title: 'T' }] : []
    return [
      { type: 'message_added', messageId, runId, role: 'user', parts, ...(follows === undefined ? {} : { follows }) },
      ...renamed,
      ...writeRun(turn, runId, { nextId, mayRestart: true }),
    ]
  })
}

interface Pen {
  readonly nextId: (kind: string) => string
  /** An agent that was called is taken over with its caller. */
  readonly mayRestart: boolean
}

function writeRun({ steps, outcome }: RunPlan, runId: string, pen: Pen): readonly RunEvent[] {
  let attempt = 1
  const started = (): RunEvent => ({
    type: 'agent_started',
    runId,
    agent: 'assistant',
    attempt: attempt++,
    model: 'm',
    manifest: 'f',
  })
  const events: RunEvent[] = [started()]
  for (const [index, plan] of steps.entries()) events.push(...writeStep(plan, { runId, step: index + 1, started, pen }))
  if (outcome === 'completed') {
    const answer: StepPlan = {
      compacted: false,
      deltas: 1,
      voided: 'no',
      calls: [],
      interleaved: false,
      restarted: false,
    }
    events.push(...writeStep(answer, { runId, step: steps.length + 1, started, pen }))
  } else if (outcome === 'stopped') {
    events.push({ type: 'agent_thinking', runId, step: steps.length + 1 })
  }
  return [...events, ending(runId, outcome, pen)]
}

function ending(runId: string, outcome: RunOutcome, { nextId }: Pen): AgentCompleted {
  return {
    type: 'agent_completed',
    runId,
    outcome,
    message: outcome === 'completed' ? { messageId: nextId('msg'), parts: [{ type: 'text', text: 'done' }] } : null,
    usage: { ...usage, calls: 0 },
    steps: 1,
    durationMs: 1,
    ...(outcome === 'failed' || outcome === 'timed_out' ? { error: failure } : {}),
    ...(outcome === 'limit_reached' ? { limit: { name: 'maxSteps', value: 3 } } : {}),
  }
}

interface Place {
  readonly runId: string
  readonly step: number
  readonly started: () => RunEvent
  readonly pen: Pen
}

function writeStep(plan: StepPlan, { runId, step, started, pen }: Place): readonly RunEvent[] {
  const thinking: RunEvent = { type: 'agent_thinking', runId, step }
  const compacted: RunEvent = {
    type: 'context_compacted',
    runId,
    step,
    summary: 'so far',
    kept: { fromMessageId: null, messages: 1, tokens: 1 },
    dropped: { messages: 1, tokens: 9 },
    usage,
  }
  const deltas = Array.from({ length: plan.deltas }, (_, index): RunEvent => {
    const delta = `${runId} ${step} ${index} `
    return index % 2 === 0
      ? { type: 'agent_message', runId, step, delta }
      : { type: 'agent_thinking', runId, step, delta }
  })
  const rewound: RunEvent = { type: 'agent_rewound', runId, step, reason: 'cut' }
  const takenOver = plan.voided === 'taken over' && pen.mayRestart ? [started()] : []
  const voided = plan.voided === 'no' ? [] : [thinking, ...deltas, ...takenOver, rewound]
  const calls = plan.calls.map((call) => ({ call, callId: pen.nextId('call') }))
  const finished: RunEvent = {
    type: 'step_completed',
    runId,
    step,
    finish: calls.length > 0 ? 'calls' : 'stop',
    calls: calls.map(({ call, callId }) => ({ callId, tool: call.kind, input: {} })),
    usage,
  }
  const written = calls.map(({ call, callId }) => writeCall(call, { runId, step, callId, pen }))
  const [only] = written
  const start = only?.[0]
  const restarted =
    plan.restarted && pen.mayRestart && written.length === 1 && start?.type === 'tool_executing'
      ? [start, ...begunAgents(only), started()]
      : []
  const goesOn = restarted.length > 0 ? written.map((events) => events.map(toNextAttempt)) : written
  return [
    ...(plan.compacted ? [compacted] : []),
    ...voided,
    thinking,
    ...deltas,
    finished,
    ...restarted,
    ...(plan.interleaved ? interleave(goesOn) : goesOn.flat()),
  ]
}

/** What the agents among these events had said before they were taken over: that they had started. */
function begunAgents(events: readonly RunEvent[] = []): readonly RunEvent[] {
  return events.slice(1, 2).flatMap((event): readonly RunEvent[] => (event.type === 'subagent_event' ? [event] : []))
}

function toNextAttempt(event: RunEvent): RunEvent {
  if (event.type !== 'subagent_event' || event.event.type !== 'agent_started') return event
  return { ...event, event: { ...event.event, attempt: event.event.attempt + 1 } }
}

interface CallPlace {
  readonly runId: string
  readonly step: number
  readonly callId: string
  readonly pen: Pen
}

function writeCall(plan: CallPlan, { runId, step, callId, pen }: CallPlace): readonly RunEvent[] {
  const call = { runId, step, callId, tool: plan.kind }
  const executing: RunEvent = { type: 'tool_executing', ...call, ...shown }
  const completed = (outcome: CallOutcome): RunEvent => ({
    type: 'tool_completed',
    ...call,
    outcome,
    durationMs: 1,
    ...(outcome === 'ok' ? { output: 1 } : { error: failure }),
  })
  const approvalId = pen.nextId('apr')
  const asked: RunEvent = { type: 'approval_requested', ...call, ...shown, approvalId, inputHash: 'h', expiresAt: 9 }
  const answered = (decision: 'approved' | 'denied' | 'expired'): RunEvent => ({
    type: 'approval_resolved',
    runId,
    approvalId,
    callId,
    decision,
  })
  switch (plan.kind) {
    case 'ok':
    case 'failed':
    case 'timed_out': {
      const progress: RunEvent = { type: 'tool_progress', runId, step, callId, progress: 1 }
      return [executing, ...Array.from({ length: plan.progress }, () => progress), completed(plan.kind)]
    }
    case 'approved':
      return [asked, answered('approved'), executing, completed('ok')]
    case 'denied':
    case 'expired':
      return [asked, answered(plan.kind), completed('refused')]
    case 'late': {
      const late: RunEvent = { type: 'tool_late', runId, callId, tool: plan.kind, settled: 'resolved', afterMs: 5 }
      return [executing, completed('abandoned'), late]
    }
    case 'agent': {
      const inner = writeRun(plan.run, pen.nextId('run'), { ...pen, mayRestart: false })
      const wrapped = inner.map((event): RunEvent => ({ type: 'subagent_event', runId, parentCallId: callId, event }))
      return [executing, ...wrapped, completed(plan.run.outcome === 'completed' ? 'ok' : 'failed')]
    }
    case 'invalid':
    case 'refused':
    case 'cancelled':
    case 'unknown':
      return [completed(plan.kind)]
    default:
      return plan satisfies never
  }
}

/** One of each in turn. */
function interleave<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length))
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat()
}

function createCounter(): (kind: string) => string {
  let count = 0
  return (kind) => `${kind}_${++count}`
}
