/**
 * The tasks of a text: its clauses decided one by one, and glued together where one is no request by itself.
 *
 * @module
 */

import type { Value } from './argument.ts'
import { beginsRequest, type Clause, clausesOf, isQuestion, withoutFiller } from './clauses.ts'
import type { Done, Open } from './conversation.ts'
import { type Candidate, type Decision, decide, ENOUGH } from './decide.ts'
import { fill } from './fill.ts'
import { objectOf, type Parameter } from './parameters.ts'
import { textOf } from './present.ts'
import { mark, protect, unmask } from './protected-text.ts'
import { valueFrom } from './result-value.ts'
import { topicOf } from './talk.ts'
import type { Context, Given, Plan, Task } from './task.ts'
import type { IndexedTool } from './tool-index.ts'
import { stemsOf } from './words.ts'

const MAX_TASKS = 20

export function planText(text: string, given: Given): Plan {
  const topic = topicOf(text)
  if (topic !== undefined) return { tasks: [{ type: 'talk', topic }], left: 0 }
  const protectedText = protect(text)
  const { masked } = protectedText
  const context: Context = { ...given, protectedText, tasks: [] }
  const { clauses, left } = clausesOf(masked, (right) => beginsRequest(right, given.index.isAction))
  planClauses(clauses, context)
  if (context.tasks.length === 0) {
    const topics = clauses.flatMap(
      (one) => topicOf(unmask(masked.slice(one.start, one.end), protectedText.pieces)) ?? [],
    )
    context.tasks.push(
      topics[0] ? { type: 'talk', topic: topics[0] } : { type: 'nothing', clause: text.trim(), nearest: [] },
    )
  }
  return { tasks: tidy(context.tasks), left }
}

/** Decides each clause, and glues together what is no request by itself. */
function planClauses(clauses: readonly Clause[], context: Context): void {
  const { masked, pieces } = context.protectedText
  const texts: { start: number; end: number; afterwards: boolean; first: number }[] = []
  let held: Clause | undefined
  const at = (start: number, end: number): string => masked.slice(start, end)
  const decideAt = (start: number, end: number): Decision => decide(at(start, end), { ...context, pieces })
  const place = (start: number, end: number, afterwards: boolean, decision: Decision): void => {
    texts.push({ start, end, afterwards, first: context.tasks.length })
    addTasks(at(start, end), decision, { context, afterwards })
  }

  for (const clause of clauses) {
    const text = at(clause.start, clause.end)
    if (clauses.length > 1 && topicOf(unmask(text, pieces)) !== undefined) continue
    const decision = decideAt(clause.start, clause.end)
    const before = texts.at(-1)
    const bare = /[\p{L}\p{N}]/u.test(text.replace(mark, '')) === false
    if (decision.type === 'nothing' || bare) {
      const previous = before && context.tasks[before.first]
      const continues =
        before &&
        previous &&
        (bare || clause.soft || (takesText(previous, at(before.start, before.end)) && !isQuestion(text)))
      if (continues && previous.type !== 'nothing') {
        context.tasks.length = before.first
        texts.pop()
        place(before.start, clause.end, before.afterwards, decideAt(before.start, clause.end))
        continue
      }
      if (addElliptic(text, clause.afterwards, context)) {
        texts.push({
          start: clause.start,
          end: clause.end,
          afterwards: clause.afterwards,
          first: context.tasks.length - 1,
        })
        continue
      }
      held = held ? { ...held, end: clause.end } : clause
      continue
    }
    if (held && needsMore(decision, context)) {
      const together = decideAt(held.start, clause.end)
      if (together.type === 'call' && !needsMore(together, context)) {
        place(held.start, clause.end, held.afterwards, together)
        held = undefined
        continue
      }
    }
    if (before && completes(before.first, decision, context)) {
      const together = decideAt(before.start, clause.end)
      if (together.type === 'call' && !needsMore(together, context)) {
        context.tasks.length = before.first
        texts.pop()
        place(before.start, clause.end, before.afterwards, together)
        continue
      }
    }
    if (held) addHeld(held, clauses.length > 1, context)
    held = undefined
    place(clause.start, clause.end, clause.afterwards, decision)
  }
  if (held) addHeld(held, context.tasks.length > 0, context)
}

/** A clause that nothing fits. A statement beside requests explains them, and is no request of its own. */
function addHeld(held: Clause, amongOthers: boolean, context: Context): void {
  const { masked, pieces } = context.protectedText
  const text = masked.slice(held.start, held.end)
  const asks =
    isQuestion(text) ||
    beginsRequest(text, context.index.isAction) ||
    /\b(?:please|can you|could you|i (?:want|need))\b/i.test(text)
  if (
    amongOthers &&
    !asks &&
    /^(?:i|i'm|im|my|we|our|the|this|that|it|if|because|since|there|you)\b/i.test(withoutFiller(text.trim()))
  )
    return
  const decision = decide(text, { ...context, pieces })
  context.tasks.push({
    type: 'nothing',
    clause: unmask(text, pieces).trim(),
    nearest: nearestOf(decision),
  })
}

function nearestOf(decision: Decision): IndexedTool[] {
  return decision.ranked.flatMap((one) => (one.score > 0 ? [one.indexed] : [])).slice(0, 3)
}

function takesText(task: Task, clause: string): boolean {
  if (task.type !== 'call' && task.type !== 'ask') return false
  return clause.includes(':') && task.indexed.parameters.some((one) => one.kind === 'text' || one.kind === 'code')
}

/** Whether a call still lacks something that a neighbouring sentence may hold. */
function needsMore(decision: Decision, context: Context): boolean {
  if (decision.type !== 'call') return false
  if (decision.best.filled.missing.length > 0) return true
  const refers = [...decision.best.filled.values.values()].some((value) => 'reference' in value)
  return refers && sourceFor(decision.best.filled.values, context) === undefined
}

/** `I weigh 70 kg, what is that in pounds?`: the first half alone would ask for what the second half says. */
function completes(first: number, decision: Decision, context: Context): boolean {
  const task = context.tasks[first]
  return task?.type === 'ask' && decision.type === 'call' && decision.best.indexed === task.indexed
}

function addTasks(masked: string, decision: Decision, at: { context: Context; afterwards: boolean }): void {
  const { context, afterwards } = at
  const clause = unmask(masked, context.protectedText.pieces).trim()
  if (decision.type === 'nothing') {
    context.tasks.push({ type: 'nothing', clause, nearest: nearestOf(decision) })
  } else if (decision.type === 'choice') {
    const tools = decision.between.map((one) => one.indexed)
    const open: Open = { type: 'choice', tools: tools.map((one) => one.tool.name), clause }
    context.tasks.push({ type: 'choice', clause, tools, open })
  } else {
    addCall(clause, decision.best, { context, afterwards })
  }
}

export function addCall(
  clause: string,
  { indexed, filled, confidence }: Pick<Candidate, 'indexed' | 'filled' | 'confidence'>,
  at: { context: Context; afterwards: boolean; given?: readonly { property: string; said: string }[] },
): void {
  const { context, afterwards, given = [] } = at
  const refers = [...filled.values.entries()].filter(([, value]) => 'reference' in value)
  const source = refers.length > 0 ? sourceFor(filled.values, context) : undefined
  const unresolved = source === undefined ? refers[0] : undefined
  const parameter = filled.missing[0] ?? unresolved?.[0]
  if (parameter) {
    const open: Open = { type: 'argument', tool: indexed.tool.name, property: parameter.label, clause, given }
    context.tasks.push({ type: 'ask', clause, indexed, confidence, parameter, open })
    return
  }
  const calls = context.tasks.flatMap((task, index) => (task.type === 'call' ? [index] : []))
  const after = afterwards ? calls : typeof source === 'number' ? [source] : []
  const task: Task = {
    type: 'call',
    clause,
    indexed,
    confidence,
    values: filled.values,
    after,
    ...(source === undefined ? {} : { source }),
  }
  context.tasks.push(task)
  for (const value of filled.others?.values ?? []) {
    const parameterOfOthers = filled.others?.parameter
    if (parameterOfOthers) {
      context.tasks.push({ ...task, values: new Map(filled.values).set(parameterOfOthers, { literal: value }) })
    }
  }
}

/** What "it" means: the last call of this message, else the last result of the conversation that has what is needed. */
function sourceFor(values: ReadonlyMap<Parameter, Value>, context: Context): number | Done | undefined {
  const inMessage = context.tasks.findLastIndex((task) => task.type === 'call')
  if (inMessage >= 0) return inMessage
  const refers = [...values].flatMap(([parameter, value]) => ('reference' in value ? [{ parameter, value }] : []))
  for (const turn of context.earlier.toReversed()) {
    const found = turn.steps
      .flat()
      .findLast(
        (done) =>
          done.outcome === 'ok' &&
          refers.every(({ parameter, value }) => valueFrom(done, parameter, value.reference) !== undefined),
      )
    if (found) return found
  }
  return undefined
}

const ELLIPTIC = /^(?:and|or|what about|how about|now|also|same|then|plus|in|for|to|at)\b/i

/** `and in Nairobi?`, `what about 35`: the last request with other arguments. */
function addElliptic(masked: string, afterwards: boolean, context: Context): boolean {
  const text = masked.trim()
  const short = text.split(/\s+/).length <= 8
  if (!short || !(ELLIPTIC.test(text) || text.split(/\s+/).length <= 2)) return false
  const last = context.tasks.findLast((task) => task.type === 'call')
  const done = last ? undefined : context.earlier.at(-1)?.steps.flat().at(-1)
  const indexed = last?.type === 'call' ? last.indexed : done && context.index.byName.get(done.tool)
  if (!indexed) return false
  const bare = text.replace(/^(?:and|or|what about|how about|now|also|the same|same|then|plus)\s+/i, 'about ')
  const filled = fill(bare, context.protectedText.pieces, indexed, { ...context.options, elliptic: true })
  const changes = new Map(
    [...filled.values].filter(
      ([parameter, value]) => 'literal' in value && parameter.kind !== 'text' && parameter.preset === undefined,
    ),
  )
  if (changes.size === 0 || !explains(changes, bare, context)) return false
  const base = done ? objectOf(done.input) : undefined
  const clause = unmask(text, context.protectedText.pieces)
  const values = new Map([...(last?.type === 'call' ? last.values : []), ...changes])
  const task: Task = {
    type: 'call',
    clause,
    indexed,
    confidence: ENOUGH,
    values,
    ...(base ? { base } : {}),
    after: afterwards ? context.tasks.flatMap((one, index) => (one.type === 'call' ? [index] : [])) : [],
  }
  context.tasks.push(task)
  return true
}

/** Whether every word of an elliptic clause went into an argument: then nothing else can be meant. */
function explains(changes: ReadonlyMap<Parameter, Value>, clause: string, context: Context): boolean {
  const taken = new Set(
    [...changes.values()].flatMap((value) => ('literal' in value ? stemsOf(textOf(value.literal)) : [])),
  )
  return context.index.read(clause).every((word) => taken.has(word.stem))
}

/** The same call asked for twice in a message is made once. */
function tidy(tasks: readonly Task[]): Task[] {
  const seen = new Set<string>()
  const kept = tasks.map((task): Task => {
    if (task.type !== 'call' || task.source !== undefined) return task
    const key = JSON.stringify([
      task.indexed.tool.name,
      task.base,
      [...task.values].map(([one, value]) => [one.label, value]),
    ])
    if (seen.has(key)) return { type: 'dropped' }
    seen.add(key)
    return task
  })
  return kept.slice(0, MAX_TASKS)
}
