/**
 * What one clause asks for: a call of one tool, a choice of two, or nothing that a tool here does. When unsure it refuses.
 *
 * @module
 */
import { withoutFiller } from './clauses.ts'
import { findExpression } from './expression.ts'
import { type Filled, type FillOptions, fill } from './fill.ts'
import { measuresOf, targetUnitOf } from './measures.ts'
import { withDigits } from './numbers.ts'
import type { Kind } from './parameters.ts'
import { mark, type Piece } from './protected-text.ts'
import type { IndexedTool, ToolIndex } from './tool-index.ts'

export interface Candidate {
  readonly indexed: IndexedTool
  readonly filled: Filled
  /** 0 to 1, words and arguments together. */
  readonly confidence: number
  /** What the words alone score. */
  readonly score: number
}

export type Decision =
  | { readonly type: 'call'; readonly best: Candidate; readonly ranked: readonly Candidate[] }
  | {
      readonly type: 'choice'
      readonly between: readonly [Candidate, Candidate]
      readonly ranked: readonly Candidate[]
    }
  | { readonly type: 'nothing'; readonly ranked: readonly Candidate[] }

/** Below this nothing is called. */
export const ENOUGH = 0.5
/** A second tool this near to the first one makes it a choice. */
const CLOSE = 0.93
const CLOSE_SCORE = 0.8
/** A tool that would have to ask first is ranked lower than one that could start. */
const ASKING = 0.8
/** Arguments that can speak for a tool that no word speaks for. */
const TELLING: readonly Kind[] = ['expression', 'unit-to', 'currency-to']
const MAX_TELLING_TOOLS = 4

export function decide(
  clause: string,
  context: { readonly index: ToolIndex; readonly pieces: readonly Piece[]; readonly options: FillOptions },
): Decision {
  const { index, pieces, options } = context
  const plain = withoutFiller(clause.trim())
  const words = withoutFigures(plain)
  const ranked = index.rank(words)
  const told = index.telling(TELLING).slice(0, MAX_TELLING_TOOLS)
  const lexical = new Map(ranked.map((one) => [one.indexed, { confidence: one.confidence, score: one.score }]))
  for (const indexed of told) if (!lexical.has(indexed)) lexical.set(indexed, { confidence: 0, score: 0 })

  const candidates = [...lexical].map(([indexed, { confidence, score }]): Candidate => {
    const filled = fill(plain, pieces, indexed, options)
    const evidence = confidence > 0 || tells(filled) ? filled.evidence : 0
    const doubt = 1 / (1 + 0.35 * index.unknown(words, indexed))
    return { indexed, filled, score, confidence: 1 - (1 - confidence) * (1 - evidence * doubt) }
  })
  candidates.sort((a, b) => standing(b) - standing(a) || a.indexed.tool.name.localeCompare(b.indexed.tool.name))
  const [best, second] = candidates
  if (!best || best.confidence < ENOUGH) return { type: 'nothing', ranked: candidates }
  const close = second && standing(second) >= standing(best) * CLOSE && second.score >= best.score * CLOSE_SCORE
  if (second && close && second.confidence >= ENOUGH) {
    return { type: 'choice', between: [best, second], ranked: candidates }
  }
  return { type: 'call', best, ranked: candidates }
}

function standing(candidate: Candidate): number {
  return candidate.confidence * (candidate.filled.missing.length > 0 ? ASKING : 1)
}

function tells(filled: Filled): boolean {
  for (const [parameter, value] of filled.values) {
    if (TELLING.includes(parameter.kind) && ('literal' in value || value.reference.template !== undefined)) return true
  }
  return false
}

/** `six times seven` says nothing about clocks, nor do `1.5 hours in seconds`: their words rank no tool. */
function withoutFigures(text: string): string {
  const digits = withDigits(text.replace(mark, ' _ '))
  const found = findExpression(digits)
  if (found) return `${digits.slice(0, found.start)} ${digits.slice(found.end)}`
  const [measure] = measuresOf(digits)
  if (!measure) return text
  const rest = `${digits.slice(0, measure.start)} ${digits.slice(measure.end)}`
  const target = targetUnitOf(rest)
  return target === undefined ? text : rest.replace(target, ' ')
}
