import type { LoggedEvent, RunEvent, StepCompleted, ThreadEvent, ToolCompleted, ToolExecuting } from 'toolcrib/protocol'
import { describe, expect, it } from 'vitest'
import { type Row, timelineOf } from './timeline.ts'

const START = Date.UTC(2026, 0, 1)
const runId = 'run_1'
const message: ThreadEvent = { type: 'message_added', messageId: 'msg_1', runId, role: 'user', parts: [] }
const usage = { inputTokens: 1, outputTokens: 1 }

/** Events with the milliseconds after the message at which they come. */
function log(...said: readonly (readonly [number, ThreadEvent])[]): readonly LoggedEvent[] {
  return [[0, message] as const, ...said].map(([after, event], index) => ({ seq: index + 1, at: START + after, event }))
}

function began(attempt = 1, id = runId): RunEvent {
  return { type: 'agent_started', runId: id, agent: 'assistant', attempt, model: 'scripted', manifest: 'm' }
}

function thinks(step: number, id = runId): RunEvent {
  return { type: 'agent_thinking', runId: id, step }
}

function steps(step: number, callIds: readonly string[], id = runId): StepCompleted {
  const calls = callIds.map((callId) => ({ callId, tool: `tool_${callId}`, input: {} }))
  return { type: 'step_completed', runId: id, step, finish: 'calls', calls, usage }
}

function starts(callId: string): ToolExecuting {
  return { type: 'tool_executing', runId, step: 1, callId, tool: 't', input: {}, effect: 'read', fingerprint: 'f' }
}

function ends(callId: string, outcome: ToolCompleted['outcome'] = 'ok'): ToolCompleted {
  return { type: 'tool_completed', runId, step: 1, callId, tool: 't', outcome, durationMs: 1 }
}

function asks(callId: string): RunEvent {
  const what = { tool: 't', input: {}, effect: 'write', fingerprint: 'f', inputHash: 'h' } as const
  return { type: 'approval_requested', runId, step: 1, approvalId: `apr_${callId}`, callId, ...what, expiresAt: START }
}

function answers(callId: string): RunEvent {
  return { type: 'approval_resolved', runId, approvalId: `apr_${callId}`, callId, decision: 'approved', by: 'ann' }
}

const completed: RunEvent = {
  type: 'agent_completed',
  runId,
  outcome: 'completed',
  message: null,
  usage: { ...usage, calls: 0 },
  steps: 1,
  durationMs: 1,
}

function barsOf({ kind, bars }: Row): readonly string[] {
  return [kind, ...bars.map((bar) => `${bar.kind} ${bar.from}-${bar.to ?? '…'}${bar.lost ? ' lost' : ''}`)]
}

describe('the timeline of a run', () => {
  it('has a bar for each step, and one for each of its calls below it, side by side in time [WEB-03]', () => {
    const events = log(
      [5, began()],
      [6, thinks(1)],
      [20, steps(1, ['a', 'b'])],
      [22, starts('a')],
      [23, starts('b')],
      [40, ends('b')],
      [50, ends('a', 'failed')],
      [51, thinks(2)],
      [70, steps(2, [])],
      [71, completed],
    )

    const { rows, durationMs, ended } = timelineOf(events)

    expect(rows.map(barsOf)).toEqual([
      ['step', 'model 6-20'],
      ['call', 'queued 20-22', 'running 22-50'],
      ['call', 'queued 20-23', 'running 23-40'],
      ['step', 'model 51-70'],
    ])
    expect(rows.map(({ depth, step, from, to }) => [depth, step, from, to])).toEqual([
      [0, 1, 6, 20],
      [1, 1, 20, 50],
      [1, 1, 20, 40],
      [0, 2, 51, 70],
    ])
    expect([durationMs, ended]).toEqual([71, true])
  })

  it('tells the time of waiting for a person apart from the time of work [WEB-03]', () => {
    const events = log(
      [1, thinks(1)],
      [2, steps(1, ['a', 'b'])],
      [2, asks('a')],
      [2, ends('b', 'refused')],
      [9_000, answers('a')],
      [9_005, starts('a')],
      [9_100, ends('a')],
    )

    const { rows, ended } = timelineOf(events)

    expect(rows.map(barsOf)).toEqual([
      ['step', 'model 1-2'],
      ['call', 'waiting 2-9000', 'queued 9000-9005', 'running 9005-9100'],
      ['call', 'queued 2-2'],
    ])
    expect(rows[1]).toMatchObject({ approvals: [{ asked: { callId: 'a' }, answered: { by: 'ann' } }] })
    expect(ended).toBe(false)
  })

  it('leaves open what is not over [WEB-03]', () => {
    const { rows } = timelineOf(log([1, thinks(1)], [2, steps(1, ['a', 'b'])], [3, starts('a')], [4, asks('b')]))

    expect(rows.map(barsOf)).toEqual([
      ['step', 'model 1-2'],
      ['call', 'queued 2-3', 'running 3-…'],
      ['call', 'queued 2-4', 'waiting 4-…'],
    ])
  })

  it('ends what a lost node had begun where it was last heard of, and shows what was begun again [WEB-03]', () => {
    const events = log(
      [1, began()],
      [2, thinks(1)],
      [3, steps(1, ['a'])],
      [4, starts('a')],
      [5, { type: 'tool_progress', runId, step: 1, callId: 'a', progress: 1 }],
      [900, began(2)],
      [901, starts('a')],
      [950, ends('a')],
      [951, thinks(2)],
      [960, { type: 'agent_message', runId, step: 2, delta: 'Hel' }],
      [1_900, began(3)],
      [1_901, { type: 'agent_rewound', runId, step: 2, reason: 'the node was lost' }],
      [1_902, thinks(2)],
      [1_990, steps(2, [])],
    )

    const { rows, marks } = timelineOf(events)

    expect(rows.map(barsOf)).toEqual([
      ['step', 'model 2-3'],
      ['call', 'queued 3-4', 'running 4-5 lost', 'running 901-950'],
      ['step', 'model 951-960 lost'],
      ['step', 'model 1902-1990'],
    ])
    expect(rows[2]).toMatchObject({ step: 2, text: 'Hel', rewound: { reason: 'the node was lost' } })
    expect(rows[3]).toMatchObject({ step: 2, text: '' })
    expect(marks.map(({ kind, at }) => [kind, at])).toEqual([
      ['takeover', 900],
      ['takeover', 1_900],
    ])
  })

  it('puts the steps of an agent that was called below its call, each attempt of it as its own [WEB-03]', () => {
    const inner = (id: string, event: RunEvent): RunEvent => ({
      type: 'subagent_event',
      runId,
      parentCallId: 'a',
      event: { ...event, runId: id } as RunEvent,
    })
    const events = log(
      [1, thinks(1)],
      [2, steps(1, ['a'])],
      [3, starts('a')],
      [4, inner('run_in', began())],
      [5, inner('run_in', thinks(1))],
      [6, inner('run_in', steps(1, ['x']))],
      [7, inner('run_in', starts('x'))],
      [8, inner('run_in', ends('x'))],
      [9, inner('run_in', completed)],
      [10, ends('a')],
    )

    const { rows } = timelineOf(events)

    expect(rows.map(({ kind, depth }) => [kind, depth])).toEqual([
      ['step', 0],
      ['call', 1],
      ['step', 2],
      ['call', 3],
    ])
    expect(rows.map(barsOf).slice(2)).toEqual([
      ['step', 'model 5-6'],
      ['call', 'queued 6-7', 'running 7-8'],
    ])
    expect(rows[2]).toMatchObject({ agent: 'assistant' })
  })

  it('never runs backwards, whatever the clock did [WEB-03]', () => {
    const { rows, durationMs, moments } = timelineOf(log([100, thinks(1)], [-5_000, steps(1, ['a'])], [50, ends('a')]))

    expect(rows.map(barsOf)).toEqual([
      ['step', 'model 100-100'],
      ['call', 'queued 100-100'],
    ])
    expect([durationMs, ...moments]).toEqual([100, 0, 100, 100, 100])
  })

  it('has a summary, a warning and a late result where they came [WEB-03]', () => {
    const events = log(
      [1, began()],
      [
        9,
        {
          type: 'context_compacted',
          runId,
          step: 1,
          summary: 's',
          kept: { fromMessageId: null, messages: 1, tokens: 1 },
          dropped: { messages: 1, tokens: 1 },
          usage,
        },
      ],
      [10, { type: 'limit_warning', runId, limit: { name: 'maxSteps', value: 5 }, used: 4 }],
      [11, thinks(1)],
      [12, steps(1, ['a'])],
      [13, starts('a')],
      [20, ends('a', 'abandoned')],
      [21, completed],
      [99, { type: 'tool_late', runId, callId: 'a', tool: 't', settled: 'resolved', afterMs: 86 }],
    )

    const { rows, marks } = timelineOf(events)

    expect(rows.map(barsOf)[0]).toEqual(['summary', 'model 1-9'])
    expect(rows.at(-1)).toMatchObject({ kind: 'call', to: 20, lateAt: 99 })
    expect(marks).toEqual([{ kind: 'warning', at: 10, label: 'Nearly used up: maxSteps' }])
  })

  it('is empty for no events [WEB-03]', () => {
    expect(timelineOf([])).toEqual({ rows: [], marks: [], durationMs: 0, ended: false, moments: [] })
  })
})
