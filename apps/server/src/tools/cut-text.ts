/**
 * The beginning of a text, at most so many UTF-16 units long and never in the middle of a character.
 *
 * @module
 */

export function cutText(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replace(/[\uD800-\uDBFF]$/, '')
}
