/**
 * The title of a thread that nobody named: the beginning of its first message, or what was attached to it.
 *
 * @module
 */
import { attachmentsOf, textsOf } from '../protocol/message-parts.ts'
import type { MessagePart } from '../protocol/vocabulary.ts'

const MAX_CHARACTERS = 60
/** So much is looked at: enough for that many characters of any script. */
const MAX_UNITS = 1_000

export function titleOf(parts: readonly MessagePart[]): string {
  const written = textsOf(parts).join(' ').replace(/\s+/gu, ' ').trim()
  const text =
    written ||
    attachmentsOf(parts)
      .map(({ name }) => name)
      .join(', ')
  // Counted as people see them: an emoji with a skin tone is one.
  const characters = Array.from(new Intl.Segmenter().segment(text.slice(0, MAX_UNITS)), ({ segment }) => segment)
  if (characters.length <= MAX_CHARACTERS) return text
  const cut = characters.slice(0, MAX_CHARACTERS).join('')
  const lastSpace = cut.lastIndexOf(' ')
  return `${lastSpace > MAX_CHARACTERS / 2 ? cut.slice(0, lastSpace) : cut}…`
}
