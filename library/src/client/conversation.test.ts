import { describe, expect, it } from 'vitest'
import type { LoggedEvent, RunEvent, ThreadEvent } from '../protocol/events.ts'
import { activeRun, applyEvent, type Conversation, emptyConversation, openApprovals } from './conversation.ts'

const runId = 'run_1'
const message: ThreadEvent = {
  type: 'message_added',
  messageId: 'msg_1',
  runId,
  role: 'user',
  parts: [{ type: 'text', text: 'hi' }],
}
const started: RunEvent = {
  type: 'agent_started',
  runId,
  agent: 'assistant',
  attempt: 1,
  model: 'scripted',
  manifest: 'f',
}
const thinking: RunEvent = { type: 'agent_thinking', runId, step: 1 }
const text = (delta: string): RunEvent => ({ type: 'agent_message', runId, step: 1, delta })
const requested: RunEvent = {
  type: 'step_completed',
  runId,
  step: 1,
  finish: 'calls',
  calls: [{ callId: 'call_1', tool: 'delete_note', input: { noteId: 'a' } }],
  usage: { inputTokens: 1, outputTokens: 1 },
}
const asked: RunEvent = {
  type: 'approval_requested',
  runId,
  step: 1,
  approvalId: 'apr_1',
  callId: 'call_1',
  tool: 'delete_note',
  input: { noteId: 'a' },
  effect: 'destructive',
  fingerprint: 'f',
  inputHash: 'h',
  expiresAt: 99,
}
const executing: RunEvent = {
  type: 'tool_executing',
  runId,
  step: 1,
  callId: 'call_1',
  tool: 'delete_note',
  input: { noteId: 'b' },
  effect: 'destructive',
  fingerprint: 'f',
}
const failed: RunEvent = {
  type: 'tool_completed',
  runId,
  step: 1,
  callId: 'call_1',
  tool: 'delete_note',
  outcome: 'failed',
  error: { code: 'X', message: 'x', retry: 'never' },
  durationMs: 7,
}
const ended: RunEvent = {
  type: 'agent_completed',
  runId,
  outcome: 'completed',
  message: { messageId: 'msg_2', parts: [{ type: 'text', text: 'done' }] },
  usage: { inputTokens: 2, outputTokens: 3, calls: 1 },
  steps: 2,
  durationMs: 12,
}

function fold(events: readonly ThreadEvent[]): Conversation {
  return events
    .map((event, index): LoggedEvent => ({ seq: index + 1, at: 1000 + index, event }))
    .reduce(applyEvent, emptyConversation)
}

describe('applyEvent', () => {
  it('gathers thinking and text of a step as they come', () => {
    const conversation = fold([message, started, { ...thinking, delta: 'hm' } as RunEvent, text('Hel'), text('lo')])

    expect(conversation.turns[0]?.run.steps).toEqual([
      { step: 1, startedAt: 1002, thinking: 'hm', thoughtMs: 1, text: 'Hello', calls: [], finished: false },
    ])
  })

  it('takes a step back that is made again, and says so', () => {
    const rewound: RunEvent = { type: 'agent_rewound', runId, step: 1, reason: 'the node died' }

    const run = fold([message, started, thinking, text('Hel'), rewound, text('Hello')]).turns[0]?.run

    expect(run?.steps.map((step) => step.text)).toEqual(['Hello'])
    expect(run?.rewinds).toEqual([{ step: 1, reason: 'the node died' }])
  })

  it('shows a call from its request to its outcome, with the arguments that were carried out', () => {
    const conversation = fold([message, started, thinking, requested, executing, failed, ended])

    expect(conversation.turns[0]?.run.steps[0]?.calls).toEqual([
      {
        callId: 'call_1',
        tool: 'delete_note',
        input: { noteId: 'b' },
        status: 'failed',
        effect: 'destructive',
        requestedAt: 1003,
        startedAt: 1004,
        durationMs: 7,
        error: { code: 'X', message: 'x', retry: 'never' },
      },
    ])
  })

  it('has an approval open from its request to its answer', () => {
    const resolved: RunEvent = {
      type: 'approval_resolved',
      runId,
      approvalId: 'apr_1',
      callId: 'call_1',
      decision: 'approved',
      by: 'ann',
    }

    expect(
      openApprovals(fold([message, started, thinking, requested, asked])).map(({ approvalId }) => approvalId),
    ).toEqual(['apr_1'])
    expect(openApprovals(fold([message, started, thinking, requested, asked, resolved]))).toEqual([])
  })

  it('says of an answer who gave it, when, and what was asked before it was edited', () => {
    const resolved: RunEvent = {
      type: 'approval_resolved',
      runId,
      approvalId: 'apr_1',
      callId: 'call_1',
      decision: 'approved',
      by: 'ann',
      input: { noteId: 'c' },
    }

    const conversation = fold([message, started, thinking, requested, asked, resolved])

    expect(conversation.turns[0]?.run.steps[0]?.calls[0]).toMatchObject({
      input: { noteId: 'c' },
      approval: { decision: 'approved', by: 'ann', decidedAt: 1005, askedInput: asked.input },
    })
  })

  it('takes back what a rewound step had shown', () => {
    const rewound: RunEvent = { type: 'agent_rewound', runId, step: 1, reason: 'cut' }

    expect(fold([message, started, thinking, text('wrong'), rewound]).turns[0]?.run.steps).toEqual([])
  })

  it('has a run at work from its message to its end', () => {
    expect(activeRun(fold([message]))?.status).toBe('accepted')
    expect(activeRun(fold([message, started]))?.status).toBe('running')
    expect(activeRun(fold([message, started, ended]))).toBeUndefined()
  })

  it('nests the run of an agent that was called as a tool in the card of its call', () => {
    const inner: RunEvent = {
      type: 'subagent_event',
      runId,
      parentCallId: 'call_1',
      event: { ...started, runId: 'run_2', agent: 'helper' },
    }
    const conversation = fold([message, started, thinking, requested, executing, inner])

    expect(conversation.turns[0]?.run.steps[0]?.calls[0]?.run?.agent).toBe('helper')
  })

  it('ignores an event that it has seen', () => {
    const conversation = fold([message, started])

    expect(applyEvent(conversation, { seq: 2, at: 0, event: started })).toBe(conversation)
  })

  it('keeps the identity of turns that did not change', () => {
    const before = fold([message, started, ended])
    const second: ThreadEvent = { ...message, messageId: 'msg_3', runId: 'run_2' } as ThreadEvent
    const after = applyEvent(before, { seq: 4, at: 0, event: second })

    expect(after.turns[0]).toBe(before.turns[0])
  })
})
