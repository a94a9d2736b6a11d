/**
 * What a plan is made of: each request as a task, and the input of one that is a call.
 *
 * @module
 */
import type { JsonObject, JsonValue } from '../../../protocol/vocabulary.ts'
import type { FillOptions, Value } from './argument.ts'
import type { Done, Open, Turn } from './conversation.ts'
import { objectOf, type Parameter } from './parameters.ts'
import type { ProtectedText } from './protected-text.ts'
import { valueFrom } from './result-value.ts'
import type { Topic } from './talk.ts'
import type { IndexedTool, ToolIndex } from './tool-index.ts'

export type Task =
  | {
      readonly type: 'call'
      readonly clause: string
      readonly indexed: IndexedTool
      readonly confidence: number
      readonly values: ReadonlyMap<Parameter, Value>
      /** An earlier input that this one changes: `and in Paris?`. */
      readonly base?: JsonObject
      /** Tasks that must have ended; the last of them is what "it" means, if `usesResult`. */
      readonly after: readonly number[]
      /** What "it" means: a task of this message, or what an earlier turn did. */
      readonly source?: number | Done
    }
  | {
      readonly type: 'ask'
      readonly clause: string
      readonly indexed: IndexedTool
      readonly confidence: number
      readonly parameter: Parameter
      /** What was said does not fit: asked again. */
      readonly unread?: string
      readonly open: Open
    }
  | { readonly type: 'choice'; readonly clause: string; readonly tools: readonly IndexedTool[]; readonly open: Open }
  | { readonly type: 'nothing'; readonly clause: string; readonly nearest: readonly IndexedTool[] }
  | { readonly type: 'talk'; readonly topic: Topic }
  | { readonly type: 'dropped' }

export interface Plan {
  readonly tasks: readonly Task[]
  /** Requests beyond the most that one message may hold. */
  readonly left: number
}

/** What planning one message knows, and the tasks it has made so far. */
export interface Context {
  readonly index: ToolIndex
  readonly options: FillOptions
  readonly protectedText: ProtectedText
  readonly earlier: readonly Turn[]
  readonly tasks: Task[]
}

export type Given = Pick<Context, 'index' | 'options' | 'earlier'>

/** The input of a call, with earlier results in their places; undefined when a result has not what is needed. */
export function inputOf(task: Task & { type: 'call' }, source: Done | undefined): JsonObject | undefined {
  const input: { [key: string]: JsonValue } = { ...task.base }
  for (const [parameter, value] of task.values) {
    const literal = 'literal' in value ? value.literal : source && valueFrom(source, parameter, value.reference)
    if (literal === undefined) return undefined
    put(input, parameter.path, literal)
  }
  return input
}

function put(input: { [key: string]: JsonValue }, path: readonly string[], value: JsonValue): void {
  const [key = '', ...rest] = path
  if (rest.length === 0) {
    define(input, key, value)
    return
  }
  const inner = { ...(Object.hasOwn(input, key) ? objectOf(input[key]) : undefined) }
  put(inner, rest, value)
  define(input, key, inner)
}

/** A property may be named `__proto__`: it is set as any other, and changes no prototype. */
function define(input: object, key: string, value: JsonValue): void {
  Object.defineProperty(input, key, { value, enumerable: true, configurable: true, writable: true })
}
