/**
 * The tool `list_notes`.
 *
 * @module
 */
import { defineTool, type Tool } from 'toolcrib'
import { z } from 'zod'
import { cutText } from './cut-text.ts'
import type { Notes } from './notes.ts'

const TEXT_CHARACTERS = 500

const input = z.object({
  query: z.string().trim().max(200).optional().describe('Only notes that contain this text. Left out: all notes'),
  limit: z.number().int().min(1).max(100).default(20).describe('How many notes at most, newest first'),
})

const output = z.object({
  notes: z.array(
    z.object({
      noteId: z.string().describe('For delete_note'),
      title: z.string(),
      text: z.string(),
      savedAt: z.string(),
    }),
  ),
  total: z.number().describe('How many notes there are, also those that are not shown'),
})

export function createListNotes(notes: Notes): Tool {
  return defineTool({
    name: 'list_notes',
    title: 'List notes',
    description: 'List, show or find the notes that the user has saved, newest first, with their ids.',
    category: 'notes',
    tags: ['notes', 'memory'],
    input,
    output,
    effect: 'read',
    timeoutMs: 10_000,
    async execute({ query, limit }, call) {
      const found = await notes.list(call.principal, query)
      return {
        notes: found.slice(0, limit).map((note) => ({ ...note, text: shorten(note.text) })),
        total: found.length,
      }
    },
  })
}

function shorten(text: string): string {
  const shown = cutText(text, TEXT_CHARACTERS)
  const left = text.length - shown.length
  return left <= 0 ? text : `${shown}… (${left} more characters)`
}
