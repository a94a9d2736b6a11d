import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AgentCompleted, LoggedEvent, RunEvent, ThreadEvent } from '../protocol/events.ts'
import { contractStreams } from '../testing/contract-streams.ts'
import { activeRun, applyEvent, emptyConversation, openApprovals } from './conversation.ts'
import type { CallView, RunView } from './run-view.ts'

const streams = contractStreams(fc)
const options = { numRuns: 200 }

function logged(events: readonly ThreadEvent[]): readonly LoggedEvent[] {
  return events.map((event, index) => ({ seq: index + 1, at: index, event }))
}

/** Every run in it, agents called as tools included. */
function runsOf(run: RunView): readonly RunView[] {
  return [run, ...callsOf(run).flatMap((call) => (call.run === undefined ? [] : runsOf(call.run)))]
}

function callsOf(run: RunView): readonly CallView[] {
  return run.steps.flatMap((step) => step.calls)
}

function innermost(event: ThreadEvent): ThreadEvent {
  return event.type === 'subagent_event' ? innermost(event.event) : event
}

describe('a conversation', () => {
  it('is the same whether its events come in one go, in two parts, or some of them twice [WEB-02]', () => {
    fc.assert(
      fc.property(streams, fc.nat(80), fc.nat(10), (stream, cut, again) => {
        const events = logged(stream)
        const whole = events.reduce(applyEvent, emptyConversation)
        const first = events.slice(0, cut).reduce(applyEvent, emptyConversation)

        expect(events.slice(Math.max(0, cut - again)).reduce(applyEvent, first)).toEqual(whole)
      }),
      options,
    )
  })

  it('has of each run the end, and of each call the outcome, that its events tell', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const whole = logged(stream).reduce(applyEvent, emptyConversation)
        const runs = whole.turns.flatMap(({ run }) => runsOf(run))
        const told = stream.map(innermost)
        const ends = told.filter((event): event is AgentCompleted => event.type === 'agent_completed')
        const outcomes = told.flatMap((event) =>
          event.type === 'tool_completed' ? [[event.callId, event.outcome]] : [],
        )

        expect(Object.fromEntries(runs.map(({ runId, status }) => [runId, status]))).toEqual(
          Object.fromEntries(ends.map(({ runId, outcome }) => [runId, outcome])),
        )
        expect(Object.fromEntries(runs.flatMap(callsOf).map(({ callId, status }) => [callId, status]))).toEqual(
          Object.fromEntries(outcomes),
        )
        expect(activeRun(whole)).toBeUndefined()
        expect(openApprovals(whole)).toEqual([])
      }),
      options,
    )
  })

  it('shows the text of each step once, without what was rewound', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const whole = logged(stream).reduce(applyEvent, emptyConversation)
        const steps = whole.turns.flatMap(({ run }) => runsOf(run)).flatMap((run) => run.steps)

        expect(steps.map(({ text }) => text).filter((text) => new Set(text.split(' 0 ')).size > 2)).toEqual([])
      }),
      options,
    )
  })

  it('shows of an agent whose call starts again only what it does from then on', () => {
    const runId = 'run_1'
    const call = { runId, step: 1, callId: 'call_1', tool: 'helper' }
    const usage = { inputTokens: 1, outputTokens: 1 }
    const started = (attempt: number): RunEvent => ({
      type: 'agent_started',
      runId,
      agent: 'a',
      attempt,
      model: 'm',
      manifest: 'f',
    })
    const executing: RunEvent = { type: 'tool_executing', ...call, input: {}, effect: 'read', fingerprint: 'f' }
    const inner = (innerId: string, delta: string): RunEvent => ({
      type: 'subagent_event',
      runId,
      parentCallId: 'call_1',
      event: { type: 'agent_message', runId: innerId, step: 1, delta },
    })
    const events: readonly ThreadEvent[] = [
      { type: 'message_added', messageId: 'msg_1', runId, role: 'user', parts: [] },
      started(1),
      { type: 'agent_thinking', runId, step: 1 },
      { type: 'step_completed', runId, step: 1, finish: 'calls', calls: [{ ...call, input: {} }], usage },
      executing,
      inner('run_2', 'first'),
      started(2),
      executing,
      inner('run_3', 'second'),
    ]

    const shown = logged(events).reduce(applyEvent, emptyConversation)

    expect(shown.turns[0]?.run.steps[0]?.calls[0]?.run).toMatchObject({ runId: 'run_3', steps: [{ text: 'second' }] })
  })
})
