/**
 * How many tokens a request may have at most, as far as anybody can say without the model's own tokenizer. The law: a guess
 * that is too high is given back after the step; one that is too low would overspend.
 *
 * @module
 */
import type { TokenUsage } from '../protocol/vocabulary.ts'
import type { ModelMessage, ModelTool } from './ports.ts'
import { shownTextBytes } from './shown-attachments.ts'

/** Prose has about four bytes a token, code and JSON about three, and the densest text seldom less than two. */
const BYTES_PER_TOKEN = 2
/** What of an estimate that is never too low a model is likely to count: prose takes about half of it. */
export const LIKELY_SHARE = 0.6
/** What a provider adds around each message, call and tool. */
const TOKENS_PER_ITEM = 16
/** At the size to which providers scale it. */
const TOKENS_PER_IMAGE = 3_000

export interface EstimatedRequest {
  readonly instructions: string
  readonly messages: readonly ModelMessage[]
  readonly tools: readonly ModelTool[]
}

/** What a step is likely to have used of which nobody says it: `saidBytes` is how much the model had said. */
export function estimateUsage(request: EstimatedRequest, saidBytes: number): TokenUsage {
  return {
    inputTokens: Math.ceil(estimateInputTokens(request) * LIKELY_SHARE),
    outputTokens: Math.ceil((saidBytes / BYTES_PER_TOKEN) * LIKELY_SHARE),
  }
}

export function estimateInputTokens({ instructions, messages, tools }: EstimatedRequest): number {
  let items = 1 + messages.length + tools.length
  let images = 0
  let bytes = sizeOf(instructions)
  for (const { name, description, inputSchema } of tools)
    bytes += sizeOf(name) + sizeOf(description) + jsonSizeOf(inputSchema)
  for (const message of messages) {
    switch (message.role) {
      case 'user':
        for (const part of message.parts) {
          const text = part.type === 'text' ? sizeOf(part.text) : shownTextBytes(part)
          if (part.type === 'attachment') items++
          if (text === undefined) images++
          else bytes += text
        }
        break
      case 'assistant':
        items += message.calls.length
        // What a provider wants back holds its thinking, signed or sealed.
        bytes += Math.max(sizeOf(message.thinking ?? ''), jsonSizeOf(message.providerData ?? ''))
        bytes += sizeOf(message.text) + jsonSizeOf(message.calls)
        break
      case 'tool':
        items += message.results.length
        bytes += jsonSizeOf(message.results)
        break
      default:
        message satisfies never
    }
  }
  return Math.ceil(bytes / BYTES_PER_TOKEN) + items * TOKENS_PER_ITEM + images * TOKENS_PER_IMAGE
}

function sizeOf(text: string): number {
  return Buffer.byteLength(text)
}

function jsonSizeOf(value: unknown): number {
  return sizeOf(JSON.stringify(value))
}
