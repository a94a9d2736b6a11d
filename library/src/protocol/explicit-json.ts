/**
 * A value as somebody reads it who is to agree to it. The law: whatever is in it is seen; nothing is left out, hidden or
 * shown in another order than it stands.
 *
 * @module
 */
import type { JsonValue } from './vocabulary.ts'

/** What leaves no mark, turns the reading direction, breaks a line, or looks like the plain space and is none. */
const unseen = /(?![ \n])[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/gu

/** Its JSON, with each character that cannot be seen, or steers how others are shown, as its escape: the same value still. */
export function explicitJson(value: JsonValue, { indent = 0 }: { readonly indent?: number } = {}): string {
  return JSON.stringify(value, undefined, indent).replace(unseen, escaped)
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
