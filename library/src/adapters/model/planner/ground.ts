/**
 * The text that arguments are found in. What one argument took is gone for the next, so no words are used twice.
 *
 * @module
 */
import { numbersOf, withDigits } from './numbers.ts'
import { mark, type Piece, piecesIn, writtenValue } from './protected-text.ts'

export interface Ground {
  /** The clause as written; what was taken is blanked. */
  readonly text: string
  /** What follows the searched characters: it belongs to free text that reaches their end. */
  readonly tail: string
  /** The same with numbers in digits, with positions of its own. */
  readonly digits: string
  /** Protected pieces that nothing took, in order. */
  readonly pieces: readonly (Piece & { readonly at: number })[]
  take(start: number, end: number): void
  takeDigits(start: number, end: number): void
  /** The value of a capture, and its place taken. `group` is a group that the pattern has with the `d` flag. */
  capture(pattern: RegExp, group?: number): string | undefined
  numbers(): readonly { readonly value: number; readonly start: number; readonly end: number }[]
}

/** A noncharacter: it is no word and no blank, and no text holds it. */
export const GONE = '\uFDD1'
const MAX_CHARACTERS = 4000

/** @param masked its first 4,000 characters are searched. */
export function createGround(masked: string, pieces: readonly Piece[]): Ground {
  let text = masked.slice(0, MAX_CHARACTERS)
  const tail = masked.slice(MAX_CHARACTERS)
  let digits = withDigits(text.replace(mark, `${GONE} `))
  const blank = (whole: string, start: number, end: number): string =>
    whole.slice(0, start) + GONE.repeat(Math.max(0, end - start)) + whole.slice(end)

  return {
    tail,
    get text() {
      return text
    },
    get digits() {
      return digits
    },
    get pieces() {
      return piecesIn(text, pieces)
    },
    take(start, end) {
      text = blank(text, start, end)
    },
    takeDigits(start, end) {
      digits = blank(digits, start, end)
    },
    capture(pattern, group = 1) {
      const match = pattern.exec(text)
      const range = match?.indices?.[group]
      if (!match || !range) return undefined
      const value = writtenValue(text.slice(range[0], range[1]), pieces).replaceAll(GONE, '').trim()
      if (value === '') return undefined
      text = blank(text, match.index, match.index + match[0].length)
      return value
    },
    numbers: () => numbersOf(digits),
  }
}
