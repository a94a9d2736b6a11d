/**
 * The starter tools as a model is shown them, and answers of their shape for chains to go on with. Nothing is measured on
 * the answers.
 *
 * @module
 */
import { runInNewContext } from 'node:vm'
import { createStarterTools } from '../../apps/server/src/tools/starter-tools.ts'
import { createMemoryStore } from '../../library/src/adapters/store/memory.ts'
import { createSystemClock } from '../../library/src/agent/clock.ts'
import type { ModelTool } from '../../library/src/agent/ports.ts'
import type { JsonObject, JsonValue } from '../../library/src/protocol/vocabulary.ts'

const clock = createSystemClock()

export const starterTools: readonly ModelTool[] = createStarterTools({
  records: createMemoryStore().records,
  documentsFolder: null,
  clock,
}).map((tool) => ({ name: tool.name, description: tool.description, inputSchema: tool.input.jsonSchema }))

const FORMULA = /^(?:[\d\s.+*/^(),-]|\b(?:sqrt|cbrt|min|max)\b)+$/

/** What an expression is worth; undefined when it is none of plain arithmetic. */
export function worthOf(expression: string): number | undefined {
  if (!FORMULA.test(expression)) return undefined
  const program = expression.replaceAll('^', '**').replace(/[a-z]+/g, (name) => `Math.${name}`)
  try {
    const worth: unknown = runInNewContext(program)
    return typeof worth === 'number' ? worth : undefined
  } catch {
    return undefined
  }
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

export function answerOf(tool: string, input: JsonObject): JsonValue {
  switch (tool) {
    case 'calculate': {
      const value = worthOf(textOf(input.expression)) ?? 0
      return { expression: input.expression ?? '', result: String(value), value }
    }
    case 'convert_units':
      return {
        value: 160.93,
        unit: input.to ?? '',
        text: `${textOf(input.value)} ${textOf(input.from)} = 160.93 ${textOf(input.to)}`,
      }
    case 'current_time':
      return {
        iso: '2026-11-22T12:00:00-05:00',
        timeZone: 'America/Lima',
        weekday: 'Sunday',
        place: input.place ?? 'UTC',
        text: `It is Sunday, 22 November 2026, 12:00 in ${textOf(input.place) || 'UTC'}.`,
      }
    case 'run_javascript':
      return { result: 666, console: [] }
    case 'search_documents': {
      const name = textOf(input.query).toLowerCase().replaceAll(' ', '-')
      const hit = { heading: 'Beginning', line: 1 }
      return {
        results: [
          { documentId: `${name}.md`, title: textOf(input.query), ...hit, snippet: 'The first match.' },
          { documentId: 'second.md', title: 'Second', ...hit, snippet: 'Another match.' },
        ],
        searched: 12,
      }
    }
    case 'read_document':
      return {
        documentId: input.documentId ?? '',
        title: 'Title',
        text: 'What it says.',
        fromLine: 1,
        toLine: 1,
        totalLines: 1,
      }
    case 'save_note':
      return { noteId: 'k3f7p', title: 'Note', savedAt: '2026-11-22T12:00:00.000Z' }
    case 'list_notes':
      return {
        notes: [{ noteId: 'k3f7p', title: 'Milk', text: 'buy milk', savedAt: '2026-11-22T12:00:00.000Z' }],
        total: 1,
      }
    default:
      return { deleted: true, noteId: input.noteId ?? '', title: 'Milk' }
  }
}
