import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MessageAdded, RunEvent, ThreadEvent } from '../protocol/events.ts'
import { createTranscript } from './transcript.ts'

const usage = { inputTokens: 1, outputTokens: 1 }

/** A message with its run. */
type Turn = readonly [MessageAdded, ...RunEvent[]]

interface Plan {
  /** Which earlier message it follows, counted round and round; null: none; undefined: it does not say. */
  readonly follows: number | null | undefined
  /** So many messages are kept, before its last step. */
  readonly compacted: number | undefined
  readonly calls: boolean
  /** Only half of its answer came. */
  readonly stopped: boolean
}

const plans = fc.array(
  fc.record<Plan>({
    follows: fc.oneof(fc.constantFrom(undefined, null), { arbitrary: fc.nat(20), weight: 3 }),
    compacted: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined, freq: 4 }),
    calls: fc.boolean(),
    stopped: fc.boolean(),
  }),
  { minLength: 1, maxLength: 9 },
)

function writeTurn({ follows, ...plan }: Plan, index: number): Turn {
  const runId = `run_${index}`
  const message: MessageAdded = {
    type: 'message_added',
    messageId: `msg_${index}`,
    runId,
    role: 'user',
    parts: [{ type: 'text', text: `message ${index}` }],
    ...(follows === undefined ? {} : { follows: follows === null || index === 0 ? null : `msg_${follows % index}` }),
  }
  const step = plan.calls ? 2 : 1
  return [
    message,
    ...(plan.calls ? callStep(runId) : []),
    ...compaction(plan, runId, step),
    ...answer(plan, runId, step),
  ]
}

function callStep(runId: string): readonly RunEvent[] {
  const call = { callId: `call_${runId}`, tool: 'echo', input: {} }
  return [
    { type: 'agent_thinking', runId, step: 1 },
    { type: 'step_completed', runId, step: 1, finish: 'calls', calls: [call], usage },
    { type: 'tool_completed', runId, step: 1, callId: call.callId, tool: 'echo', outcome: 'ok', durationMs: 1 },
  ]
}

function compaction({ compacted }: Pick<Plan, 'compacted'>, runId: string, step: number): readonly RunEvent[] {
  if (compacted === undefined) return []
  const kept = { fromMessageId: null, messages: compacted, tokens: 1 }
  const dropped = { messages: 1, tokens: 1 }
  return [{ type: 'context_compacted', runId, step, summary: `summary of ${runId}`, kept, dropped, usage }]
}

function answer({ stopped }: Pick<Plan, 'stopped'>, runId: string, step: number): readonly RunEvent[] {
  const said: RunEvent = { type: 'agent_message', runId, step, delta: `answer of ${runId}` }
  const whole: RunEvent = { type: 'step_completed', runId, step, finish: 'stop', calls: [], usage }
  const end = { outcome: 'stopped', message: null, usage: { ...usage, calls: 0 }, steps: step, durationMs: 1 } as const
  return [
    { type: 'agent_thinking', runId, step },
    said,
    ...(stopped ? [] : [whole]),
    { type: 'agent_completed', runId, ...end },
  ]
}

/** The turns from the first message to the last one of the log, and no other. */
function pathOf(turns: readonly Turn[]): readonly Turn[] {
  const path: Turn[] = []
  for (let index = turns.length - 1; index >= 0; ) {
    const turn = turns[index]
    if (turn === undefined) break
    path.unshift(turn)
    const { follows } = turn[0]
    index = follows === undefined ? index - 1 : turns.findIndex(([{ messageId }]) => messageId === follows)
  }
  return path
}

function shown(events: readonly ThreadEvent[]): unknown {
  const transcript = createTranscript()
  for (const event of events) transcript.apply(event)
  return { messages: transcript.messages, ids: transcript.messages.map(transcript.idOf) }
}

describe('the branches of a thread', () => {
  it('are shown to a model as if no other branch were there, however they were made', () => {
    fc.assert(
      fc.property(plans, (planned) => {
        const turns = planned.map(writeTurn)

        expect(shown(turns.flat())).toEqual(shown(pathOf(turns).flat()))
      }),
      { numRuns: 400 },
    )
  })

  it('are gone on with from their own end, also when another was written meanwhile', () => {
    const plain = { compacted: undefined, calls: false, stopped: false }
    const turns = [undefined, undefined, 0, 1].map((follows, index) => writeTurn({ ...plain, follows }, index))

    expect(shown(turns.flat())).toMatchObject({ ids: ['msg_0', undefined, 'msg_1', undefined, 'msg_3', undefined] })
  })

  it('have each its own summary: what was dropped in one is whole in the other', () => {
    const plain = { compacted: undefined, calls: false, stopped: false }
    const first = writeTurn({ ...plain, follows: undefined }, 0)
    const compacted = writeTurn({ ...plain, compacted: 1, follows: undefined }, 1)
    const other = writeTurn({ ...plain, follows: 0 }, 2)

    expect(shown([...first, ...compacted])).toMatchObject({ ids: [undefined, undefined, 'msg_1', undefined] })
    expect(shown([...first, ...compacted, ...other])).toMatchObject({ ids: ['msg_0', undefined, 'msg_2', undefined] })
  })
})
