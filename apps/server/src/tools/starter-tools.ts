/**
 * The tools that a server has before anybody writes one. They start nothing by being made.
 *
 * @module
 */
import type { Tool } from 'toolcrib'
import type { Clock, RecordStore } from 'toolcrib/agent'
import { createCalculate } from './calculate.ts'
import { createConvertUnits } from './convert-units.ts'
import { createCurrentTime } from './current-time.ts'
import { createDeleteNote } from './delete-note.ts'
import { createDocumentFolder } from './document-folder.ts'
import { createListNotes } from './list-notes.ts'
import { createMathPool } from './math.ts'
import { createNotes } from './notes.ts'
import { createReadDocument } from './read-document.ts'
import { createRunJavaScript } from './run-javascript.ts'
import { createSaveNote } from './save-note.ts'
import { createSearchDocuments } from './search-documents.ts'

export interface StarterToolsOptions {
  readonly records: RecordStore
  /** The folder of documents. Without one the document tools say how to set it. */
  readonly documentsFolder?: string | null | undefined
  readonly clock: Clock
}

export function createStarterTools({ records, documentsFolder, clock }: StarterToolsOptions): readonly Tool[] {
  const mathPool = createMathPool(clock)
  const notes = createNotes(records, clock)
  const documents = documentsFolder ? createDocumentFolder(documentsFolder, { clock }) : undefined
  return [
    createCalculate(() => mathPool.lease()),
    createConvertUnits(() => mathPool.lease()),
    createCurrentTime(clock),
    createRunJavaScript(clock),
    createSearchDocuments(documents),
    createReadDocument(documents),
    createSaveNote(notes),
    createListNotes(notes),
    createDeleteNote(notes),
  ]
}
