/**
 * The tool `save_note`.
 *
 * @module
 */
import { defineTool, type Tool } from 'toolcrib'
import { z } from 'zod'
import { cutText } from './cut-text.ts'
import { type Notes, noteLimits } from './notes.ts'

const input = z.object({
  text: z
    .string()
    .trim()
    .min(1)
    .max(noteLimits.maxTextLength)
    .describe('The text of the note: what to remember')
    .meta({ examples: ['Buy milk on the way home', 'The meeting moved to Thursday at 10'] }),
  title: z
    .string()
    .trim()
    .min(1)
    .max(noteLimits.maxTitleLength)
    .optional()
    .describe('A short title. Left out: the beginning of the text'),
})

const output = z.object({
  noteId: z.string().describe('For delete_note'),
  title: z.string(),
  savedAt: z.string(),
})

export function createSaveNote(notes: Notes): Tool {
  return defineTool({
    name: 'save_note',
    title: 'Save a note',
    description:
      'Save, write down, remember or add a note for the user, so that it can be found again in later chats. Only this user can see it.',
    category: 'notes',
    tags: ['notes', 'memory', 'reminder'],
    input,
    output,
    effect: 'write',
    idempotent: true,
    timeoutMs: 10_000,
    async execute({ text, title }, call) {
      const note = { text, title: title ?? beginningOf(text), key: call.idempotencyKey }
      const { noteId, title: kept, savedAt } = await notes.save(call.principal, note)
      return { noteId, title: kept, savedAt }
    },
  })
}

function beginningOf(text: string): string {
  const [line = ''] = text.split('\n', 1)
  return line.length <= 60 ? line : `${cutText(line, 59).trimEnd()}…`
}
