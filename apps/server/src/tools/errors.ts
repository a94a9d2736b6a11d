/**
 * All that the starter tools refuse or fail at. Compare `code`, never the message.
 *
 * @module
 */
import type { Retry } from 'toolcrib/protocol'

export interface StarterToolErrorDetails {
  EXPRESSION_INVALID: { expression: string; reason: string }
  EXPRESSION_NO_VALUE: { expression: string; found: string }
  UNIT_UNKNOWN: { unit: string; nearest: readonly string[] }
  UNITS_INCOMPATIBLE: { from: string; to: string; measures: string; asked: string }
  PLACE_UNKNOWN: { place: string; nearest: readonly string[] }
  CODE_FAILED: { reason: string }
  TIME_LIMIT: { timeLimitMs: number }
  MEMORY_LIMIT: { maxBytes: number }
  RESULT_TOO_LARGE: { found: number; max: number; unit: 'characters' | 'bytes' }
  PROCESSES_BUSY: { waiting: number }
  PROCESS_FAILED: { reason: string }
  CALL_STOPPED: Record<never, never>
  DOCUMENTS_NOT_CONFIGURED: Record<never, never>
  DOCUMENTS_UNREADABLE: { folder: string; reason: string }
  DOCUMENT_UNKNOWN: { documentId: string; nearest: readonly string[] }
  DOCUMENT_TOO_LARGE: { documentId: string; bytes: number; maxBytes: number }
  NOTE_UNKNOWN: { noteId: string }
  NOTES_FULL: { max: number }
}

export type StarterToolErrorCode = keyof StarterToolErrorDetails

const catalogue: {
  readonly [C in StarterToolErrorCode]: readonly [Retry, (details: StarterToolErrorDetails[C]) => string]
} = {
  EXPRESSION_INVALID: [
    'never',
    (d) => `"${d.expression}" cannot be calculated: ${d.reason}. Write one arithmetic expression, such as 2 * (3 + 4)`,
  ],
  EXPRESSION_NO_VALUE: [
    'never',
    (d) => `"${d.expression}" gives ${d.found}, not a value. Write an expression that gives a number, a unit or a list`,
  ],
  UNIT_UNKNOWN: ['never', (d) => `There is no unit "${d.unit}"${orNearest(d.nearest)}`],
  UNITS_INCOMPATIBLE: [
    'never',
    (d) => `"${d.from}" measures ${d.measures}, "${d.to}" measures ${d.asked}: choose two units of one kind`,
  ],
  PLACE_UNKNOWN: [
    'never',
    (d) =>
      `"${d.place}" is neither a time zone nor a city that is known here${orNearest(d.nearest)}. Give an IANA time zone, such as Europe/Oslo, or a larger city nearby`,
  ],
  CODE_FAILED: ['never', (d) => `The program failed: ${d.reason}`],
  TIME_LIMIT: ['never', (d) => `It did not end within ${d.timeLimitMs} ms and was stopped. Ask for less at once`],
  MEMORY_LIMIT: [
    'never',
    (d) => `It needed more than ${d.maxBytes} bytes of memory and was stopped. Ask for less at once`,
  ],
  RESULT_TOO_LARGE: [
    'never',
    (d) => `The result has ${d.found} ${d.unit}, the limit is ${d.max}. Ask for a part of it or for a summary`,
  ],
  PROCESSES_BUSY: [
    'later',
    (d) => `${d.waiting} calls are waiting before this one, the limit; try again in a few seconds`,
  ],
  PROCESS_FAILED: ['later', (d) => `The process that carries it out failed (${d.reason}); try again`],
  CALL_STOPPED: ['later', () => 'It was stopped before it ended'],
  DOCUMENTS_NOT_CONFIGURED: ['never', () => 'This server has no documents; set TOOLCRIB_DOCUMENTS to a folder of them'],
  DOCUMENTS_UNREADABLE: [
    'later',
    (d) => `The folder of documents "${d.folder}" cannot be read (${d.reason}); check TOOLCRIB_DOCUMENTS`,
  ],
  DOCUMENT_UNKNOWN: [
    'never',
    (d) => `There is no document "${d.documentId}"${orNearest(d.nearest)}. Use an id that search_documents gave`,
  ],
  DOCUMENT_TOO_LARGE: [
    'never',
    (d) =>
      `The document "${d.documentId}" has ${d.bytes} bytes, the limit is ${d.maxBytes}; split it into several files`,
  ],
  NOTE_UNKNOWN: ['never', (d) => `You have no note "${d.noteId}"; list_notes shows yours with their ids`],
  NOTES_FULL: ['never', (d) => `You have ${d.max} notes, the limit; delete one first`],
}

/** A starter tool that could not do what it was asked. Its message is for the model and the person. */
export class StarterToolError<C extends StarterToolErrorCode = StarterToolErrorCode> extends Error {
  readonly code: C
  readonly retry: Retry
  readonly details: StarterToolErrorDetails[C]

  constructor(code: C, details: StarterToolErrorDetails[C], options?: ErrorOptions) {
    super(catalogue[code][1](details), options)
    this.name = 'StarterToolError'
    this.code = code
    this.retry = catalogue[code][0]
    this.details = details
  }
}

export const starterToolErrorCodes: readonly StarterToolErrorCode[] = Object.keys(catalogue) as StarterToolErrorCode[]

function orNearest(nearest: readonly string[]): string {
  return nearest.length === 0 ? '' : `; the nearest are ${nearest.map((name) => `"${name}"`).join(', ')}`
}
