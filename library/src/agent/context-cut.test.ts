import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunEvent, ThreadEvent } from '../protocol/events.ts'
import { type Cut, cutContext } from './context-cut.ts'
import type { ModelMessage } from './ports.ts'
import { createTranscript, type Transcript } from './transcript.ts'

const usage = { inputTokens: 1, outputTokens: 1 }

/** Sizes of what a turn says: its message, each of its steps with calls, and its answer; null: it has none yet. */
interface Turn {
  readonly asked: number
  readonly steps: readonly number[]
  readonly answer: number | null
}

const size = fc.integer({ min: 1, max: 50 })
const turns = fc.array(
  fc.record<Turn>({
    asked: size,
    steps: fc.array(size, { maxLength: 4 }),
    answer: fc.option(size, { freq: 4 }),
  }),
  { minLength: 1, maxLength: 6 },
)

function write({ asked, steps, answer }: Turn, index: number): readonly ThreadEvent[] {
  const runId = `run_${index}`
  const text = 'x'.repeat(asked)
  const called = steps.flatMap((length, at): readonly RunEvent[] => {
    const step = at + 1
    const callId = `call_${index}_${step}`
    const call = { runId, step, callId, tool: 'echo', durationMs: 1 }
    return [
      { type: 'agent_thinking', runId, step },
      { type: 'step_completed', runId, step, finish: 'calls', calls: [{ callId, tool: 'echo', input: {} }], usage },
      { type: 'tool_completed', ...call, outcome: 'ok', output: 'x'.repeat(length) },
    ]
  })
  const step = steps.length + 1
  const answered: readonly RunEvent[] =
    answer === null
      ? []
      : [
          { type: 'agent_thinking', runId, step },
          { type: 'agent_message', runId, step, delta: 'x'.repeat(answer) },
          { type: 'step_completed', runId, step, finish: 'stop', calls: [], usage },
        ]
  return [
    { type: 'message_added', messageId: `msg_${index}`, runId, role: 'user', parts: [{ type: 'text', text }] },
    ...called,
    ...answered,
  ]
}

function transcriptOf(planned: readonly Turn[]): Transcript {
  const transcript = createTranscript()
  for (const event of planned.flatMap(write)) transcript.apply(event)
  return transcript
}

/** As many letters as it says. */
function sizeOf(message: ModelMessage): number {
  if (message.role === 'tool') return JSON.stringify(message.results[0]?.output).length - '""'.length
  if (message.role === 'assistant') return message.text.length
  return message.parts.reduce((sum, part) => sum + (part.type === 'text' ? part.text.length : 0), 0)
}

function total(messages: readonly ModelMessage[]): number {
  return messages.reduce((sum, message) => sum + sizeOf(message), 0)
}

function compacted(transcript: Transcript, { kept, dropped }: Cut): readonly ModelMessage[] {
  transcript.apply({
    type: 'context_compacted',
    runId: 'run_0',
    step: 1,
    summary: 'so far',
    kept: { fromMessageId: null, messages: kept.length, tokens: 1 },
    dropped: { messages: dropped.length, tokens: 1 },
    usage,
  })
  return transcript.messages
}

describe('the cut of a conversation', () => {
  it('keeps the current message and what was said last, within bounds, calls with their results', () => {
    fc.assert(
      fc.property(turns, fc.nat(300), fc.nat(300), (planned, maxTokens, goal) => {
        const { messages } = transcriptOf(planned)
        const before = [...messages]

        const cut = cutContext(messages, { sizeOf, maxTokens, goalTokens: Math.min(goal, maxTokens) })

        expect(messages).toEqual(before)
        if (cut === undefined) return
        const { kept, dropped } = cut
        expect(kept.length + dropped.length).toBe(messages.length)
        expect(total(kept)).toBeLessThanOrEqual(maxTokens)
        expect(kept).toContain(messages.findLast(({ role }) => role === 'user'))
        expect(kept.at(-1)).toBe(messages.at(-1))
        expect(kept[0]?.role).toBe('user')
        expect(kept.every(({ role }, index) => role !== 'tool' || kept[index - 1]?.role === 'assistant')).toBe(true)
        expect(cut.wholeFrom === undefined || kept[0] === cut.wholeFrom).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('is what the event says to whoever reads the log', () => {
    fc.assert(
      fc.property(turns, fc.nat(300), (planned, maxTokens) => {
        const transcript = transcriptOf(planned)
        const cut = cutContext(transcript.messages, { sizeOf, maxTokens, goalTokens: maxTokens / 2 })
        fc.pre(cut !== undefined)

        const shown = compacted(transcript, cut)

        expect(shown.slice(2)).toEqual(cut.kept)
        expect(shown.slice(0, 2).map(({ role }) => role)).toEqual(['user', 'assistant'])
      }),
      { numRuns: 500 },
    )
  })

  it('keeps as much as the goal has room for, from the beginning of a turn on', () => {
    const transcript = transcriptOf([
      { asked: 1, steps: [], answer: 1 },
      { asked: 10, steps: [], answer: 10 },
      { asked: 10, steps: [], answer: 10 },
      { asked: 10, steps: [], answer: null },
    ])

    const cut = cutContext(transcript.messages, { sizeOf, maxTokens: 100, goalTokens: 45 })

    expect(cut?.kept.map((message) => transcript.idOf(message))).toEqual(['msg_2', undefined, 'msg_3'])
    expect(cut?.wholeFrom).toBe(cut?.kept[0])
  })

  it('goes into the current run when that alone is too long, and says that it is not whole', () => {
    const transcript = transcriptOf([{ asked: 5, steps: [40, 40, 10, 10], answer: null }])

    const cut = cutContext(transcript.messages, { sizeOf, maxTokens: 100, goalTokens: 30 })

    expect(cut?.kept.map(sizeOf)).toEqual([5, 0, 10, 0, 10])
    expect(cut?.wholeFrom).toBeUndefined()
  })

  it('is not made when what has to be kept is too long, or nothing is left to drop', () => {
    const long = transcriptOf([
      { asked: 1, steps: [], answer: 1 },
      { asked: 50, steps: [60], answer: null },
    ])
    const short = transcriptOf([{ asked: 50, steps: [], answer: null }])

    expect(cutContext(long.messages, { sizeOf, maxTokens: 100, goalTokens: 50 })).toBeUndefined()
    expect(cutContext(short.messages, { sizeOf, maxTokens: 100, goalTokens: 10 })).toBeUndefined()
  })
})
