import { describe, expect, it } from 'vitest'
import type { RunEvent, ThreadEvent } from '../protocol/events.ts'
import { createTranscript } from './transcript.ts'

const runId = 'run_1'
const usage = { inputTokens: 1, outputTokens: 1 }
const asked: ThreadEvent = {
  type: 'message_added',
  messageId: 'msg_1',
  runId,
  role: 'user',
  parts: [{ type: 'text', text: 'hi' }],
}
const thinking = (step: number, delta?: string): RunEvent => ({
  type: 'agent_thinking',
  runId,
  step,
  ...(delta === undefined ? {} : { delta }),
})
const said = (step: number, delta: string): RunEvent => ({ type: 'agent_message', runId, step, delta })
const call = (callId: string) => ({ callId, tool: 'echo', input: {} })
const stepped = (step: number, ...callIds: readonly string[]): RunEvent => ({
  type: 'step_completed',
  runId,
  step,
  finish: 'stop',
  calls: callIds.map(call),
  usage,
})
const done = (callId: string, output: string): RunEvent => ({
  type: 'tool_completed',
  runId,
  step: 1,
  callId,
  tool: 'echo',
  outcome: 'ok',
  output,
  durationMs: 1,
})
const ended: RunEvent = {
  type: 'agent_completed',
  runId,
  outcome: 'stopped',
  message: null,
  usage: { ...usage, calls: 0 },
  steps: 1,
  durationMs: 1,
}

describe('a transcript', () => {
  it('has a step as one message, and the results of its calls as one in the order of the calls', () => {
    const messages = read(
      asked,
      thinking(1),
      thinking(1, 'hm'),
      said(1, 'On '),
      said(1, 'it'),
      stepped(1, 'a', 'b'),
      done('b', 'B'),
      done('a', 'A'),
    )

    expect(messages).toEqual([
      { role: 'user', parts: [{ type: 'text', text: 'hi' }] },
      { role: 'assistant', thinking: 'hm', text: 'On it', calls: [call('a'), call('b')] },
      {
        role: 'tool',
        results: [
          { callId: 'a', tool: 'echo', outcome: 'ok', output: 'A' },
          { callId: 'b', tool: 'echo', outcome: 'ok', output: 'B' },
        ],
      },
    ])
  })

  it('leaves out what was rewound', () => {
    const rewound: RunEvent = { type: 'agent_rewound', runId, step: 1, reason: 'cut' }

    const messages = read(
      asked,
      thinking(1),
      said(1, 'Wrong'),
      rewound,
      thinking(1),
      said(1, 'Right'),
      stepped(1),
      ended,
    )

    expect(messages.map((message) => ('text' in message ? message.text : ''))).toEqual(['', 'Right'])
  })

  it('keeps what an unfinished answer had said', () => {
    expect(read(asked, thinking(1), said(1, 'Half an'), ended).at(-1)).toEqual({
      role: 'assistant',
      text: 'Half an',
      calls: [],
    })
  })

  it('shows a call without an end as unknown, once the thread has gone on', () => {
    const messages = read(asked, thinking(1), stepped(1, 'a', 'b'), done('a', 'A'), ended, asked)

    expect(messages.at(-2)).toMatchObject({
      results: [
        { callId: 'a', outcome: 'ok' },
        { callId: 'b', outcome: 'unknown', error: { code: 'CALL_UNKNOWN' } },
      ],
    })
    expect(messages.at(-1)?.role).toBe('user')
  })

  it('leaves out what agents inside a call did, and titles', () => {
    const inner: RunEvent = {
      type: 'subagent_event',
      runId,
      parentCallId: 'a',
      event: { ...said(1, 'inner'), runId: 'run_2' } as RunEvent,
    }

    expect(
      read(asked, { type: 'thread_renamed', title: 'T' }, thinking(1), stepped(1, 'a'), inner, done('a', 'A')),
    ).toHaveLength(3)
  })

  it('has no message for a step that said nothing and called nothing', () => {
    expect(read(asked, thinking(1), stepped(1), ended)).toHaveLength(1)
  })
})

function read(...events: readonly ThreadEvent[]): ReturnType<typeof createTranscript>['messages'] {
  const transcript = createTranscript()
  for (const event of events) transcript.apply(event)
  return transcript.messages
}
