import type { LoggedEvent, ThreadEvent } from 'toolcrib/protocol'
import { expect, it } from 'vitest'
import { createEventPrinter, plain } from './event-printer.ts'

const steering = '\u001b[2J\u009b31m\u0007\u202e'

it('lets nothing that a model or a tool wrote steer the terminal', () => {
  let shown = ''
  const printer = createEventPrinter({
    answer: (text) => {
      shown += text
    },
    note: (line) => {
      shown += `${line}\n`
    },
    paint: plain,
    showsMessages: () => true,
  })
  const call = { runId: 'run_1', step: 1, callId: 'call_1', tool: `tool${steering}` }
  const error = { code: `CODE${steering}`, message: `message${steering}`, retry: 'never' as const }
  const usage = { inputTokens: 0, outputTokens: 0 }
  const events: readonly ThreadEvent[] = [
    { type: 'agent_message', runId: 'run_1', step: 1, delta: `answer${steering}` },
    { type: 'tool_executing', ...call, input: { city: steering }, effect: 'read' },
    { type: 'tool_progress', ...call, progress: steering },
    { type: 'tool_completed', ...call, outcome: 'failed', error, durationMs: 1 },
    { type: 'tool_late', ...call, afterMs: 1, outcome: 'ok' },
    { type: 'agent_rewound', runId: 'run_1', step: 1, reason: steering },
    { type: 'agent_completed', runId: 'run_1', outcome: 'failed', error, usage, steps: 1, durationMs: 1 },
  ] as unknown as readonly ThreadEvent[]

  for (const [index, event] of events.entries())
    printer.print({ threadId: 'thr_1', seq: index + 1, at: 0, event } as LoggedEvent)

  expect(shown).toContain('tool: failed, 1 ms; message')
  expect(shown).not.toMatch(/(?![\t\n])\p{Cc}|\u202e/u)
})

it('says that a message stands in the place of another, and that earlier ones were summarised', () => {
  const lines: string[] = []
  const printer = createEventPrinter({
    answer: () => {},
    note: (line) => void lines.push(line),
    paint: plain,
    showsMessages: () => true,
  })
  const parts = [{ type: 'text', text: 'hi' }] as const
  const message = (messageId: string): ThreadEvent => ({
    type: 'message_added',
    messageId,
    runId: `run of ${messageId}`,
    role: 'user',
    parts,
  })
  const events: readonly ThreadEvent[] = [
    message('msg_1'),
    message('msg_2'),
    { ...message('msg_3'), follows: 'msg_1' } as ThreadEvent,
    { ...message('msg_4'), follows: 'msg_3' } as ThreadEvent,
    {
      type: 'context_compacted',
      runId: 'run of msg_4',
      step: 1,
      summary: 'so far',
      kept: { fromMessageId: 'msg_4', messages: 1, tokens: 1 },
      dropped: { messages: 2, tokens: 9 },
      usage: { inputTokens: 1, outputTokens: 1 },
    },
  ]

  for (const [index, event] of events.entries()) printer.print({ seq: index + 1, at: 0, event })

  expect(lines).toEqual([
    '> hi',
    '> hi',
    '(in place of an earlier message, which stays in its own branch)',
    '> hi',
    '> hi',
    '(2 earlier messages were summarised for the model)',
  ])
})

it('says which limit is nearly used up, and which one ended a run [CALL-07]', () => {
  const lines: string[] = []
  const note = (line: string): void => void lines.push(line)
  const printer = createEventPrinter({ answer: () => {}, note, paint: plain, showsMessages: () => true })
  const limit = { name: 'tokens', value: 5_000, per: 'user', window: 'day', endsAt: 1 } as const
  const usage = { inputTokens: 0, outputTokens: 0, calls: 0 }
  const end = { outcome: 'limit_reached', limit, message: null, usage, steps: 1, durationMs: 1 } as const

  printer.print({ seq: 1, at: 0, event: { type: 'limit_warning', runId: 'run_1', limit, used: 4_100 } })
  printer.print({ seq: 2, at: 0, event: { type: 'agent_completed', runId: 'run_1', ...end } })

  expect(lines).toEqual([
    '(nearly used up: the budget of 5,000 tokens per user and day)',
    '[limit_reached: the budget of 5,000 tokens per user and day]',
  ])
})
