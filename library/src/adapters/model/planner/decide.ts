/**
 * What one clause asks for: a call of one tool, a choice of two, or nothing that a tool here does. When unsure it refuses.
 *
 * @module
 */

import type { Filled, FillOptions } from './argument.ts'
import { isNegated, withoutFiller } from './clauses.ts'
import { findExpression } from './expression.ts'
import { fill } from './fill.ts'
import { measuresOf, targetUnitOf } from './measures.ts'
import { withDigits } from './numbers.ts'
import type { Kind } from './parameters.ts'
import { mark, type Piece } from './protected-text.ts'
import { ITEM, WHOLE } from './references.ts'
import type { Asked, IndexedTool, ToolIndex } from './tool-index.ts'
import { stem, synonymsOf, wordsOf } from './words.ts'

export interface Candidate {
  readonly indexed: IndexedTool
  readonly filled: Filled
  /** 0 to 1, words and arguments together. */
  readonly confidence: number
  /** What the words alone score. */
  readonly score: number
  /** Its place among the others: confidence, less for weaker words than the best, and for having to ask. */
  readonly standing: number
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
/** Nor when it would have to ask and its words are weak. */
const STANDS = 0.42
/** A second tool this near to the first one makes it a choice. */
const CLOSE = 0.93
const CLOSE_SCORE = 0.8
/** A tool that would have to ask first is ranked lower than one that could start. */
const ASKING = 0.85
/** Arguments that can speak for a tool that no word speaks for. */
const TELLING: readonly Kind[] = ['expression', 'unit-to', 'currency-to']
const MAX_TELLING_TOOLS = 4

export function decide(
  clause: string,
  context: { readonly index: ToolIndex; readonly pieces: readonly Piece[]; readonly options: FillOptions },
): Decision {
  const { index, pieces, options } = context
  if (isNegated(clause)) return { type: 'nothing', ranked: [] }
  const plain = withoutFiller(clause.trim())
  const asked = index.read(withoutFigures(plain))
  const found = new Map(index.rank(asked).map((one) => [one.indexed, one]))
  const topScore = Math.max(0, ...[...found.values()].map((one) => one.score))
  const told = index.telling(TELLING).slice(0, MAX_TELLING_TOOLS)
  const candidates = [...new Set([...found.keys(), ...told])].map((indexed): Candidate => {
    const filled = fill(plain, pieces, indexed, options)
    const ranked = found.get(indexed)
    const { coverage, unknown } = understood(asked, { indexed, filled, matched: ranked?.matched ?? new Set() })
    const words = (ranked?.strength ?? 0) * (0.2 + 0.8 * coverage * coverage)
    const evidence = ranked || tells(filled) ? filled.evidence / (1 + 0.35 * unknown) : 0
    const score = ranked?.score ?? 0
    const compared = words * (0.5 + (0.5 * score) / Math.max(topScore, 1e-9))
    const standing = (1 - (1 - compared) * (1 - evidence)) * (filled.missing.length > 0 ? ASKING : 1)
    return { indexed, filled, score, standing, confidence: 1 - (1 - words) * (1 - evidence) }
  })
  candidates.sort((a, b) => b.standing - a.standing || a.indexed.tool.name.localeCompare(b.indexed.tool.name))
  const [best, second] = candidates
  if (!best || best.confidence < ENOUGH || best.standing < STANDS) return { type: 'nothing', ranked: candidates }
  const close = second && second.standing >= best.standing * CLOSE && second.score >= best.score * CLOSE_SCORE
  if (second && close && second.confidence >= ENOUGH) {
    return { type: 'choice', between: [best, second], ranked: candidates }
  }
  return { type: 'call', best, ranked: candidates }
}

/** A word that became part of an argument need not be one that the tool knows; one of a text need mean nothing at all. */
const CONSUMED = 0.35

/** How much of what is asked the tool knows, and the weight of what it does not. */
function understood(
  asked: readonly Asked[],
  by: { readonly indexed: IndexedTool; readonly filled: Filled; readonly matched: ReadonlySet<string> },
): { readonly coverage: number; readonly unknown: number } {
  const consumed = new Map<string, number>()
  for (const [parameter, value] of by.filled.values) {
    if (!('literal' in value) || typeof value.literal !== 'string') continue
    const counts = parameter.kind === 'text' || parameter.kind === 'code' ? 0 : CONSUMED
    for (const word of wordsOf(value.literal.slice(0, MAX_CHARACTERS))) consumed.set(stem(word.lower), counts)
  }
  let covered = 0
  let whole = 0
  for (const { stem: word, weight } of asked) {
    const known = by.matched.has(word) ? 1 : synonymsOf(word).some((other) => by.matched.has(other)) ? 0.95 : 0
    const counts = known === 0 ? weight * (consumed.get(word) ?? 1) : weight
    whole += counts
    covered += counts * known
  }
  return { coverage: whole === 0 ? 0 : covered / whole, unknown: whole - covered }
}

function tells(filled: Filled): boolean {
  for (const [parameter, value] of filled.values) {
    if (TELLING.includes(parameter.kind) && ('literal' in value || value.reference.template !== undefined)) return true
  }
  return false
}

/** `six times seven` says nothing about clocks, nor do `1.5 hours in seconds` or `the second one`: their words rank no tool. */
function withoutFigures(text: string): string {
  return figuresGone(text.slice(0, MAX_CHARACTERS).replace(ADDRESS, ' ')).replace(ITEM, ' ').replace(WHOLE, ' ')
}

/** What is asked stands at the beginning of a clause; what is longer is an argument. */
const MAX_CHARACTERS = 2000
/** Web and mail addresses. */
const ADDRESS = /\bhttps?:\/\/\S+|\bwww\.\S+|[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}.-]+/giu

function figuresGone(text: string): string {
  const digits = withDigits(text.replace(mark, ' _ '))
  const found = findExpression(digits)
  if (found) return `${digits.slice(0, found.start)} ${digits.slice(found.end)}`
  const [measure] = measuresOf(digits)
  if (!measure) return digits
  const rest = `${digits.slice(0, measure.start)} ${digits.slice(measure.end)}`
  const target = targetUnitOf(rest)
  return target === undefined ? text : rest.replace(target, ' ')
}
