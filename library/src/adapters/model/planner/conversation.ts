/**
 * The conversation as the planner reads it: turns, each with what was called and what came of it. What is open from the
 * last turn travels in `providerData`, so nothing is remembered outside the messages.
 *
 * @module
 */
import type { ModelAttachment, ModelMessage } from '../../../agent/ports.ts'
import { attachmentsOf, textsOf } from '../../../protocol/message-parts.ts'
import type { CallOutcome, Failure, JsonObject, JsonValue } from '../../../protocol/vocabulary.ts'
import { objectOf } from './parameters.ts'

export interface Done {
  readonly tool: string
  readonly input: JsonValue
  /** Undefined: no result came. */
  readonly outcome: CallOutcome | undefined
  readonly output?: JsonValue
  readonly error?: Failure
  /** Which of the turn's tasks it carried out, if that was noted. */
  readonly task?: number
}

export interface Turn {
  readonly text: string
  /** What stands in a file is no request, whatever it says. */
  readonly attached: readonly ModelAttachment[]
  readonly steps: readonly (readonly Done[])[]
  /** Something was answered in words. */
  readonly answered: boolean
  readonly open: readonly Open[]
}

/** What the last answer asked: for one argument, or which of two tools. The clause is as the person wrote it. */
export type Open =
  | {
      readonly type: 'argument'
      readonly tool: string
      readonly property: string
      readonly clause: string
      readonly given: readonly { readonly property: string; readonly said: string }[]
    }
  | { readonly type: 'choice'; readonly tools: readonly string[]; readonly clause: string }

/** Version of `providerData`; data of another version is not read. */
const VERSION = 1
const MAX_TURNS = 12

/** The last turns, oldest first. */
export function readTurns(messages: readonly ModelMessage[]): Turn[] {
  const turns: Turn[] = []
  let end = messages.length
  for (let at = messages.length - 1; at >= 0 && turns.length < MAX_TURNS; at--) {
    const message = messages[at]
    if (message?.role !== 'user') continue
    turns.unshift(readTurn(message, messages.slice(at + 1, end)))
    end = at
  }
  return turns
}

/** Whether anything was said to the person before the last of their messages. */
export function isFirstAnswer(messages: readonly ModelMessage[]): boolean {
  return !messages.some((message) => message.role === 'assistant' && message.text.trim() !== '')
}

function readTurn(user: ModelMessage & { role: 'user' }, after: readonly ModelMessage[]): Turn {
  const results = new Map<string, Extract<ModelMessage, { role: 'tool' }>['results'][number]>()
  for (const message of after) {
    if (message.role === 'tool') for (const result of message.results) results.set(result.callId, result)
  }
  const steps: Done[][] = []
  let answered = false
  let open: readonly Open[] = []
  for (const message of after) {
    if (message.role !== 'assistant') continue
    const data = dataOf(message.providerData)
    if (message.text.trim() !== '') answered = true
    open = readOpen(data)
    if (message.calls.length === 0) continue
    const tasks = Array.isArray(data?.tasks) ? data.tasks : []
    steps.push(
      message.calls.map((call, index) => {
        const result = results.get(call.callId)
        const task = tasks[index]
        return {
          tool: call.tool,
          input: call.input,
          outcome: result?.outcome,
          ...(result?.output === undefined ? {} : { output: result.output }),
          ...(result?.error === undefined ? {} : { error: result.error }),
          ...(typeof task === 'number' ? { task } : {}),
        }
      }),
    )
  }
  return { text: textsOf(user.parts).join('\n'), attached: attachmentsOf(user.parts), steps, answered, open }
}

function dataOf(value: JsonValue | undefined): JsonObject | undefined {
  const data = objectOf(value)
  return data?.planner === VERSION ? data : undefined
}

export function writeData(data: { tasks?: readonly number[]; open?: readonly Open[] }): JsonValue {
  return {
    planner: VERSION,
    ...(data.tasks ? { tasks: data.tasks } : {}),
    ...(data.open && data.open.length > 0 ? { open: data.open.map((one) => ({ ...one })) as JsonValue } : {}),
  }
}

function readOpen(data: JsonObject | undefined): Open[] {
  const entries = Array.isArray(data?.open) ? data.open : []
  return entries.flatMap((entry): Open[] => {
    const one = objectOf(entry)
    const clause = one?.clause
    if (!one || typeof clause !== 'string') return []
    if (one.type === 'choice') return [{ type: 'choice', clause, tools: stringsOf(one.tools) }]
    const { tool, property, given } = one
    if (typeof tool !== 'string' || typeof property !== 'string') return []
    const answers = (Array.isArray(given) ? given : []).flatMap((answer) => {
      const pair = objectOf(answer)
      const said = pair?.said
      const label = pair?.property
      return typeof said === 'string' && typeof label === 'string' ? [{ property: label, said }] : []
    })
    return [{ type: 'argument', tool, property, clause, given: answers }]
  })
}

function stringsOf(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
