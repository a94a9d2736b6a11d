/**
 * The title of a thread that nobody named: the beginning of its first message.
 *
 * @module
 */
import type { MessagePart } from '../protocol/vocabulary.ts'

const MAX_CHARACTERS = 60

export function titleOf(parts: readonly MessagePart[]): string {
  const text = parts
    .map((part) => part.text)
    .join(' ')
    .replace(/\s+/gu, ' ')
    .trim()
  const characters = [...text.slice(0, MAX_CHARACTERS * 4)]
  if (characters.length <= MAX_CHARACTERS) return text
  const cut = characters.slice(0, MAX_CHARACTERS).join('')
  const lastSpace = cut.lastIndexOf(' ')
  return `${lastSpace > MAX_CHARACTERS / 2 ? cut.slice(0, lastSpace) : cut}…`
}
