import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../adapters/store/memory.ts'
import { checkContract } from '../protocol/contract.ts'
import type { ContextCompacted, LoggedEvent } from '../protocol/events.ts'
import { type AgentBench, ann, createAgentBench, type FinishedRun } from '../testing/agent-bench.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createScriptedModel, type Script, type ScriptedModel, type ScriptedStep } from '../testing/scripted-model.ts'
import { defineTool } from '../tool/define-tool.ts'
import { defineAgent } from './agent.ts'
import { agentTool } from './agent-tool.ts'
import { summaryInstructions } from './context-summary.ts'
import { ModelError } from './errors.ts'
import type { ModelRequest } from './ports.ts'
import { createTranscript } from './transcript.ts'

/** The estimate takes a message of so many letters for about 620 tokens: three just fit into four fifths of the window. */
const LONG = 2_000
const WINDOW = 2_500
const now = 'And now? '.repeat(40)
/** The provider does not count, so that the estimate stays as it is. */
const usage = { inputTokens: 0, outputTokens: 0 }
const summaryUsage = { inputTokens: 70, outputTokens: 7 }
const exceeded = new ModelError('MODEL_CONTEXT_EXCEEDED', { model: 'scripted' })

const read = defineTool({
  name: 'read',
  description: 'Reads so many letters',
  input: { type: 'object', properties: { letters: { type: 'number' } } },
  effect: 'read',
  execute: (input) => 'r'.repeat((input as { letters: number }).letters),
})

function isSummary({ instructions }: { readonly instructions: string }): boolean {
  return instructions === summaryInstructions
}

/** A model with a window: what it says when it is asked to sum up, and otherwise. */
function windowed(
  steps: Script,
  options: { readonly summary?: ScriptedStep; readonly contextTokens?: number } = {},
): ScriptedModel {
  const { summary = { text: 'The story so far.', usage: summaryUsage }, contextTokens = WINDOW } = options
  let asked = 0
  const script = (request: ModelRequest): ScriptedStep => {
    if (isSummary(request)) return summary
    asked++
    const step = typeof steps === 'function' ? steps(request, asked) : steps[asked - 1]
    return { usage, ...(step ?? { text: `Answer ${asked}.` }) }
  }
  return createScriptedModel(script, { contextTokens })
}

interface Talk {
  readonly threadId: string
  readonly events: readonly LoggedEvent[]
  readonly compactions: readonly ContextCompacted[]
  readonly last: FinishedRun
}

async function talk(
  bench: AgentBench,
  texts: readonly string[],
  follows: readonly (string | null)[] = [],
): Promise<Talk> {
  const { threadId } = await bench.supervisor.createThread(ann)
  let last: FinishedRun | undefined
  for (const [index, text] of texts.entries()) last = await say(bench, { threadId, text, follows: follows[index] })
  if (last === undefined) throw new Error('nothing was said')
  return { threadId, events: last.events, compactions: compactionsIn(last.events), last }
}

async function say(
  bench: AgentBench,
  message: { readonly threadId: string; readonly text: string; readonly follows?: string | null | undefined },
): Promise<FinishedRun> {
  const { threadId, text, follows } = message
  const branch = follows === undefined ? {} : { follows }
  const parts = [{ type: 'text', text }] as const
  const sent = await bench.supervisor.send(ann, { threadId, parts, idempotencyKey: crypto.randomUUID(), ...branch })
  return bench.finish({ threadId, runId: sent.runId, principal: ann })
}

function compactionsIn(events: readonly LoggedEvent[]): readonly ContextCompacted[] {
  return events.flatMap(({ event }) => (event.type === 'context_compacted' ? [event] : []))
}

/** As the ends of its runs have it. */
function tokensIn(events: readonly LoggedEvent[]): number {
  const usages = events.flatMap(({ event }) => (event.type === 'agent_completed' ? [event.usage] : []))
  return usages.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0)
}

function messageIds(events: readonly LoggedEvent[]): readonly string[] {
  return events.flatMap(({ event }) => (event.type === 'message_added' ? [event.messageId] : []))
}

/** What the log shows a model up to its last step. */
function rebuilt(events: readonly LoggedEvent[]): unknown {
  const transcript = createTranscript()
  const lastStep = events.findLastIndex(({ event }) => event.type === 'agent_thinking')
  for (const { event } of events.slice(0, lastStep)) transcript.apply(event)
  return transcript.messages
}

const long = (letter: string): string => letter.repeat(LONG)

describe('a thread that outgrows the window of its model', () => {
  it('is summed up before the step, by the same model without tools, and the log says what was kept and dropped', async () => {
    const model = windowed([])
    await using bench = createAgentBench({ model, tools: [read] })

    const { events, compactions, last } = await talk(bench, [long('a'), long('b'), long('c'), now])

    const [asked] = model.requests.filter(isSummary)
    expect(asked).toMatchObject({ tools: [], messages: [{ role: 'user' }], maxOutputTokens: WINDOW / 10 })
    expect(JSON.stringify(asked?.messages)).toContain('Person: aaa')
    expect(compactions).toEqual([
      {
        type: 'context_compacted',
        runId: last.runId,
        step: 1,
        summary: 'The story so far.',
        kept: { fromMessageId: messageIds(events)[2], messages: 3, tokens: expect.any(Number) },
        dropped: { messages: 4, tokens: expect.any(Number) },
        usage: summaryUsage,
      },
    ])
    expect(last.end).toMatchObject({ outcome: 'completed', steps: 1 })
    expect(last.end.usage.inputTokens).toBeGreaterThan(summaryUsage.inputTokens)
    expect(checkContract(events)).toEqual([])
  })

  it('shows the model the summary as its own words, then what was kept, and the same when it is rebuilt', async () => {
    const model = windowed([])
    await using bench = createAgentBench({ model })

    const { events } = await talk(bench, [long('a'), long('b'), long('c'), now])

    const shown = model.requests.at(-1)?.messages
    expect(shown?.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user'])
    expect(shown?.[1]).toEqual({ role: 'assistant', text: 'The story so far.', calls: [] })
    expect(shown?.at(-1)).toEqual({ role: 'user', parts: [{ type: 'text', text: now }] })
    expect(shown).toEqual(rebuilt(events))
  })

  it('is summed up again with its summary when it grows on', async () => {
    const model = windowed([])
    await using bench = createAgentBench({ model })

    const { compactions } = await talk(bench, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(long))

    const summaries = model.requests.filter(isSummary)
    expect(compactions.length).toBeGreaterThan(1)
    expect(JSON.stringify(summaries[1]?.messages)).toContain('Assistant: The story so far.')
  })

  it('is summed up in its own branch only', async () => {
    const model = windowed([])
    await using bench = createAgentBench({ model })
    const first = await talk(bench, [long('a'), long('b'), long('c'), now])
    const [start = ''] = messageIds(first.events)

    const { events } = await say(bench, { threadId: first.threadId, text: 'another way', follows: start })

    expect(first.compactions).toHaveLength(1)
    expect(compactionsIn(events)).toHaveLength(1)
    expect(model.requests.at(-1)?.messages).toEqual([
      { role: 'user', parts: [{ type: 'text', text: long('a') }] },
      { role: 'assistant', text: 'Answer 1.', calls: [] },
      { role: 'user', parts: [{ type: 'text', text: 'another way' }] },
    ])
  })

  it('is left alone when nobody knows the window', async () => {
    await using bench = createAgentBench({ script: () => ({ text: 'ok' }) })

    const { compactions } = await talk(bench, ['a', 'b', 'c', 'd', 'e'].map(long))

    expect(compactions).toEqual([])
  })

  it('is measured by what the provider counts, where it does', async () => {
    const calls = (letters: number, inputTokens: number): ScriptedStep => ({
      calls: [{ tool: 'read', input: { letters } }],
      usage: { inputTokens, outputTokens: 1 },
    })
    const few = windowed([calls(10, 20), calls(LONG, 0), calls(LONG, 0), calls(LONG, 0), { text: 'Done.' }])
    const unknown = windowed([calls(10, 0), calls(LONG, 0), calls(LONG, 0), calls(LONG, 0), { text: 'Done.' }])
    await using counting = createAgentBench({ model: few, tools: [read] })
    await using guessing = createAgentBench({ model: unknown, tools: [read] })

    const [counted, guessed] = [await talk(counting, ['go']), await talk(guessing, ['go'])]

    expect(counted.compactions).toEqual([])
    expect(guessed.compactions).not.toEqual([])
  })
})

describe('a run that outgrows the window of its model', () => {
  it('keeps its message, and its last calls with their results', async () => {
    const calls = (): ScriptedStep => ({ calls: [{ tool: 'read', input: { letters: LONG } }] })
    const model = windowed([calls(), calls(), calls(), calls(), { text: 'Done.' }])
    await using bench = createAgentBench({ model, tools: [read] })

    const { events, compactions, last } = await talk(bench, ['read it all'])

    expect(last.end).toMatchObject({ outcome: 'completed', steps: 5, usage: { calls: 4 } })
    expect(compactions.length).toBeGreaterThan(0)
    expect(compactions[0]?.kept.fromMessageId).toBeNull()
    expect(checkContract(events)).toEqual([])
    const shown = model.requests.at(-1)?.messages
    expect(shown?.slice(0, 3).map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(shown?.[2]).toEqual({ role: 'user', parts: [{ type: 'text', text: 'read it all' }] })
    expect(shown?.at(-1)).toMatchObject({ role: 'tool', results: [{ outcome: 'ok' }] })
    expect(shown).toEqual(rebuilt(events))
  })

  it('of an agent that was called, is summed up inside its call [RUN-12]', async () => {
    const calls = (): ScriptedStep => ({ calls: [{ tool: 'read', input: { letters: LONG } }] })
    const inner = windowed([calls(), calls(), calls(), calls(), { text: 'Found it.' }])
    const helper = defineAgent({ name: 'helper', description: 'Reads', model: inner, tools: ['read'] })
    await using bench = createAgentBench({
      tools: [read, agentTool(helper)],
      script: [{ calls: [{ tool: 'helper', input: { message: 'read it all' } }] }, { text: 'ok' }],
    })

    const { events, last } = await talk(bench, ['ask the helper'])

    const wrapped = events.filter(
      ({ event }) => event.type === 'subagent_event' && event.event.type === 'context_compacted',
    )
    expect(wrapped.length).toBeGreaterThan(0)
    expect(checkContract(events)).toEqual([])
    expect(last.calls).toMatchObject([{ outcome: 'ok', output: 'Found it.' }])
    expect(last.end.usage.inputTokens).toBeGreaterThanOrEqual(summaryUsage.inputTokens)
  })
})

describe('a conversation that cannot be made shorter', () => {
  it('because its message is too long, ends honestly, and the thread takes a shorter one [RUN-04]', async () => {
    const model = windowed([])
    await using bench = createAgentBench({ model })

    const refused = await talk(bench, ['x'.repeat(20_000)])
    const answered = await say(bench, { threadId: refused.threadId, text: 'shorter' })

    expect(refused.last.end).toMatchObject({
      outcome: 'failed',
      error: { code: 'CONTEXT_TOO_LARGE', retry: 'never' },
      message: null,
      steps: 0,
    })
    expect(answered.end.outcome).toBe('completed')
    expect(checkContract(answered.events)).toEqual([])
    expect(model.requests.map(isSummary)).toEqual([true, false])
  })

  it('because a result is too long, ends honestly', async () => {
    const model = windowed([{ calls: [{ tool: 'read', input: { letters: 20_000 } }] }])
    await using bench = createAgentBench({ model, tools: [read] })

    const { events, last } = await talk(bench, ['read it'])

    expect(last.end).toMatchObject({ outcome: 'failed', error: { code: 'CONTEXT_TOO_LARGE' }, steps: 1 })
    expect(checkContract(events)).toEqual([])
  })

  it('because the model gives no summary, or one that is no shorter, ends honestly', async () => {
    const texts = [long('a'), long('b'), long('c'), now]
    await using silent = createAgentBench({ model: windowed([], { summary: { text: ' ' } }) })
    await using filtered = createAgentBench({ model: windowed([], { summary: { text: 'x', finish: 'filtered' } }) })
    await using wordy = createAgentBench({ model: windowed([], { summary: { text: 'x'.repeat(9_000) } }) })

    const ends = await Promise.all([talk(silent, texts), talk(filtered, texts), talk(wordy, texts)])

    expect(ends.map(({ last }) => last.end.error?.code)).toEqual(Array(3).fill('CONTEXT_TOO_LARGE'))
    expect(ends.flatMap(({ compactions }) => compactions)).toEqual([])
    expect(ends.flatMap(({ events }) => checkContract(events))).toEqual([])
  })

  it('has used what it used: a summary that helped nobody is counted too, also inside an agent [CALL-07]', async () => {
    const wordy = { text: 'x'.repeat(9_000), usage: { inputTokens: 1_500, outputTokens: 250 } }
    const calls = { calls: [{ tool: 'read', input: { letters: LONG } }] }
    const inner = windowed([calls, calls, calls, calls], { summary: wordy })
    const helper = defineAgent({ name: 'helper', description: 'Reads', model: inner, tools: ['read'] })
    const budgets = (['tokens', 'steps'] as const).map(
      (resource) => ({ per: 'user', window: 'day', resource, max: 1_000_000 }) as const,
    )
    await using plain = createAgentBench({ model: windowed([], { summary: wordy }), supervisor: { budgets } })
    await using nested = createAgentBench({
      tools: [read, agentTool(helper)],
      script: [
        { calls: [{ tool: 'helper', input: { message: 'read it all' } }], usage },
        { text: 'ok', usage },
      ],
      supervisor: { budgets },
    })

    const mine = await talk(plain, [long('a'), long('b'), long('c'), now])
    const theirs = await talk(nested, ['ask the helper'])

    const used = async ({ supervisor }: AgentBench): Promise<readonly number[]> =>
      (await supervisor.usage(ann)).budgets.map((level) => level.used + level.reserved)
    expect(mine.last.end).toMatchObject({ error: { code: 'CONTEXT_TOO_LARGE' }, usage: { inputTokens: 1_500 } })
    expect(theirs.last.end.usage.inputTokens).toBeGreaterThan(1_500)
    expect(await used(plain)).toEqual([tokensIn(mine.events), 4])
    expect(await used(nested)).toEqual([tokensIn(theirs.events), 1 + inner.requests.length + 1])
  })

  it('because the model fails, ends with its failure; one that passes is tried again', async () => {
    const texts = [long('a'), long('b'), long('c'), now]
    const overloaded = new ModelError('MODEL_OVERLOADED', { model: 'scripted', status: 529, attempts: 4 })
    const cut = new ModelError('MODEL_STREAM_CUT', { model: 'scripted' })
    await using failing = createAgentBench({ model: windowed([], { summary: { error: overloaded } }) })
    let tries = 0
    const flaky = createScriptedModel(
      (request) => {
        if (!isSummary(request)) return { text: 'ok', usage }
        return tries++ === 0 ? { text: 'The st', error: cut } : { text: 'The story so far.' }
      },
      { contextTokens: WINDOW },
    )
    await using passing = createAgentBench({ model: flaky })

    const [failed, passed] = [await talk(failing, texts), await talk(passing, texts)]

    expect(failed.last.end).toMatchObject({ outcome: 'failed', error: { code: 'MODEL_OVERLOADED', retry: 'later' } })
    expect(passed.last.end.outcome).toBe('completed')
    expect(passed.compactions).toMatchObject([{ summary: 'The story so far.' }])
  })
})

describe('a model that says itself that a request is too long', () => {
  it('is asked for a summary, and then again, under the same step', async () => {
    const model = createScriptedModel((request) => {
      if (isSummary(request)) return { text: 'The story so far.', usage: summaryUsage }
      return JSON.stringify(request.messages).length > 3 * LONG ? { error: exceeded } : { text: 'ok' }
    })
    await using bench = createAgentBench({ model })

    const { events, compactions, last } = await talk(bench, [long('a'), long('b'), long('c'), now])

    expect(last.end).toMatchObject({ outcome: 'completed', steps: 1 })
    expect(compactions.length).toBeGreaterThan(0)
    expect(events.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ type: 'agent_rewound', step: 1, reason: 'MODEL_CONTEXT_EXCEEDED' }),
    )
    expect(checkContract(events)).toEqual([])
    expect(model.requests.at(-1)?.messages).toEqual(rebuilt(events))
  })

  it('is believed when it says so of what was made shorter, too', async () => {
    const model = createScriptedModel((request, asked) => {
      if (isSummary(request)) return { text: 'The story so far.' }
      return asked < 4 ? { text: 'ok' } : { error: exceeded }
    })
    await using bench = createAgentBench({ model })

    const { events, compactions, last } = await talk(bench, [long('a'), long('b'), long('c'), now])

    expect(last.end).toMatchObject({ outcome: 'failed', error: { code: 'MODEL_CONTEXT_EXCEEDED' }, steps: 1 })
    expect(compactions).toHaveLength(1)
    expect(checkContract(events)).toEqual([])
  })

  it('of the summary as well, is given less and less of it to read', async () => {
    const picky = createScriptedModel(
      (request) => {
        if (!isSummary(request)) return { text: 'ok', usage }
        return JSON.stringify(request.messages).length > 2_500 ? { error: exceeded } : { text: 'Short.' }
      },
      { contextTokens: WINDOW },
    )
    await using bench = createAgentBench({ model: picky })

    const { compactions, last } = await talk(bench, [long('a'), long('b'), long('c'), now])

    expect(last.end.outcome).toBe('completed')
    expect(compactions).toMatchObject([{ summary: 'Short.' }])
  })
})

describe('while a conversation is summed up', () => {
  it('a stop ends the run at once [RUN-09]', async () => {
    const gate = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    const model = createScriptedModel(
      (request) => {
        if (!isSummary(request)) return { text: 'ok', usage }
        asked.resolve()
        return { text: 'The st', gate: gate.promise }
      },
      { contextTokens: WINDOW },
    )
    await using bench = createAgentBench({ model })
    const { threadId } = await talk(bench, [long('a'), long('b'), long('c')])
    const parts = [{ type: 'text', text: now }] as const
    const { runId } = await bench.supervisor.send(ann, { threadId, parts, idempotencyKey: 'last' })
    await asked.promise

    await bench.supervisor.stop(ann, runId)
    const { end, events } = await bench.finish({ threadId, runId, principal: ann })

    expect(end).toMatchObject({ outcome: 'stopped', message: null, steps: 0 })
    expect(compactionsIn(events)).toEqual([])
    expect(checkContract(events)).toEqual([])
  })

  it('the node may go: the next one sums it up anew and goes on [RUN-07]', async () => {
    const asked = Promise.withResolvers<void>()
    const store = createMemoryStore()
    const clock = createManualClock()
    const first = createScriptedModel(
      (request) => {
        if (!isSummary(request)) return { text: 'ok', usage }
        asked.resolve()
        return { text: 'The st', gate: new Promise(() => {}) }
      },
      { contextTokens: WINDOW },
    )
    const leaving = createAgentBench({ model: first, clock, store: { ...store, close: async () => {} } })
    const { threadId } = await talk(leaving, [long('a'), long('b'), long('c')])
    const parts = [{ type: 'text', text: now }] as const
    const { runId } = await leaving.supervisor.send(ann, { threadId, parts, idempotencyKey: 'last' })
    await asked.promise
    await leaving[Symbol.asyncDispose]()

    await using staying = createAgentBench({ model: windowed([]), clock, store })
    await staying.supervisor.recover()
    const { end, events } = await staying.finish({ threadId, runId, principal: ann })

    expect(end.outcome).toBe('completed')
    expect(compactionsIn(events)).toHaveLength(1)
    expect(checkContract(events)).toEqual([])
  })

  it('its tokens count, and a limit that they reach ends the run [CALL-07]', async () => {
    const model = windowed([], {
      summary: { text: 'The story so far.', usage: { inputTokens: 4_990, outputTokens: 1 } },
    })
    await using bench = createAgentBench({ model, limits: { maxTokens: 5_000 } })

    const { compactions, last } = await talk(bench, [long('a'), long('b'), long('c'), now])

    expect(compactions).toHaveLength(1)
    expect(last.end).toMatchObject({ outcome: 'limit_reached', limit: { name: 'maxTokens', value: 5_000 }, steps: 0 })
  })
})
