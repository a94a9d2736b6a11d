import { describe, expect, it } from 'vitest'
import { checkContract } from '../protocol/contract.ts'
import type { LoggedEvent } from '../protocol/events.ts'
import { type AgentBench, ann, createAgentBench } from '../testing/agent-bench.ts'
import { defineTool } from '../tool/define-tool.ts'
import { ModelError } from './errors.ts'
import type { Model, ModelPart } from './ports.ts'
import { createTranscript } from './transcript.ts'

const echo = defineTool({
  name: 'echo',
  description: 'Says it again',
  input: { type: 'object' },
  effect: 'read',
  execute: (input) => input,
})
const cut = new ModelError('MODEL_STREAM_CUT', { model: 'scripted' })

describe('a run', () => {
  it('emits its events in the order of the contract [RUN-02]', async () => {
    await using bench = createAgentBench({
      tools: [echo],
      script: [{ thinking: 'hm', text: 'Let me see.', calls: [{ tool: 'echo' }] }, { text: 'Done.' }],
    })

    const { events } = await bench.run()

    expect(typesOf(events)).toEqual([
      'message_added',
      'thread_renamed',
      'agent_started',
      'agent_thinking',
      'agent_thinking',
      'agent_message',
      'step_completed',
      'tool_executing',
      'tool_completed',
      'agent_thinking',
      'agent_message',
      'step_completed',
      'agent_completed',
    ])
    expect(checkContract(events)).toEqual([])
  })

  it('shows the model the same messages as a transcript that is rebuilt from its log', async () => {
    await using bench = createAgentBench({
      tools: [echo],
      script: [
        {
          thinking: 'hm',
          text: 'One',
          calls: [{ tool: 'echo', input: { a: 1 } }, { tool: 'nope' }],
          providerData: { sig: 'x' },
        },
        { text: 'Two', calls: [{ tool: 'echo', providerCallId: 'p1' }] },
        { text: 'Three' },
      ],
    })
    const { events } = await bench.run()

    const rebuilt = createTranscript()
    const lastStep = events.findLastIndex(({ event }) => event.type === 'agent_thinking')
    for (const { event } of events.slice(0, lastStep)) rebuilt.apply(event)

    expect(bench.model.requests[2]?.messages).toEqual(rebuilt.messages)
    expect(rebuilt.messages).toHaveLength(5)
  })

  it('ends as completed with the text of the step that called nothing', async () => {
    await using bench = createAgentBench({
      tools: [echo],
      script: [{ text: 'First', calls: [{ tool: 'echo' }] }, { text: ['An', 'swer'] }],
    })

    const { end } = await bench.run()

    expect(end).toMatchObject({
      outcome: 'completed',
      message: { parts: [{ type: 'text', text: 'Answer' }] },
      usage: { inputTokens: 2, outputTokens: 2, calls: 1 },
      steps: 2,
    })
  })
})

describe('the text of a step', () => {
  it('is shown at once and then at most every 16 ms, and is all out before the step completes', async () => {
    const gate = Promise.withResolvers<void>()
    await using bench = createAgentBench({ script: [{ text: ['a', 'b', 'c', 'd'], gate: gate.promise }] })
    const asked = await bench.ask()
    await bench.until('agent_message')

    await bench.clock.advance(15)
    const early = textsOf(await bench.events(asked.threadId))
    await bench.clock.advance(1)
    const onTime = textsOf(await bench.events(asked.threadId))
    gate.resolve()
    const { events } = await bench.finish(asked)

    expect([early, onTime, textsOf(events)]).toEqual([['a'], ['a', 'bcd'], ['a', 'bcd']])
  })

  it('is out before the calls of its step', async () => {
    await using bench = createAgentBench({
      tools: [echo],
      script: [{ thinking: ['x', 'y'], text: ['a', 'b'], calls: [{ tool: 'echo' }] }, { text: 'z' }],
    })

    const { events } = await bench.run()

    const before = events.slice(0, typesOf(events).indexOf('step_completed'))
    expect(textsOf(before).join('')).toBe('ab')
  })
})

describe('a model that fails', () => {
  it('before it said anything fails the run with its failure, and the thread stays usable [RUN-04]', async () => {
    const error = new ModelError('MODEL_UNREACHABLE', { model: 'm', address: 'http://127.0.0.1:9' })
    await using bench = createAgentBench({ script: [{ error }, { text: 'back' }] })

    const { end, threadId, events } = await bench.run()
    const again = await sendAgain(bench, threadId)

    expect(end).toMatchObject({
      outcome: 'failed',
      error: { code: 'MODEL_UNREACHABLE', retry: 'later' },
      message: null,
    })
    expect(checkContract(events)).toEqual([])
    expect(again.end.outcome).toBe('completed')
  })

  it('in the middle of a step has the step rewound and made again [RUN-13]', async () => {
    await using bench = createAgentBench({ script: [{ text: 'Half an ', error: cut }, { text: 'Whole answer' }] })

    const { events, end } = await bench.run()

    expect(typesOf(events)).toContain('agent_rewound')
    expect(end).toMatchObject({ outcome: 'completed', message: { parts: [{ text: 'Whole answer' }] }, steps: 1 })
    expect(bench.model.requests[1]?.messages).toEqual(bench.model.requests[0]?.messages)
    expect(checkContract(events)).toEqual([])
  })

  it('in the middle again and again fails the run with what it had said', async () => {
    await using bench = createAgentBench({ script: () => ({ text: 'Half', cut: true }), limits: { maxStepRetries: 2 } })

    const { events, end } = await bench.run()

    expect(typesOf(events).filter((type) => type === 'agent_rewound')).toHaveLength(2)
    expect(end).toMatchObject({
      outcome: 'failed',
      error: { code: 'MODEL_STREAM_CUT' },
      message: { parts: [{ text: 'Half' }] },
    })
  })

  it('in the middle for good fails the run without another try', async () => {
    const error = new ModelError('MODEL_KEY_REFUSED', { model: 'm', status: 401 })
    await using bench = createAgentBench({ script: [{ text: 'Half', error }] })

    const { events, end } = await bench.run()

    expect(typesOf(events)).not.toContain('agent_rewound')
    expect(end.error?.code).toBe('MODEL_KEY_REFUSED')
  })

  it('with an error of its own making keeps its words to the log of the server', async () => {
    await using bench = createAgentBench({ script: [{ error: new Error('key sk-123 is bad') }] })

    const { events, end } = await bench.run()

    expect(end.error?.code).toBe('MODEL_FAILED')
    expect(JSON.stringify(events)).not.toContain('sk-123')
    expect(bench.logged.map(({ level }) => level)).toContain('error')
  })

  it('by streaming what is no part ends as a bad response', async () => {
    const strange = (parts: readonly unknown[]): Model => ({
      name: 'strange',
      async *stream() {
        yield* parts as readonly ModelPart[]
      },
    })
    await using wrongDelta = createAgentBench({ model: strange([{ type: 'text', delta: 7 }]) })
    await using wrongType = createAgentBench({ model: strange([{ type: 'song' }]) })

    await using wrongEnd = createAgentBench({ model: strange([{ type: 'finish', reason: 'bored' }]) })

    expect((await wrongDelta.run()).end.error?.code).toBe('MODEL_BAD_RESPONSE')
    expect((await wrongType.run()).end.error?.code).toBe('MODEL_BAD_RESPONSE')
    expect((await wrongEnd.run()).end.error?.code).toBe('MODEL_BAD_RESPONSE')
  })

  it('with what cannot even be looked at fails the run all the same [RUN-03]', async () => {
    const trap = (): never => {
      throw new Error('trapped')
    }
    const error = new Proxy(new Error(), { getPrototypeOf: trap, get: trap, has: trap })
    await using bench = createAgentBench({ script: [{ error }] })

    const { end } = await bench.run()

    expect(end).toMatchObject({ outcome: 'failed', error: { code: 'MODEL_FAILED' } })
  })

  it('under the name of an error of ours and a code that is none keeps its words to the log of the server', async () => {
    const error = Object.assign(new Error('key sk-123 is bad'), { name: 'ModelError', code: 'MINE', retry: 'never' })
    await using bench = createAgentBench({ script: [{ error }] })

    const { end, events } = await bench.run()

    expect(end.error?.code).toBe('MODEL_FAILED')
    expect(JSON.stringify(events)).not.toContain('sk-123')
  })

  it('by never pausing leaves timers and people their turn', async () => {
    const model: Model = {
      name: 'restless',
      async *stream() {
        for (;;) yield { type: 'text', delta: '' }
      },
    }
    await using bench = createAgentBench({ model })
    const asked = await bench.ask()

    await bench.supervisor.stop(ann, asked.runId)
    const { end } = await bench.finish(asked)

    expect(end.outcome).toBe('stopped')
  })

  it('by never ending has said too much at some point, and asked for too many calls', async () => {
    const endless = (part: ModelPart): Model => ({
      name: 'endless',
      async *stream() {
        for (;;) yield part
      },
    })
    const limits = { maxStepRetries: 0 }
    await using talking = createAgentBench({ model: endless({ type: 'text', delta: 'x'.repeat(50_000) }), limits })
    await using calling = createAgentBench({ model: endless({ type: 'call', tool: 'echo', input: {} }), limits })

    expect((await talking.run()).end.error).toMatchObject({ code: 'MODEL_BAD_RESPONSE' })
    expect((await calling.run()).end.error).toMatchObject({ code: 'MODEL_BAD_RESPONSE' })
  })

  it('to send names and ids that are any has them cut to what they can be', async () => {
    const strangeCall = {
      type: 'call',
      tool: 'x'.repeat(10_000),
      input: {},
      providerCallId: 42,
    } as unknown as ModelPart
    const model: Model = {
      name: 'strange',
      async *stream({ messages }) {
        yield messages.length > 1 ? { type: 'text', delta: 'sorry' } : strangeCall
        yield { type: 'finish', reason: 'unknown', usage: { inputTokens: 1, outputTokens: 1 } }
      },
    }
    await using bench = createAgentBench({ model })

    const { calls, end, events } = await bench.run()

    const requested = events.flatMap(({ event }) => (event.type === 'step_completed' ? event.calls : []))
    expect(requested).toEqual([{ callId: calls[0]?.callId, tool: 'x'.repeat(128), input: {} }])
    expect(calls).toMatchObject([{ outcome: 'refused', error: { code: 'TOOL_UNKNOWN' } }])
    expect(end.outcome).toBe('completed')
  })
})

describe('a step without calls', () => {
  it('and without text is no answer: the run fails and says so', async () => {
    await using bench = createAgentBench({ script: [{ thinking: 'hm', text: ' \n' }] })

    const { end } = await bench.run()

    expect(end).toMatchObject({ outcome: 'failed', error: { code: 'ANSWER_EMPTY' } })
  })

  it('that was cut by its length ends the run at that limit, with what it said', async () => {
    await using bench = createAgentBench({
      script: [{ text: 'And so on', finish: 'length', usage: { inputTokens: 5, outputTokens: 90 } }],
    })

    const { end } = await bench.run()

    expect(end).toMatchObject({
      outcome: 'limit_reached',
      limit: { name: 'maxOutputTokens', value: 90 },
      message: { parts: [{ text: 'And so on' }] },
    })
  })

  it('that was filtered fails the run, and none of its calls is carried out', async () => {
    await using bench = createAgentBench({ tools: [echo], script: [{ finish: 'filtered', calls: [{ tool: 'echo' }] }] })

    const { end, calls } = await bench.run()

    expect(end).toMatchObject({ outcome: 'failed', error: { code: 'ANSWER_FILTERED' } })
    expect(calls).toEqual([])
  })

  it('that gives no reason for its end is an answer when it has text [RUN-13]', async () => {
    await using bench = createAgentBench({ script: [{ text: 'Fine', finish: 'unknown' }] })

    const { end } = await bench.run()

    expect(end.outcome).toBe('completed')
  })
})

describe('a limit', () => {
  const calling = () => ({ calls: [{ tool: 'echo' }, { tool: 'echo' }] })

  it('of steps ends the run and is named [CALL-07]', async () => {
    await using bench = createAgentBench({ tools: [echo], script: calling, limits: { maxSteps: 3 } })

    const { end, events } = await bench.run()

    expect(end).toMatchObject({ outcome: 'limit_reached', limit: { name: 'maxSteps', value: 3 }, steps: 3 })
    expect(checkContract(events)).toEqual([])
  })

  it('of calls refuses those over it and ends the run [CALL-07]', async () => {
    await using bench = createAgentBench({ tools: [echo], script: calling, limits: { maxCalls: 3 } })

    const { end, calls } = await bench.run()

    expect(calls.map(({ outcome }) => outcome).toSorted()).toEqual(['ok', 'ok', 'ok', 'refused'])
    expect(calls.find(({ outcome }) => outcome === 'refused')?.error?.code).toBe('CALLS_LIMIT')
    expect(end).toMatchObject({ outcome: 'limit_reached', limit: { name: 'maxCalls', value: 3 }, steps: 2 })
  })

  it('of tokens is told to the model and ends the run [CALL-07]', async () => {
    const usage = { inputTokens: 30, outputTokens: 20 }
    await using bench = createAgentBench({
      tools: [echo],
      script: () => ({ ...calling(), usage }),
      limits: { maxTokens: 400 },
    })

    const { end } = await bench.run()

    const [first = 0, second = 0] = bench.model.requests.map(({ maxOutputTokens }) => maxOutputTokens)
    expect(first).toBeLessThan(400 - 30)
    expect(second).toBeGreaterThan(0)
    expect(second).toBeLessThan(first - 50)
    expect(end).toMatchObject({ outcome: 'limit_reached', limit: { name: 'maxTokens', value: 400 } })
    expect(end.usage.inputTokens + end.usage.outputTokens).toBeLessThanOrEqual(400)
  })

  it('of time ends the run as timed_out, whatever it waits for [CALL-07] [RUN-03]', async () => {
    await using bench = createAgentBench({
      script: [{ text: 'Wait', gate: new Promise(() => {}) }],
      limits: { maxRunMs: 5_000 },
    })
    const asked = await bench.ask()
    await bench.until('agent_message')

    await bench.clock.advance(5_000)
    const { end, events } = await bench.finish(asked)

    expect(end).toMatchObject({
      outcome: 'timed_out',
      error: { code: 'RUN_TIMED_OUT' },
      message: { parts: [{ text: 'Wait' }] },
    })
    expect(checkContract(events)).toEqual([])
  })
})

function typesOf(events: readonly LoggedEvent[]): readonly string[] {
  return events.map(({ event }) => event.type)
}

function textsOf(events: readonly LoggedEvent[]): readonly string[] {
  return events.flatMap(({ event }) => (event.type === 'agent_message' ? [event.delta] : []))
}

async function sendAgain(bench: AgentBench, threadId: string): ReturnType<AgentBench['finish']> {
  const parts = [{ type: 'text', text: 'again' }] as const
  const { runId } = await bench.supervisor.send(ann, { threadId, parts, idempotencyKey: 'again' })
  return bench.finish({ threadId, runId, principal: ann })
}
