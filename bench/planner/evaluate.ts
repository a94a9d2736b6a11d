/**
 * How often does the built-in planner choose the right tools, and fill them rightly? For each half and category: the
 * share of requests whose tools are all right, and of those that are right as a whole (tools, arguments, questions, ending).
 *
 * `node bench/planner/evaluate.ts` prints totals. `--failures` adds the failures of the tuned half, never of the other.
 *
 * @module
 */
import { createPlannerModel } from '../../library/src/adapters/model/planner.ts'
import type { Model, ModelMessage, ModelTool } from '../../library/src/agent/ports.ts'
import type { JsonObject, JsonValue } from '../../library/src/protocol/vocabulary.ts'
import {
  type Ending,
  type EvaluationRequest,
  type Expected,
  type ExpectedCall,
  type Half,
  halfOf,
  requests,
} from './requests.ts'
import { answerOf, starterTools, worthOf } from './starter-tools.ts'

interface Outcome {
  readonly request: EvaluationRequest
  readonly rightTools: boolean
  readonly right: boolean
  readonly seen: string
}

const NOW = Date.UTC(2026, 10, 22, 12)
const MAX_STEPS = 8

export async function evaluate(tools: readonly ModelTool[] = starterTools): Promise<readonly Outcome[]> {
  const model = createPlannerModel()
  const outcomes: Outcome[] = []
  for (const request of requests) outcomes.push(await judge(request, { model, tools }))
  return outcomes
}

async function judge(request: EvaluationRequest, by: { model: Model; tools: readonly ModelTool[] }): Promise<Outcome> {
  const messages: ModelMessage[] = []
  const seen: string[] = []
  let rightTools = true
  let right = true
  for (const turn of request.turns) {
    messages.push({ role: 'user', parts: [{ type: 'text', text: turn.say }] })
    const { calls, end, asks } = await converse(messages, by)
    seen.push(
      `${calls.map((call) => `${call.tool}${JSON.stringify(call.input)}`).join(' ') || '-'} => ${end}${asks ? `:${asks}` : ''}`,
    )
    const wanted = turn.calls.map((call) => call.tool).sort()
    const got = calls.map((call) => call.tool).sort()
    const endsRight = end === turn.end && (turn.asks === undefined || turn.asks === asks)
    rightTools &&= JSON.stringify(wanted) === JSON.stringify(got) && (turn.calls.length > 0 || end === turn.end)
    right &&= rightTools && endsRight && fits(turn.calls, calls)
  }
  return { request, rightTools, right, seen: seen.join(' | ') }
}

interface Call {
  readonly tool: string
  readonly input: JsonObject
}

/** One turn: steps until the planner answers, with results of the right shape. */
async function converse(
  messages: ModelMessage[],
  by: { model: Model; tools: readonly ModelTool[] },
): Promise<{ calls: Call[]; end: Ending; asks?: string }> {
  const calls: Call[] = []
  for (let step = 0; step < MAX_STEPS; step++) {
    let text = ''
    let thinking = ''
    let providerData: JsonValue | undefined
    const asked: Call[] = []
    const { signal } = new AbortController()
    for await (const part of by.model.stream({ instructions: '', messages, tools: by.tools, now: NOW, signal })) {
      if (part.type === 'text') text += part.delta
      if (part.type === 'thinking') thinking += part.delta
      if (part.type === 'call') asked.push({ tool: part.tool, input: part.input as JsonObject })
      if (part.type === 'finish') providerData = part.providerData
    }
    const ids = asked.map((_, index) => `call_${messages.length}_${index}`)
    messages.push({
      role: 'assistant',
      text,
      calls: asked.map((call, index) => ({ callId: ids[index] ?? '', ...call })),
      ...(providerData === undefined ? {} : { providerData }),
    })
    if (asked.length === 0) return { calls, ...endingOf({ text, thinking, providerData, called: calls.length > 0 }) }
    calls.push(...asked)
    messages.push({
      role: 'tool',
      results: asked.map((call, index) => ({
        callId: ids[index] ?? '',
        tool: call.tool,
        outcome: 'ok',
        output: answerOf(call.tool, call.input),
      })),
    })
  }
  return { calls, end: 'answer' }
}

function endingOf(answer: { text: string; thinking: string; providerData: JsonValue | undefined; called: boolean }): {
  end: Ending
  asks?: string
} {
  const { open } = (answer.providerData ?? {}) as { open?: readonly { type: string; property?: string }[] }
  const [first] = open ?? []
  if (first?.type === 'argument') return { end: 'ask', asks: first.property ?? '' }
  if (first) return { end: 'choice' }
  if (answer.text.includes('I have no tool for')) return { end: 'refusal' }
  return { end: answer.called ? 'answer' : 'talk' }
}

/** Each expected call has one of its own among those made, with every expected argument and no other. */
function fits(expected: readonly ExpectedCall[], made: readonly Call[]): boolean {
  const left = [...made]
  return expected.every((want) => {
    const at = left.findIndex((call) => call.tool === want.tool && sameInput(want, call.input))
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  })
}

function sameInput(want: ExpectedCall, input: JsonObject): boolean {
  const keys = Object.keys(input)
  const wanted = Object.entries(want.input)
  return keys.length === wanted.length && wanted.every(([key, value]) => same(value, input[key]))
}

function same(expected: Expected, value: JsonValue | undefined): boolean {
  if (expected instanceof RegExp) return typeof value === 'string' && expected.test(value.trim())
  if (typeof expected === 'object') {
    const worth = typeof value === 'string' ? worthOf(value) : undefined
    return worth !== undefined && Math.abs(worth - expected.amount) < 1e-9
  }
  if (typeof expected === 'string')
    return typeof value === 'string' && value.trim().toLowerCase() === expected.toLowerCase()
  return value === expected
}

function print(outcomes: readonly Outcome[], failures: boolean): void {
  const categories = [...new Set(requests.map((request) => request.category))]
  const row = (label: string, chosen: readonly Outcome[]): string => {
    const share = (count: number): string =>
      chosen.length === 0 ? '-' : `${((100 * count) / chosen.length).toFixed(0)} %`.padStart(5)
    const tools = chosen.filter((one) => one.rightTools).length
    const whole = chosen.filter((one) => one.right).length
    return `${label.padEnd(24)} ${String(chosen.length).padStart(4)}   ${share(tools)}   ${share(whole)}`
  }
  for (const half of ['tuned', 'held-out'] satisfies readonly Half[]) {
    const chosen = outcomes.filter((one) => halfOf(one.request) === half)
    console.log(`\n${half.padEnd(24)}    n   tools   whole`)
    for (const category of categories) {
      console.log(
        row(
          `  ${category}`,
          chosen.filter((one) => one.request.category === category),
        ),
      )
    }
    console.log(row('  all', chosen))
  }
  if (!failures) return
  console.log('\nfailures of the tuned half')
  for (const one of outcomes) {
    if (one.right || halfOf(one.request) !== 'tuned') continue
    console.log(`- [${one.request.category}] ${one.request.turns.map((turn) => turn.say).join(' | ')}\n    ${one.seen}`)
  }
}

if (import.meta.main) print(await evaluate(), process.argv.includes('--failures'))
