/**
 * Where a conversation that has become too long is cut. The law: the current message is kept, and so is what was said last;
 * a call stays with its result.
 *
 * @module
 */
import type { ModelMessage } from './ports.ts'

export interface CutOptions {
  readonly sizeOf: (message: ModelMessage) => number
  /** What may be kept at most, in tokens. */
  readonly maxTokens: number
  /** What is kept where there is a choice. */
  readonly goalTokens: number
}

export interface Cut {
  readonly dropped: readonly ModelMessage[]
  /** The current message, and what stands at the end: for `Transcript`, as many as `kept.messages` says. */
  readonly kept: readonly ModelMessage[]
  /** From this message on nothing was dropped; undefined: of the current message's own run something was. */
  readonly wholeFrom: ModelMessage | undefined
}

/** Undefined: what has to be kept is too long by itself, or there is nothing to drop. */
export function cutContext(messages: readonly ModelMessage[], options: CutOptions): Cut | undefined {
  const { sizeOf, maxTokens, goalTokens } = options
  const current = messages.findLastIndex(({ role }) => role === 'user')
  const sizes = messages.map(sizeOf)
  const sizeAt = (index: number): number => sizes[index] ?? 0

  let from = startOfUnit(messages, messages.length - 1)
  let size = sum(sizes.slice(from)) + (current < from ? sizeAt(current) : 0)
  if (size > maxTokens) return undefined
  while (from > 0) {
    const start = startOfUnit(messages, from - 1)
    const added = sum(sizes.slice(start, from)) - (start <= current && current < from ? sizeAt(current) : 0)
    if (size + added > goalTokens) break
    from = start
    size += added
  }
  // Before the current message, what is kept begins with what a person said.
  while (from < current && messages[from]?.role !== 'user') from++

  const kept = messages.filter((_, index) => index >= from || index === current)
  const dropped = messages.filter((_, index) => index < from && index !== current)
  if (dropped.length === 0) return undefined
  return { dropped, kept, wholeFrom: from <= current ? messages[from] : undefined }
}

/** The results of a step's calls belong to that step. */
function startOfUnit(messages: readonly ModelMessage[], index: number): number {
  return messages[index]?.role === 'tool' && messages[index - 1]?.role === 'assistant' ? index - 1 : index
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0)
}
