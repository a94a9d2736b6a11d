/**
 * Names of attachments. The law: a name is what is seen, and nothing else: no path, nothing that cannot be seen, nothing
 * that turns the direction of what is written around it.
 *
 * @module
 */

export const MAX_NAME_CHARS = 200

/** Separators of paths, control characters, and what formats without being seen; joiners inside an emoji are seen. */
const FORBIDDEN = /[/\\]|\p{Cc}|\p{Cs}|\p{Zl}|\p{Zp}|(?![\u200c\u200d])\p{Cf}/u

/** What is wrong with a name; undefined: nothing. */
export function faultOfName(name: string): string | undefined {
  if (name.trim() === '' || /^\.+$/.test(name)) return 'it is empty'
  if (name.length > MAX_NAME_CHARS) return `it has ${name.length} characters, the limit is ${MAX_NAME_CHARS}`
  if (FORBIDDEN.test(name)) return 'it holds a path, a control character or one that cannot be seen'
  return undefined
}
