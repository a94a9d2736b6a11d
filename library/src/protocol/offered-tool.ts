/**
 * A tool that a peer offers: what it says of the tool, and what became of the offer. The law: a peer says what a tool is
 * and does, and never what it may.
 *
 * @module
 */
import { z } from 'zod'
import type { Effect, JsonObject } from './vocabulary.ts'

/** As the peer describes it. It runs where the peer is; the server only asks for it. */
export interface OfferedTool {
  readonly name: string
  readonly title?: string
  readonly description: string
  readonly inputSchema: JsonObject
  /** Checked when given: a result that does not fit is outcome `failed`. */
  readonly outputSchema?: JsonObject
  /** Default `write`. */
  readonly effect?: Effect
  /** Default: true for reads, else false. */
  readonly idempotent?: boolean
  /** Default 30,000. */
  readonly timeoutMs?: number
}

/** What became of one tool of an offer. */
export interface OfferVerdict {
  readonly name: string
  /** `unchanged`: the very same had been offered on this connection before, and was left as it was. */
  readonly verdict: 'admitted' | 'unchanged' | 'refused'
  /** Unless refused. */
  readonly fingerprint?: string
  /** Set when refused. */
  readonly code?: string
  /** A JSON Pointer into the offered tool. */
  readonly path?: string
  readonly found?: string
  readonly cause?: string
  readonly fix?: string
}

export interface OfferedToolBounds {
  readonly maxIdChars: number
  readonly maxTitleChars: number
  readonly maxDescriptionChars: number
  readonly maxToolTimeoutMs: number
  readonly maxInputDepth: number
}

/** People and models are shown these texts: nothing in them may forge a line or turn the reading direction. */
const line = /^[^\p{Cc}\p{Bidi_Control}]*$/u
const lines = /^(?:[^\p{Cc}\p{Bidi_Control}]|[\n\t])*$/u

export function offeredToolSchema(
  bounds: OfferedToolBounds,
  isShallow: (value: unknown, maxDepth: number) => boolean,
): z.ZodType<OfferedTool> {
  const { maxIdChars, maxTitleChars, maxDescriptionChars, maxToolTimeoutMs, maxInputDepth } = bounds
  const schema = z.custom<JsonObject>((value) => isObject(value) && isShallow(value, maxInputDepth), {
    message: `Expected a JSON Schema object, at most ${maxInputDepth} levels deep`,
  })
  return z.strictObject({
    name: z.string().min(1).max(maxIdChars),
    title: z.string().min(1).max(maxTitleChars).regex(line, 'Expected no control characters').exactOptional(),
    description: z.string().min(1).max(maxDescriptionChars).regex(lines, 'Expected no control characters'),
    inputSchema: schema,
    outputSchema: schema.exactOptional(),
    effect: z.enum(['read', 'write', 'destructive']).exactOptional(),
    idempotent: z.boolean().exactOptional(),
    timeoutMs: z.int().min(1).max(maxToolTimeoutMs).exactOptional(),
  })
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
