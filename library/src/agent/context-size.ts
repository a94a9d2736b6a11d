/**
 * How much of a model's window a request takes, as far as it can be told without the model's own tokenizer: an estimate,
 * corrected by what the provider counted of the step before.
 *
 * @module
 */
import type { ModelMessage, ModelTool } from './ports.ts'
import { type EstimatedRequest, estimateInputTokens, LIKELY_SHARE } from './step-estimate.ts'

export interface ContextSize {
  /** Each message is measured once. */
  readonly ofMessage: (message: ModelMessage) => number
  readonly ofText: (text: string) => number
  ofRequest(request: EstimatedRequest): number
  /** What the provider counted of a request that was made. */
  correct(request: EstimatedRequest, inputTokens: number): void
}

/** A provider that counts less than this, or more, counts something else. */
const CORRECTIONS = { least: 0.2, most: 1.5 } as const

const noTools: readonly ModelTool[] = []

export function createContextSize(): ContextSize {
  const messageSizes = new WeakMap<ModelMessage, number>()
  const toolSizes = new WeakMap<readonly ModelTool[], number>()
  let correction = LIKELY_SHARE

  const raw = (part: Partial<EstimatedRequest>): number =>
    estimateInputTokens({ instructions: '', messages: [], tools: noTools, ...part })

  const rawOfMessage = (message: ModelMessage): number =>
    remembered(messageSizes, message, () => raw({ messages: [message] }))

  function rawOfRequest({ instructions, messages, tools }: EstimatedRequest): number {
    const fixed = raw({ instructions }) + remembered(toolSizes, tools, () => raw({ tools }))
    return messages.reduce((sum, message) => sum + rawOfMessage(message), fixed)
  }

  const corrected = (size: number): number => Math.ceil(size * correction)

  return {
    ofMessage: (message) => corrected(rawOfMessage(message)),
    ofText: (text) => corrected(raw({ instructions: text })),
    ofRequest: (request) => corrected(rawOfRequest(request)),
    correct(request, inputTokens) {
      const seen = inputTokens / rawOfRequest(request)
      correction = Math.min(CORRECTIONS.most, Math.max(CORRECTIONS.least, seen))
    },
  }
}

function remembered<K extends WeakKey>(known: WeakMap<K, number>, key: K, measure: () => number): number {
  const found = known.get(key)
  if (found !== undefined) return found
  const size = measure()
  known.set(key, size)
  return size
}
