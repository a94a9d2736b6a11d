import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createMemoryStore } from '../adapters/store/memory.ts'
import { checkContract } from '../protocol/contract.ts'
import type { LoggedEvent } from '../protocol/events.ts'
import { ann, createAgentBench } from '../testing/agent-bench.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createScriptedModel, type ScriptedStep } from '../testing/scripted-model.ts'
import { defineTool } from '../tool/define-tool.ts'
import { summaryInstructions } from './context-summary.ts'
import { ModelError } from './errors.ts'
import type { ModelMessage, Store } from './ports.ts'
import { createTranscript } from './transcript.ts'

const WINDOW = 2_500
const CURRENT = 'read it all'
const usage = { inputTokens: 0, outputTokens: 0 }
const exceeded = new ModelError('MODEL_CONTEXT_EXCEEDED', { model: 'scripted' })
const cut = new ModelError('MODEL_STREAM_CUT', { model: 'scripted' })

const read = defineTool({
  name: 'read',
  description: 'Reads so many letters',
  input: { type: 'object', properties: { letters: { type: 'number' } } },
  effect: 'read',
  execute: (input) => 'r'.repeat((input as { letters: number }).letters),
})

const summaries: { readonly [kind: string]: ScriptedStep } = {
  short: { text: 'The story so far.', usage },
  long: { text: 'x'.repeat(1_200), usage },
  tooLong: { text: 'x'.repeat(9_000), usage },
  empty: { text: ' ', usage },
  broken: { text: 'The st', error: cut },
  exceeded: { error: exceeded },
}

interface Plan {
  /** Letters of what was said before, a message each. */
  readonly earlier: readonly number[]
  /** So many letters are read in a step, by one call each. */
  readonly steps: readonly (readonly number[])[]
  /** How the model answers one summary after the other; then always well. */
  readonly summaries: readonly string[]
  /** Which of the model's requests it says of that they are too long, and at which the node leaves, counted from 0. */
  readonly refused: readonly number[]
  readonly leaves: readonly number[]
}

const plans = fc.record<Plan>({
  earlier: fc.array(fc.integer({ min: 1, max: 2_000 }), { maxLength: 4 }),
  steps: fc.array(fc.array(fc.integer({ min: 1, max: 2_500 }), { minLength: 1, maxLength: 3 }), { maxLength: 5 }),
  summaries: fc.array(
    fc.oneof({ arbitrary: fc.constantFrom('short', 'long'), weight: 4 }, fc.constantFrom(...Object.keys(summaries))),
    { maxLength: 8 },
  ),
  refused: fc.array(fc.nat(12), { maxLength: 2 }),
  leaves: fc.uniqueArray(fc.nat(14), { maxLength: 3 }),
})

/** Runs the plan on as many nodes as it takes. */
async function carryOut(
  plan: Plan,
): Promise<{ events: readonly LoggedEvent[]; requests: readonly (readonly ModelMessage[])[] }> {
  const store = createMemoryStore()
  const kept: Store = { ...store, close: async () => {} }
  const clock = createManualClock()
  const requests: (readonly ModelMessage[])[] = []
  let begun = false
  let steps = 0
  let asked = 0
  let summed = 0
  let left = Promise.withResolvers<void>()

  const model = createScriptedModel(
    (request) => {
      const isSummary = request.instructions === summaryInstructions
      if (!begun) return isSummary ? { text: 'The story so far.', usage } : { text: 'Noted.', usage }
      const index = asked++
      if (plan.leaves.includes(index)) {
        left.resolve()
        return { text: 'On its w', gate: new Promise(() => {}) }
      }
      if (isSummary) return summaries[plan.summaries[summed++] ?? 'short'] ?? {}
      requests.push(structuredClone(request.messages))
      if (plan.refused.includes(index)) return { error: exceeded }
      const calls = plan.steps[steps++]
      return calls === undefined
        ? { text: 'Done.', usage }
        : { calls: calls.map((letters) => ({ tool: 'read', input: { letters } })), usage }
    },
    { contextTokens: WINDOW },
  )

  const bench = (): ReturnType<typeof createAgentBench> =>
    createAgentBench({ model, tools: [read], clock, store: kept })
  let node = bench()
  const { threadId } = await node.supervisor.createThread(ann)
  for (const [index, letters] of plan.earlier.entries()) {
    const parts = [{ type: 'text', text: `earlier ${'e'.repeat(letters)}` }] as const
    const sent = await node.supervisor.send(ann, { threadId, parts, idempotencyKey: `${index}` })
    await node.finish({ threadId, runId: sent.runId, principal: ann })
  }
  begun = true
  const parts = [{ type: 'text', text: CURRENT }] as const
  const { runId } = await node.supervisor.send(ann, { threadId, parts, idempotencyKey: 'current' })
  for (;;) {
    const finished = node.finish({ threadId, runId, principal: ann }).then(() => 'finished' as const)
    const end = await Promise.race([finished, left.promise])
    if (end === 'finished') break
    await node[Symbol.asyncDispose]()
    left = Promise.withResolvers()
    node = bench()
    await node.supervisor.recover()
  }
  const events = await node.events(threadId)
  await node[Symbol.asyncDispose]()
  return { events, requests }
}

/** What the log shows a model each time that it was asked for a step. */
function shownIn(events: readonly LoggedEvent[]): readonly (readonly ModelMessage[])[] {
  const transcript = createTranscript()
  const shown: (readonly ModelMessage[])[] = []
  for (const { event } of events) {
    transcript.apply(event)
    if (event.type === 'agent_thinking' && event.delta === undefined) shown.push(structuredClone(transcript.messages))
  }
  return shown
}

/** Each call with its result right after it, and no result without its call. */
function isPaired(messages: readonly ModelMessage[]): boolean {
  return messages.every((message, index) => {
    const [before, after] = [messages[index - 1], messages[index + 1]]
    if (message.role === 'tool') {
      const asked = before?.role === 'assistant' ? before.calls.map(({ callId }) => callId) : []
      return asked.join() === message.results.map(({ callId }) => callId).join()
    }
    return message.role !== 'assistant' || message.calls.length === 0 || after?.role === 'tool'
  })
}

function holdsCurrent(messages: readonly ModelMessage[]): boolean {
  const current = messages.findLast(({ role }) => role === 'user')
  return current?.role === 'user' && current.parts[0]?.type === 'text' && current.parts[0].text === CURRENT
}

const honest = [undefined, 'CONTEXT_TOO_LARGE', 'MODEL_CONTEXT_EXCEEDED', 'MODEL_STREAM_CUT', 'RUN_INTERRUPTED']

it('a conversation is summed up whatever its model says and however often its node leaves: it ends once, the current message and whole calls are always shown, and the log shows the same [RUN-07]', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const { events, requests } = await carryOut(plan)

      const ends = events.flatMap(({ event }) => (event.type === 'agent_completed' ? [event] : []))
      const asked = new Set(requests.map((messages) => JSON.stringify(messages)))
      const logged = new Set(shownIn(events).map((messages) => JSON.stringify(messages)))
      expect(checkContract(events)).toEqual([])
      expect(ends).toHaveLength(plan.earlier.length + 1)
      expect(honest).toContain(ends.at(-1)?.error?.code)
      expect(requests.filter((messages) => !isPaired(messages))).toEqual([])
      expect(requests.filter((messages) => !holdsCurrent(messages))).toEqual([])
      expect([...asked].filter((messages) => !logged.has(messages))).toEqual([])
    }),
    { numRuns: 150 },
  )
})
