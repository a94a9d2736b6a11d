/**
 * What a tool returned, made fit for the log and the model: JSON, as its schema says, redacted, and no larger than allowed.
 *
 * @module
 */
import type { Failure, JsonValue } from '../protocol/vocabulary.ts'
import type { Parsed, Tool } from '../tool/tool.ts'
import { untilAborted } from './abort.ts'
import type { Concealment } from './concealment.ts'
import { callFailure } from './errors.ts'
import { byteLength, cutText, readJson } from './json-value.ts'

export type CallOutput =
  | {
      readonly ok: true
      readonly output: JsonValue
      readonly truncated?: { readonly bytes: number; readonly handle: string }
    }
  | { readonly ok: false; readonly error: Failure }

export interface OutputOptions {
  readonly maxBytes: number
  /** For tools that declare no output. */
  readonly redactKeys: (value: JsonValue) => JsonValue
  readonly concealment: Concealment
  /** Keeps the whole of a large output; answers its handle, or undefined when it cannot be kept. */
  readonly keep: (value: JsonValue) => Promise<string | undefined>
  readonly signal: AbortSignal
}

/** Undefined: the run was stopped while the output was checked. */
export async function readOutput(tool: Tool, value: unknown, options: OutputOptions): Promise<CallOutput | undefined> {
  const reading = readJson(value)
  if (!reading.ok) return refuse(callFailure('OUTPUT_NOT_JSON', { tool: tool.name, ...reading }))
  let output = reading.value
  if (tool.output !== undefined) {
    const parsed = await untilAborted(parseSafely(tool.output, output), options.signal)
    if (parsed === undefined) return undefined
    if (!parsed.ok) {
      const issues = options.concealment.issues(parsed.issues)
      return refuse(callFailure('OUTPUT_INVALID', { tool: tool.name, issues }))
    }
    const again = readJson(parsed.value)
    if (!again.ok) return refuse(callFailure('OUTPUT_NOT_JSON', { tool: tool.name, ...again }))
    output = again.value
  }
  const shown = tool.output === undefined ? options.redactKeys(output) : tool.output.redact(output)
  return bound(tool, options.concealment.value(shown), options)
}

/** A schema is somebody's code: what it throws is a complaint about the value. */
export function parseSafely(
  schema: { parse(value: unknown): Parsed<unknown> | Promise<Parsed<unknown>> },
  value: unknown,
): Parsed<unknown> | Promise<Parsed<unknown>> {
  try {
    const parsed = schema.parse(value)
    return parsed instanceof Promise ? parsed.catch(broken) : parsed
  } catch {
    return broken()
  }
}

function broken(): Parsed<never> {
  return { ok: false, issues: [{ path: '', message: 'its schema failed while checking it' }] }
}

async function bound(tool: Tool, output: JsonValue, options: OutputOptions): Promise<CallOutput | undefined> {
  const { maxBytes, keep, signal } = options
  const text = typeof output === 'string' ? output : JSON.stringify(output)
  if (text.length * 3 <= maxBytes) return { ok: true, output }
  const bytes = byteLength(text)
  if (bytes <= maxBytes) return { ok: true, output }
  const kept = await untilAborted(
    keep(output).then((handle) => ({ handle })),
    signal,
  )
  if (kept === undefined) return undefined
  const { handle } = kept
  if (handle === undefined) return refuse(callFailure('OUTPUT_NOT_KEPT', { tool: tool.name, bytes }))
  const note = `\n[cut: the whole output has ${bytes} bytes and is kept as ${handle}]`
  return { ok: true, output: `${cutText(text, maxBytes)}${note}`, truncated: { bytes, handle } }
}

function refuse(error: Failure): CallOutput {
  return { ok: false, error }
}
