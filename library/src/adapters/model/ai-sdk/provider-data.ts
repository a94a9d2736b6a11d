/**
 * What a provider wants back with an assistant message: signatures of reasoning, item ids, thought signatures. It is kept
 * in the log as `providerData` and read again by this adapter only, on whichever node makes the next step.
 *
 * @module
 */
import type { SharedV4ProviderOptions } from '@ai-sdk/provider'
import type { JsonValue } from '../../../protocol/vocabulary.ts'

/** One piece of an answer in the order it came. Text is kept as a length into the message's text, reasoning whole: it is signed. */
export type Block =
  | { readonly type: 'text'; readonly length: number; readonly options?: SharedV4ProviderOptions }
  | { readonly type: 'reasoning'; readonly text: string; readonly options?: SharedV4ProviderOptions }
  /** The next of the message's calls. */
  | { readonly type: 'call'; readonly options?: SharedV4ProviderOptions }

const VERSION = 1

/** Undefined when the provider gave nothing that it would want back. */
export function writeProviderData(provider: string, blocks: readonly Block[]): JsonValue | undefined {
  if (!blocks.some((block) => block.options !== undefined)) return undefined
  // Provider metadata is JSON by its type, yet providers leave undefined properties in it: a log has no such thing.
  return JSON.parse(JSON.stringify({ version: VERSION, provider, blocks })) as JsonValue
}

/** Undefined for data that another adapter, another provider or another version wrote. */
export function readProviderData(data: JsonValue | undefined, provider: string): readonly Block[] | undefined {
  if (!isRecord(data) || data.version !== VERSION || data.provider !== provider) return undefined
  return Array.isArray(data.blocks) && data.blocks.every(isBlock) ? data.blocks : undefined
}

function isBlock(value: unknown): value is Block {
  if (!isRecord(value) || (value.options !== undefined && !isRecord(value.options))) return false
  if (value.type === 'text') return Number.isInteger(value.length)
  return value.type === 'call' || (value.type === 'reasoning' && typeof value.text === 'string')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
