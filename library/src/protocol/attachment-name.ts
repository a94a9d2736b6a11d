/**
 * Names of attachments. The law: a name is what is seen, and nothing else: no path, nothing that cannot be seen, nothing
 * that turns the direction of what is written around it.
 *
 * @module
 */

export const MAX_ATTACHMENT_NAME_CHARS = 200

/** Control characters, and what formats without being seen; joiners inside an emoji are seen. */
const UNSEEN = /\p{Cc}|\p{Cs}|\p{Zl}|\p{Zp}|(?![\u200c\u200d])\p{Cf}/gu
const SEPARATOR = /[/\\]/

/** What is wrong with a name; undefined: nothing. */
export function faultOfAttachmentName(name: string): string | undefined {
  if (name.trim() === '' || /^\.+$/.test(name)) return 'it is empty'
  if (name.length > MAX_ATTACHMENT_NAME_CHARS) {
    return `it has ${name.length} characters, the limit is ${MAX_ATTACHMENT_NAME_CHARS}`
  }
  if (SEPARATOR.test(name)) return 'it holds a path'
  if (name.replace(UNSEEN, '') !== name) return 'it holds a control character, or one that cannot be seen'
  return undefined
}

/** A name that the server takes, made of a file's own: its last part, without what cannot be seen, and the end of what is too long. */
export function attachmentNameOf(fileName: string): string {
  const seen = fileName.split(SEPARATOR).at(-1)?.replace(UNSEEN, '').trim() ?? ''
  const name = seen.slice(-MAX_ATTACHMENT_NAME_CHARS).replace(UNSEEN, '').trim()
  return faultOfAttachmentName(name) === undefined ? name : 'file'
}
