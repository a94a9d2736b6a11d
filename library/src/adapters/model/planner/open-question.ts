/**
 * A message that may answer what was asked last: for one argument, or which of two tools.
 *
 * @module
 */
import { beginsRequest, isQuestion, withoutFiller } from './clauses.ts'
import type { Open } from './conversation.ts'
import { decide } from './decide.ts'
import { fill } from './fill.ts'
import { addCall, planText } from './plan-text.ts'
import { protect } from './protected-text.ts'
import { readAnswer } from './read-argument.ts'
import { topicOf } from './talk.ts'
import type { Context, Given, Plan, Task } from './task.ts'

const DROP =
  /^(?:never ?mind|forget (?:it|that|about it)|cancel(?: (?:that|it))?|no thanks|skip (?:it|that)|actually,? no)\b[\s,.!:;-]*/i

/** What the last answer asked is answered by this message, unless it is clearly something else. */
export function answerOpen(text: string, given: Given): Plan | undefined {
  const open = given.earlier.at(-1)?.open ?? []
  const [first, ...later] = open
  if (!first) return undefined
  const trimmed = text.trim()
  const topic = topicOf(trimmed)
  if (topic === 'cancel') return { tasks: [{ type: 'talk', topic }], left: 0 }
  if (topic !== undefined) return undefined
  if (DROP.test(trimmed)) return planText(trimmed.replace(DROP, ''), given)
  const plan = first.type === 'choice' ? answerChoice(trimmed, first, given) : answerArgument(trimmed, first, given)
  if (!plan) return undefined
  return { ...plan, tasks: [...plan.tasks, ...later.flatMap((one) => stillOpen(one, given))] }
}

function answerArgument(text: string, open: Open & { type: 'argument' }, given: Given): Plan | undefined {
  const indexed = given.index.byName.get(open.tool)
  const parameter = indexed?.parameters.find((one) => one.label === open.property)
  if (!indexed || !parameter) return undefined
  const said = protect(text)
  const other = decide(said.masked, { index: given.index, pieces: said.pieces, options: given.options })
  const free = parameter.kind === 'text' || parameter.kind === 'query' || parameter.kind === 'title'
  if (other.type === 'call' && other.best.indexed !== indexed) {
    const { confidence, filled } = other.best
    const doubt = filled.missing.length > 0 ? 0.1 : 0
    const sure = (beginsRequest(said.masked, given.index.isAction) ? (free ? 0.8 : 0.55) : 0.95) + doubt
    if (confidence >= sure) return undefined
  }
  if (!free && isQuestion(text) && other.type === 'nothing') return undefined
  if (readAnswer(said.masked, said.pieces, parameter, given.options) === undefined) {
    if (isQuestion(text) || (other.type === 'call' && other.best.confidence > 0.65)) return undefined
    return {
      tasks: [
        { type: 'ask', clause: open.clause, indexed, confidence: 1, parameter, unread: text.slice(0, 200), open },
      ],
      left: 0,
    }
  }
  return { tasks: refill(open, [...open.given, { property: open.property, said: text }], given), left: 0 }
}

/** The clause of an open question, with all that was answered since. */
function refill(
  open: Open & { type: 'argument' },
  said: readonly { property: string; said: string }[],
  given: Given,
): Task[] {
  const indexed = given.index.byName.get(open.tool)
  if (!indexed) return []
  const protectedText = protect(open.clause)
  const filled = fill(withoutFiller(protectedText.masked.trim()), protectedText.pieces, indexed, given.options)
  const values = new Map(filled.values)
  for (const one of said) {
    const parameter = indexed.parameters.find((each) => each.label === one.property)
    const answer = protect(one.said)
    const value = parameter && readAnswer(answer.masked, answer.pieces, parameter, given.options)
    if (parameter && value !== undefined)
      values.set(parameter, { literal: parameter.many && !Array.isArray(value) ? [value] : value })
  }
  const context: Context = { ...given, protectedText, tasks: [] }
  const missing = filled.missing.filter((one) => !values.has(one))
  addCall(
    open.clause,
    { indexed, confidence: 1, filled: { ...filled, values, missing } },
    { context, afterwards: false, given: said },
  )
  return context.tasks
}

const ORDINALS: readonly RegExp[] = [/\b(?:1|first|former|1st|a)\b|^one\b/i, /\b(?:2|two|second|latter|2nd|last|b)\b/i]

function answerChoice(text: string, open: Open & { type: 'choice' }, given: Given): Plan | undefined {
  const tools = open.tools.flatMap((name) => given.index.byName.get(name) ?? [])
  const short = text.split(/\s+/).length <= 6
  if (!short || tools.length === 0) return undefined
  const named = tools.find((one) =>
    text
      .toLowerCase()
      .replace(/[\s-]+/g, '_')
      .includes(one.tool.name.toLowerCase()),
  )
  const ordinal = ORDINALS.findIndex((pattern) => pattern.test(text))
  const ranked = given.index.rank(given.index.read(text)).find((one) => tools.includes(one.indexed))
  const chosen = named ?? (ordinal >= 0 ? tools[ordinal] : undefined) ?? ranked?.indexed
  if (!chosen) return undefined
  return {
    tasks: refill(
      { type: 'argument', tool: chosen.tool.name, property: '', clause: open.clause, given: [] },
      [],
      given,
    ),
    left: 0,
  }
}

function stillOpen(open: Open, given: Given): Task[] {
  if (open.type === 'argument') return refill(open, open.given, given)
  const tools = open.tools.flatMap((name) => given.index.byName.get(name) ?? [])
  return tools.length < 2 ? [] : [{ type: 'choice', clause: open.clause, tools, open }]
}
