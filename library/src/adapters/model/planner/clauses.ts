/**
 * The requests of one message. A clause is as much of it as one tool can be asked for; what follows "then" waits for what
 * stands before it.
 *
 * @module
 */
import { measuresOf, targetUnitOf } from './measures.ts'
import { withDigits } from './numbers.ts'

export interface Clause {
  /** Its place in the masked message. */
  readonly start: number
  readonly end: number
  /** Follows "then": it starts when all before it has ended. */
  readonly afterwards: boolean
  /** Was cut off at an "and": glued on again when it is no request by itself. */
  readonly soft: boolean
}

const MAX_CLAUSES = 12
const MAX_SENTENCES = 60
const COLON = /:(?=\s|\uFDD0|$)/

const ABBREVIATION = /(?:^|[\s(])(?:mr|mrs|ms|dr|st|prof|e\.g|i\.e|etc|vs|no|approx)\.$/i
const AFTERWARDS =
  /[,;]?\s*\b(?:and\s+then|then|after\s+that|afterwards|and\s+afterwards|and\s+after\s+that|next)[,:]?\s+/gi
const SOFT = /(?:,\s*(?:and|also|plus)?|\s(?:and|plus|also|&))\s+(?:also\s+)?/gi

/** @param begins whether a piece of text begins like a request of its own. */
export function clausesOf(
  masked: string,
  begins: (text: string) => boolean,
): { readonly clauses: readonly Clause[]; readonly left: number } {
  const clauses: Clause[] = []
  for (const sentence of sentencesOf(masked, begins)) {
    const opens = /^\s*(?:and\s+)?(?:then|after that|afterwards)\b/i.test(
      masked.slice(sentence.start, sentence.start + 30),
    )
    const alsoFigures = (right: string, left: string): boolean => begins(right) || (isFigures(right) && isFigures(left))
    const goesOn = (right: string): boolean =>
      begins(right) || /^(?:it|that|this|divide|multiply|add|subtract)\b/i.test(right)
    for (const [index, part] of splitWhere(masked, sentence, { pattern: AFTERWARDS, good: goesOn }).entries()) {
      for (const [place, piece] of splitWhere(masked, part, { pattern: SOFT, good: alsoFigures }).entries()) {
        clauses.push({ ...piece, afterwards: place === 0 && (index > 0 || opens), soft: place > 0 })
      }
    }
  }
  return { clauses: clauses.slice(0, MAX_CLAUSES), left: Math.max(0, clauses.length - MAX_CLAUSES) }
}

/** A sum or a conversion by itself: `what is 2 + 2 and 3 + 3`, `5 km to miles and 3 kg to lbs`. */
function isFigures(text: string): boolean {
  const digits = withDigits(text)
  if (/\d\s*[-+*/×÷^]\s*\d/.test(digits)) return true
  const [measure] = measuresOf(digits)
  return measure !== undefined && targetUnitOf(digits.slice(measure.end)) !== undefined
}

interface Range {
  readonly start: number
  readonly end: number
}

/** Sentences after a colon belong to what it announces, until one begins like a request: `save a note: milk. And eggs.` */
function sentencesOf(masked: string, begins: (text: string) => boolean): Range[] {
  const sentences: Range[] = []
  let from = 0
  const push = (end: number): void => {
    const text = masked.slice(from, Math.min(end, from + 400))
    const last = sentences.at(-1)
    const full = sentences.length >= MAX_SENTENCES
    if (
      last &&
      (full || (COLON.test(masked.slice(last.start, last.start + 400)) && !begins(text.trim()) && !isFigures(text)))
    ) {
      sentences[sentences.length - 1] = { start: last.start, end }
    } else if (/[\p{L}\p{N}\uFDD0]/u.test(masked.slice(from, end))) sentences.push({ start: from, end })
    from = end
  }
  for (const match of masked.matchAll(/[.!?…]+(?=\s|$)|;|\n+/g)) {
    const end = match.index + match[0].length
    if (match[0] === '.' && ABBREVIATION.test(masked.slice(Math.max(from, end - 12), end))) continue
    push(end)
  }
  push(masked.length)
  return sentences.map((one) => ({ start: one.start, end: masked[one.end - 1] === ';' ? one.end - 1 : one.end }))
}

/** Cuts at each match after which `good` holds. Looks at the first 4,000 characters: the rest belongs to the last piece. */
function splitWhere(
  masked: string,
  range: Range,
  where: { readonly pattern: RegExp; readonly good: (right: string, left: string) => boolean },
): Range[] {
  const pieces: Range[] = []
  const text = masked.slice(range.start, Math.min(range.end, range.start + 4000))
  let from = 0
  for (const match of text.matchAll(where.pattern)) {
    const end = match.index + match[0].length
    const inText = /:\s*[^\s]/.test(text.slice(from, match.index))
    if (match.index <= from || inText || !where.good(text.slice(end, end + 200), text.slice(from, match.index)))
      continue
    pieces.push({ start: range.start + from, end: range.start + match.index })
    from = end
  }
  pieces.push({ start: range.start + from, end: range.end })
  return pieces
}

const FILLER =
  /^(?:(?:and|also|plus|now|then|next|please|pls|plz|kindly|hey|hi|hello|ok|okay|so|well|just|alright|first|finally|oh|yes|no|never ?mind|forget (?:it|that)|actually|instead|go ahead and|(?:can|could|would|will) (?:you|u)(?: please| kindly| maybe| quickly)?|i(?:'d|’d| would) like (?:you )?to|i (?:want|need|wish) (?:you )?to|i(?:'m|’m| am) trying to|let(?:'s|’s|s) |help me(?: to)?|try to|do me a favou?r and|tell me|be so kind (?:as )?to)\b[\s,.!:-]*)+/i

/** The text without what is only politeness or a link to what stood before. */
export function withoutFiller(text: string): string {
  return text.replace(FILLER, '')
}

const NEGATED =
  /^(?:do not|don['’]?t|never|no need to|(?:you|u) (?:should|must|may|can) ?(?:not|n['’]t))\s+(?!forget|fail|hesitate|mind)/i

/** `do not delete note n3`: what is not to be done is no request. */
export function isNegated(text: string): boolean {
  return NEGATED.test(withoutFiller(text.trim()))
}

const QUESTION =
  /^(?:what(?:'s|’s|s)?|waht|which|who|when|where|why|how|is|are|do|does|any|tell|show|give|got|got the)\b/i

export function isQuestion(text: string): boolean {
  return QUESTION.test(withoutFiller(text)) || /\?\s*$/.test(text)
}

/** Whether text begins like a request: a question word, or a word that an action is named by. */
export function beginsRequest(text: string, isAction: (word: string) => boolean): boolean {
  const plain = withoutFiller(text)
  if (QUESTION.test(plain)) return true
  const first = /^[\p{L}'’]+/u.exec(plain)?.[0].toLowerCase()
  if (first === undefined) return false
  return isAction(first) || /^(?:add|subtract|divide|multiply|tell|remind|square)$/.test(first)
}
