/**
 * The process in which programs run: QuickJS in WebAssembly, a fresh runtime for each. The law: a program has the language
 * and a console, and nothing of this process, of the server or of another program.
 *
 * @module
 */
import {
  getQuickJS,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSWASMModule,
} from 'quickjs-emscripten'
import { type JavaScriptResult, type JavaScriptTask, javascriptLimits as limits } from './javascript.ts'
import { answerTasks, Refusal, refuse } from './task-process.ts'

/** What JSON has no word for is told as text. Its own names are bound before the program can change them. */
const STRINGIFIER = `((stringify, isFinite, fromEntries, Map, Set, Error) => (value) => stringify(value, (key, item) =>
  typeof item === 'bigint' || typeof item === 'symbol' ? item.toString()
  : typeof item === 'function' ? '[function ' + (item.name || 'anonymous') + ']'
  : typeof item === 'number' && !isFinite(item) ? '' + item
  : item instanceof Map ? fromEntries(item)
  : item instanceof Set ? [...item]
  : item instanceof Error ? item.name + ': ' + item.message
  : item))(JSON.stringify, Number.isFinite, Object.fromEntries, Map, Set, Error)`

/** JS_EVAL_TYPE_GLOBAL with JS_EVAL_FLAG_ASYNC: `await` outside of functions, and a promise of `{ value }` as the result. */
const EVALUATE_WITH_AWAIT = 1 << 7

const engine: QuickJSWASMModule = await getQuickJS()

answerTasks(({ code }: JavaScriptTask) => {
  try {
    return run(code)
  } catch (error) {
    throw refusalOf(error)
  }
})

/** After some errors an engine cannot be taken down in order: it is thrown away with its process. */
function refusalOf(error: unknown): unknown {
  let origin = error
  while (origin instanceof SuppressedError) origin = origin.suppressed
  if (origin instanceof Refusal) return origin === error ? origin : new Refusal({ ...origin.reply, last: true })
  // The stack of this process ended before the engine's own did.
  if (origin instanceof RangeError) {
    return new Refusal({ type: 'error', code: 'CODE_FAILED', details: { reason: 'it nests too deeply' }, last: true })
  }
  return origin
}

function run(code: string): JavaScriptResult {
  const deadline = performance.now() + limits.timeLimitMs
  const expired = (): boolean => performance.now() > deadline
  using runtime = engine.newRuntime()
  runtime.setMemoryLimit(limits.maxMemoryBytes)
  runtime.setMaxStackSize(limits.maxStackBytes)
  runtime.setInterruptHandler(expired)
  using context = runtime.newContext()
  // Made before the program runs, so that it cannot change how its result is told.
  using stringifier = context.unwrapResult(context.evalCode(STRINGIFIER, 'result.js'))
  const lines = captureConsole(context, stringifier)

  const evaluated = context.evalCode(code, 'program.js', EVALUATE_WITH_AWAIT)
  if (evaluated.error) {
    using thrown = evaluated.error
    failed(context, thrown, expired)
  }
  using completion = evaluated.value
  using held = settle(context, runtime, completion, expired)
  using last = context.getProp(held, 'value')
  using settled = settle(context, runtime, last, expired)
  const json = stringify(context, { stringifier, value: settled, expired })
  return { ...(json === undefined ? {} : { json }), console: lines.kept, consoleDropped: lines.dropped }
}

/** The value itself, or what its promise came to. Nothing outside will ever settle a promise, so one that is left open never will be. */
function settle(
  context: QuickJSContext,
  runtime: QuickJSRuntime,
  value: QuickJSHandle,
  expired: () => boolean,
): QuickJSHandle {
  const jobs = runtime.executePendingJobs()
  if (jobs.error) {
    using thrown = jobs.error
    failed(context, thrown, expired)
  }
  const state = context.getPromiseState(value)
  if (state.type === 'fulfilled') return state.notAPromise ? value.dup() : state.value
  if (state.type === 'pending') {
    if (expired()) refuse('TIME_LIMIT', { timeLimitMs: limits.timeLimitMs })
    refuse('CODE_FAILED', { reason: 'its last value is a promise that never settles' })
  }
  using thrown = state.error
  return failed(context, thrown, expired)
}

/** Made to text in there, so that a huge or cyclic value costs this process nothing. */
function stringify(
  context: QuickJSContext,
  told: { readonly stringifier: QuickJSHandle; readonly value: QuickJSHandle; readonly expired: () => boolean },
): string | undefined {
  const result = context.callFunction(told.stringifier, context.undefined, told.value)
  if (result.error) {
    using thrown = result.error
    failed(context, thrown, told.expired)
  }
  using text = result.value
  if (context.typeof(text) !== 'string') return undefined
  using length = context.getProp(text, 'length')
  const found = context.getNumber(length)
  if (found > limits.maxResultCharacters) {
    refuse('RESULT_TOO_LARGE', { found, max: limits.maxResultCharacters, unit: 'characters' })
  }
  return context.getString(text)
}

function captureConsole(
  context: QuickJSContext,
  stringifier: QuickJSHandle,
): { readonly kept: string[]; dropped: number } {
  const lines = { kept: [] as string[], dropped: 0 }
  let characters = 0
  using consoleObject = context.newObject()
  for (const level of ['log', 'info', 'warn', 'error', 'debug']) {
    using write = context.newFunction(level, (...values) => {
      const room = limits.maxConsoleCharacters - characters
      if (lines.kept.length >= limits.maxConsoleLines || room <= 0) {
        lines.dropped += 1
        return
      }
      const line = values
        .map((value) => print(context, stringifier, value))
        .join(' ')
        .slice(0, room)
      characters += line.length
      lines.kept.push(line)
    })
    context.setProp(consoleObject, level, write)
  }
  context.setProp(context.global, 'console', consoleObject)
  return lines
}

function print(context: QuickJSContext, stringifier: QuickJSHandle, value: QuickJSHandle): string {
  const result = context.callFunction(stringifier, context.undefined, value)
  if (result.error) {
    result.error.dispose()
    return '[unprintable]'
  }
  using text = result.value
  if (context.typeof(text) !== 'string') return 'undefined'
  const json = context.getString(text)
  // Also a text comes as JSON, and not directly: that would end at its first NUL.
  return context.typeof(value) === 'string' ? (JSON.parse(json) as string) : json
}

function failed(context: QuickJSContext, thrown: QuickJSHandle, expired: () => boolean): never {
  if (expired()) refuse('TIME_LIMIT', { timeLimitMs: limits.timeLimitMs })
  const { name, message, stack } = errorOf(context, thrown)
  if (name === 'InternalError' && message === 'out of memory') {
    refuse('MEMORY_LIMIT', { maxBytes: limits.maxMemoryBytes })
  }
  const line = /program\.js:(\d+)/.exec(stack)?.[1]
  refuse('CODE_FAILED', { reason: `${name}: ${message}${line === undefined ? '' : ` (line ${line})`}`.slice(0, 500) })
}

function errorOf(context: QuickJSContext, thrown: QuickJSHandle): { name: string; message: string; stack: string } {
  if (context.typeof(thrown) !== 'object') {
    return { name: 'it threw', message: String(context.dump(thrown)).slice(0, 500), stack: '' }
  }
  const read = (property: string): string => {
    using value = context.getProp(thrown, property)
    return context.typeof(value) === 'string' ? context.getString(value).slice(0, 2_000) : ''
  }
  return { name: read('name') || 'Error', message: read('message'), stack: read('stack') }
}
