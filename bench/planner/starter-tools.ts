/**
 * The starter tools as a model is shown them, and answers of their shape for chains to go on with. Nothing is measured on
 * the answers.
 *
 * @module
 */
import { all, create } from 'mathjs'
import type { ModelTool } from '../../library/src/agent/ports.ts'
import type { JsonObject, JsonValue } from '../../library/src/protocol/vocabulary.ts'

const math = create(all ?? {})

function tool(name: string, description: string, properties: JsonObject, required: readonly string[]): ModelTool {
  return { name, description, inputSchema: { type: 'object', properties, required, additionalProperties: false } }
}

export const starterTools: readonly ModelTool[] = [
  tool(
    'calculate',
    'Works out a mathematical expression: arithmetic, percentages, powers, roots, trigonometry, statistics.',
    { expression: { type: 'string', description: 'The expression to work out', examples: ['17 * 23', 'sqrt(144)'] } },
    ['expression'],
  ),
  tool(
    'convert_units',
    'Converts an amount from one unit of measurement to another: length, mass, temperature, time, volume, speed, data.',
    {
      value: { type: 'number', description: 'The amount to convert' },
      from: { type: 'string', description: 'The unit it is in', examples: ['miles', 'kg', 'fahrenheit'] },
      to: { type: 'string', description: 'The unit to convert to', examples: ['km', 'pounds', 'celsius'] },
    },
    ['value', 'from', 'to'],
  ),
  tool(
    'current_time',
    'Tells the current date and time in a city or time zone.',
    { place: { type: 'string', description: 'A city or an IANA time zone', examples: ['Tokyo', 'Europe/Madrid'] } },
    ['place'],
  ),
  tool(
    'run_javascript',
    'Runs JavaScript code in a sandbox and returns the value of its last expression.',
    { code: { type: 'string', description: 'The JavaScript code to run' } },
    ['code'],
  ),
  tool(
    'search_documents',
    'Searches the documents for words and returns the best matches with snippets.',
    {
      query: { type: 'string', description: 'The words to search for' },
      limit: { type: 'integer', minimum: 1, maximum: 20, description: 'The most results to return' },
    },
    ['query'],
  ),
  tool(
    'read_document',
    'Reads the text of one document.',
    {
      document: { type: 'string', description: 'The document as a search names it', examples: ['guide.md'] },
      from: { type: 'integer', minimum: 0, description: 'The character to begin at' },
    },
    ['document'],
  ),
  tool(
    'save_note',
    'Saves a note for later.',
    {
      text: { type: 'string', description: 'The text of the note' },
      title: { type: 'string', description: 'A short title' },
    },
    ['text'],
  ),
  tool(
    'list_notes',
    'Lists your notes, newest first.',
    { query: { type: 'string', description: 'Only notes with these words' } },
    [],
  ),
  tool('delete_note', 'Deletes one of your notes.', { noteId: { type: 'string', description: 'The id of the note' } }, [
    'noteId',
  ]),
]

/** What an expression is worth; undefined when it is none. */
export function worthOf(expression: string): number | undefined {
  try {
    const worth: unknown = math.evaluate(expression)
    return typeof worth === 'number' ? worth : undefined
  } catch {
    return undefined
  }
}

export function answerOf(tool: string, input: JsonObject): JsonValue {
  switch (tool) {
    case 'calculate':
      return { expression: input.expression ?? '', result: worthOf(String(input.expression)) ?? null }
    case 'convert_units':
      return { value: input.value ?? 0, from: input.from ?? '', to: input.to ?? '', result: 160.93 }
    case 'current_time':
      return { place: input.place ?? '', time: '2026-11-22T12:00:00-05:00', text: 'Sunday 22 November 2026, 12:00' }
    case 'run_javascript':
      return { value: 666 }
    case 'search_documents': {
      const name = String(input.query).toLowerCase().replaceAll(' ', '-')
      return {
        hits: [
          { document: `${name}.md`, title: String(input.query), snippet: 'The first match.' },
          { document: 'second.md', title: 'Second', snippet: 'Another match.' },
        ],
      }
    }
    case 'read_document':
      return { document: input.document ?? '', text: 'What the document says.' }
    case 'save_note':
      return { noteId: 'n9' }
    case 'list_notes':
      return { notes: [{ noteId: 'n9', text: 'buy milk' }] }
    default:
      return { deleted: true }
  }
}
