/**
 * Text on its way into the database and back. The law: two different strings are never stored as one.
 *
 * SQLite keeps UTF-8, in which a lone surrogate does not exist: left alone, two users whose names differ only in one
 * would become the same user. Lone surrogates are escaped, and so is the escape.
 *
 * @module
 */

/** A code point that Unicode keeps free for internal use. */
const ESCAPE = '\ufdd0'
const UNSAFE = /\ufdd0|\p{Surrogate}/gu
const ESCAPED = /\ufdd0([0-9a-f]{4})/g

/** Keeps the order of characters, so that a part of a text is found in the stored text too. */
export function toStoredText(text: string): string {
  if (text.isWellFormed() && !text.includes(ESCAPE)) return text
  return text.replace(UNSAFE, (unit) => ESCAPE + unit.charCodeAt(0).toString(16).padStart(4, '0'))
}

export function fromStoredText(stored: string): string {
  if (!stored.includes(ESCAPE)) return stored
  return stored.replace(ESCAPED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
