/**
 * Two calls of every starter tool, and what is right for each. The law (L11): a result is computed from the input, so two
 * inputs have two results, and both are true.
 *
 * @module
 */
import type { JsonValue } from 'toolcrib/protocol'

export interface StarterCall {
  readonly input: JsonValue
  /** A part of the output. */
  readonly output: object
}

/** The time at which they are called. */
export const calledAt: number = Date.UTC(2026, 0, 1, 12)

/** The documents that they search and read. */
export const documents: Readonly<Record<string, string>> = {
  'vacation.md': '# Vacation\n\nEverybody has thirty days.\n',
  'travel.md': '# Travel\n\nTrains before planes.\n',
}

/** `noteId` of the first and the second note that was saved. */
export const starterCalls = (noteIds: readonly string[]): Readonly<Record<string, readonly StarterCall[]>> => ({
  calculate: [
    { input: { expression: '(12.5 + 7) * 3' }, output: { value: 58.5 } },
    { input: { expression: '2^100' }, output: { result: '1267650600228229401496703205376' } },
  ],
  convert_units: [
    { input: { value: 10, from: 'miles', to: 'km' }, output: { value: 16.09344, unit: 'km' } },
    { input: { value: 100, from: 'celsius', to: 'fahrenheit' }, output: { value: 212, unit: 'fahrenheit' } },
  ],
  current_time: [
    { input: { place: 'Tokyo' }, output: { iso: '2026-01-01T21:00:00+09:00', weekday: 'Thursday' } },
    { input: { place: 'Pacific/Auckland' }, output: { iso: '2026-01-02T01:00:00+13:00', weekday: 'Friday' } },
  ],
  run_javascript: [
    { input: { code: '[3, 1, 2].toSorted()' }, output: { result: [1, 2, 3] } },
    { input: { code: 'let s = 0; for (let i = 1; i <= 100; i++) s += i; s' }, output: { result: 5_050 } },
  ],
  search_documents: [
    { input: { query: 'thirty days' }, output: { results: [{ documentId: 'vacation.md' }] } },
    { input: { query: 'trains' }, output: { results: [{ documentId: 'travel.md' }] } },
  ],
  read_document: [
    { input: { documentId: 'vacation.md' }, output: { text: documents['vacation.md'] } },
    { input: { documentId: 'travel.md' }, output: { text: documents['travel.md'] } },
  ],
  list_notes: [
    { input: { query: 'milk' }, output: { total: 1, notes: [{ noteId: noteIds[0], text: 'Buy milk' }] } },
    { input: { query: 'Oslo' }, output: { total: 1, notes: [{ noteId: noteIds[1], text: 'Call Oslo' }] } },
  ],
  delete_note: [
    { input: { noteId: noteIds[0] ?? '' }, output: { deleted: true, title: 'Buy milk' } },
    { input: { noteId: noteIds[1] ?? '' }, output: { deleted: true, title: 'Call Oslo' } },
  ],
})

export const savedNotes: readonly StarterCall[] = [
  { input: { text: 'Buy milk' }, output: { title: 'Buy milk' } },
  { input: { text: 'Call Oslo' }, output: { title: 'Call Oslo' } },
]
