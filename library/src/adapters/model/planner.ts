/**
 * The built-in model: a planner without a neural network. What it does is a pure function of the messages, the tools and
 * the time, and it never shows a result that no tool gave.
 *
 * @module
 */
import type { Model, ModelMessage, ModelPart, ModelRequest } from '../../agent/ports.ts'
import { textsOf } from '../../protocol/message-parts.ts'
import { writeAnswer } from './planner/answer.ts'
import { isFirstAnswer, readTurns, writeData } from './planner/conversation.ts'
import { planTurn } from './planner/plan.ts'
import { type Progress, progressOf } from './planner/progress.ts'
import type { Plan, Task } from './planner/task.ts'
import { indexOf, type ToolIndex } from './planner/tool-index.ts'

export interface PlannerModelOptions {
  /** IANA name of the zone that a time without one is meant in. Default `UTC`. */
  readonly timeZone?: string
}

/**
 * Deterministic, offline, English. It asks, offers a choice or refuses where a language model would guess.
 *
 * Usage is an estimate: one token for every four UTF-16 characters of what it reads and writes.
 *
 * @throws RangeError when `timeZone` is no zone that this system knows.
 */
export function createPlannerModel(options: PlannerModelOptions = {}): Model {
  const { timeZone = 'UTC' } = options
  assertTimeZone(timeZone)
  return { name: 'builtin-planner', price: free, stream: (request) => stream(request, timeZone) }
}

/** It costs nothing but time. */
const free: NonNullable<Model['price']> = Object.freeze({ inputPerMillionTokens: 0, outputPerMillionTokens: 0 })

async function* stream(request: ModelRequest, timeZone: string): AsyncGenerator<ModelPart> {
  const { messages, tools, now, signal } = request
  if (signal.aborted) return
  const index = indexOf(tools)
  const turns = readTurns(messages)
  const turn = turns.at(-1)
  const plan = planTurn(turns, index, { now, timeZone })
  const progress: Progress = turn
    ? progressOf(plan, turn)
    : { done: new Map(), next: [], blocked: new Map(), stray: [] }

  let written = 0
  for (const line of thoughts(plan, progress)) {
    if (signal.aborted) return
    written += line.length
    yield { type: 'thinking', delta: line }
  }
  const usage = () => ({ inputTokens: tokens(charactersOf(request, index)), outputTokens: tokens(written) })

  if (progress.next.length > 0) {
    for (const { tool, input } of progress.next) {
      if (signal.aborted) return
      written += tool.length + JSON.stringify(input).length
      yield { type: 'call', tool, input }
    }
    const tasks = progress.next.map((one) => one.task)
    yield { type: 'finish', reason: 'calls', usage: usage(), providerData: writeData({ tasks }) }
    return
  }
  const answer = writeAnswer(plan, progress, { index, first: isFirstAnswer(messages), ...(turn ? { turn } : {}) })
  for (const delta of answer.text.match(/\s*\S+\s*$|\s*\S+/g) ?? []) {
    if (signal.aborted) return
    written += delta.length
    yield { type: 'text', delta }
  }
  yield { type: 'finish', reason: 'stop', usage: usage(), providerData: writeData({ open: answer.open }) }
}

/** What it is doing, a line for each request: shown as its thinking. */
function thoughts(plan: Plan, progress: Progress): string[] {
  if (progress.done.size > 0 || progress.stray.length > 0) {
    const count = progress.done.size + progress.stray.length
    const lead = `${count} ${count === 1 ? 'result has' : 'results have'} come.`
    return [
      progress.next.length > 0
        ? `${lead} Going on with ${progress.next.map((one) => one.tool).join(', ')}.\n`
        : `${lead} Writing the answer.\n`,
    ]
  }
  return plan.tasks.flatMap((task) => {
    const thought = thoughtOf(task)
    return thought === undefined ? [] : [`${thought}\n`]
  })
}

function thoughtOf(task: Task): string | undefined {
  switch (task.type) {
    case 'call':
      return `Looking for a tool for “${short(task.clause)}”: ${task.indexed.tool.name} (${task.confidence.toFixed(2)})`
    case 'ask':
      return `Looking for a tool for “${short(task.clause)}”: ${task.indexed.tool.name} (${task.confidence.toFixed(2)}), but the ${task.parameter.label} is missing`
    case 'choice':
      return `Looking for a tool for “${short(task.clause)}”: ${task.tools.map((one) => one.tool.name).join(' and ')} fit alike`
    case 'nothing':
      return `Looking for a tool for “${short(task.clause)}”: none fits`
    case 'talk':
      return 'Nothing to look up: this needs no tool.'
    case 'dropped':
      return undefined
  }
}

function short(text: string): string {
  const flat = text.replace(/\s+/g, ' ')
  return flat.length > 80 ? `${flat.slice(0, 79)}…` : flat
}

const sizes = new WeakMap<ModelMessage, number>()

/** Messages do not change, so each is measured once. */
function charactersOf(request: ModelRequest, index: ToolIndex): number {
  let characters = request.instructions.length + index.characters
  for (const message of request.messages) {
    let size = sizes.get(message)
    if (size === undefined) {
      size =
        message.role === 'user'
          ? textsOf(message.parts).reduce((sum, text) => sum + text.length, 0)
          : JSON.stringify(message).length
      sizes.set(message, size)
    }
    characters += size
  }
  return characters
}

function tokens(characters: number): number {
  return Math.ceil(characters / 4)
}

function assertTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone })
  } catch (cause) {
    throw new RangeError(`Expected \`timeZone\` to be an IANA time zone such as "Europe/Berlin", got "${timeZone}"`, {
      cause,
    })
  }
}
