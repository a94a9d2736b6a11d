/** The evidence of a case in which all went well, for tests that spoil it. @module */
import type { LoggedEvent, ThreadEvent } from 'toolcrib/protocol'
import { answerOf, type Script, type Step } from './plan.ts'
import type { Evidence, Finding } from './rules.ts'
import { judge } from './rules.ts'
import type { AnswerGiven } from './testimony.ts'
import type { WitnessLine } from './witness.ts'

const quiet: Step = { chunks: 1, chunkBytes: 20, pauseMs: 0, calls: [], trouble: null, sameIds: false }
const input = { nonce: 'case-0.0.0.0', workMs: 5 }
const script: Script = {
  id: 'case-0.0',
  steps: [
    { ...quiet, chunks: 0, calls: [{ tool: 'write_down', input }] },
    { ...quiet, calls: [] },
  ],
}
const run = { runId: 'run_1' }
const call = { callId: 'call_1', tool: 'write_down' }
const usage = { inputTokens: 1, outputTokens: 1 }
const text = answerOf(script)
const approval = { approvalId: 'apr_1', ...run, ...call, step: 1 }
const held = { input, effect: 'write', fingerprint: 'f' } as const

export const told: AnswerGiven = { approvalId: 'apr_1', decision: 'approved', results: ['ok'] }

export const goodEvents: readonly ThreadEvent[] = [
  { type: 'message_added', ...run, messageId: 'msg_1', role: 'user', parts: [{ type: 'text', text: 'as scripted' }] },
  { type: 'agent_started', ...run, agent: 'assistant', attempt: 1, model: 'scripted', manifest: 'm' },
  { type: 'agent_thinking', ...run, step: 1 },
  { type: 'step_completed', ...run, step: 1, finish: 'calls', calls: [{ ...call, input }], usage },
  { type: 'approval_requested', ...approval, ...held, inputHash: 'h', expiresAt: 9_000 },
  { type: 'approval_resolved', ...run, approvalId: 'apr_1', callId: 'call_1', decision: 'approved', by: 'case-0' },
  { type: 'tool_executing', ...run, ...call, step: 1, ...held },
  { type: 'tool_completed', ...run, ...call, step: 1, outcome: 'ok', output: { mark: 'm1' }, durationMs: 5 },
  { type: 'agent_thinking', ...run, step: 2 },
  { type: 'agent_message', ...run, step: 2, delta: text },
  { type: 'step_completed', ...run, step: 2, finish: 'stop', calls: [], usage },
  {
    type: 'agent_completed',
    ...run,
    outcome: 'completed',
    message: { messageId: 'msg_2', parts: [{ type: 'text', text }] },
    usage: { ...usage, calls: 1 },
    steps: 2,
    durationMs: 100,
  },
]

const line = { mark: 'm1', pid: 1, ...run, ...call, idempotencyKey: 'run_1:call_1', input }
export const work: readonly WitnessLine[] = [
  { what: 'start', at: 1_007, ...line },
  { what: 'end', how: 'returned', at: 1_008, ...line },
]

/** Each event a millisecond after the one before, from 1,001 on. */
export function logOf(events: readonly ThreadEvent[]): readonly LoggedEvent[] {
  return events.map((event, index) => ({ seq: index + 1, at: 1_001 + index, event }))
}

/** What is found when the evidence is as given, and otherwise good. */
export function findingsFor(
  spoilt: Partial<Omit<Evidence, 'testimony'>> & Partial<Evidence['testimony']>,
): readonly Finding['rule'][] {
  const log = spoilt.log ?? logOf(goodEvents)
  const { stops = [], answers = [told], troubles = [], seen = [...log] } = spoilt
  const sends = spoilt.sends ?? [{ script, acknowledged: { messageId: 'msg_1', runId: 'run_1' } }]
  const one = { user: 'case-0', messages: [], secondReader: 'none' } as const
  const evidence: Evidence = {
    testimony: { case: one, sends, stops, answers, troubles, seen },
    log,
    witness: spoilt.witness ?? work,
    losses: spoilt.losses ?? 0,
    ...(spoilt.secondSeen === undefined ? {} : { secondSeen: spoilt.secondSeen }),
  }
  return [...new Set(judge(evidence).map(({ rule }) => rule))]
}

/** The good events with each of a type changed, or left out. */
export function changed<T extends ThreadEvent['type']>(
  type: T,
  change: (event: Extract<ThreadEvent, { readonly type: T }>) => ThreadEvent | undefined,
): readonly LoggedEvent[] {
  const isOne = (event: ThreadEvent): event is Extract<ThreadEvent, { readonly type: T }> => event.type === type
  return logOf(goodEvents.flatMap((event) => (isOne(event) ? (change(event) ?? []) : event)))
}
