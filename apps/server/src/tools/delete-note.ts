/**
 * The tool `delete_note`. It cannot be undone, so it waits for the user's approval.
 *
 * @module
 */
import { defineTool, type Tool } from 'toolcrib'
import { z } from 'zod'
import type { Notes } from './notes.ts'

const input = z.object({
  noteId: z
    .string()
    .trim()
    .min(1)
    .max(64)
    .describe('The id of the note, as list_notes shows it')
    .meta({ examples: ['k3f7p'] }),
})

const output = z.object({
  deleted: z.literal(true),
  noteId: z.string(),
  title: z.string(),
})

export function createDeleteNote(notes: Notes): Tool {
  return defineTool({
    name: 'delete_note',
    title: 'Delete a note',
    description: 'Delete or remove one of the user’s notes for good, by its id. Get ids from list_notes.',
    category: 'notes',
    tags: ['notes', 'memory', 'delete'],
    input,
    output,
    effect: 'destructive',
    timeoutMs: 10_000,
    async execute({ noteId }, call) {
      const note = await notes.delete(call.principal, noteId)
      return { deleted: true as const, noteId: note.noteId, title: note.title }
    },
  })
}
