/** What stands in the parts of a message. The law: an attachment is never taken for what a person wrote. @module */
import type { MessagePart, SentPart, TextPart } from './vocabulary.ts'

/** What was written, part by part. */
export function textsOf(parts: readonly (TextPart | { readonly type: 'attachment' })[]): readonly string[] {
  return parts.filter((part): part is TextPart => part.type === 'text').map(({ text }) => text)
}

/** What was attached: of a message its attachments, of one that is being sent their references. */
export function attachmentsOf<P extends MessagePart | SentPart>(
  parts: readonly P[],
): readonly Extract<P, { readonly type: 'attachment' }>[] {
  return parts.filter((part): part is Extract<P, { readonly type: 'attachment' }> => part.type === 'attachment')
}
