/**
 * A folder of Markdown and text files, searchable. The law: a file that is added, changed or removed is so at the next
 * search, and no file, whatever is in it, holds up the rest of the server or uses up its memory.
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises'
import MiniSearch from 'minisearch'
import type { Clock } from 'toolcrib/agent'
import { type DocumentFile, listDocuments, readDocument } from './document-files.ts'
import { type Section, sectionsOf, titleOf } from './document-sections.ts'
import { StarterToolError } from './errors.ts'
import { nearestNames } from './nearest-names.ts'

export interface DocumentFolderLimits {
  /** Files beyond this are not searched, and every answer says so. Default 5,000. */
  readonly maxFiles: number
  /** A larger file is not searched. Default 1 MiB. */
  readonly maxFileBytes: number
  /** Of all files together. Default 32 MiB. */
  readonly maxTotalBytes: number
  /** Pieces that the files are cut into. Default 100,000. */
  readonly maxSections: number
  /** How long a listing of the folder is taken for current. Default 1,000. */
  readonly recheckMs: number
}

export interface DocumentHit {
  readonly documentId: string
  readonly title: string
  readonly heading: string
  readonly line: number
  readonly text: string
  readonly score: number
}

export interface FoundDocuments {
  readonly hits: readonly DocumentHit[]
  readonly documents: number
  /** Files, at least, that were left out for their size or number, or because they are no text. */
  readonly leftOut: number
}

export interface ReadDocument {
  readonly documentId: string
  readonly title: string
  readonly text: string
}

export interface DocumentFolder {
  search(query: string, limit: number): Promise<FoundDocuments>
  read(documentId: string): Promise<ReadDocument>
}

const defaults: DocumentFolderLimits = {
  maxFiles: 5_000,
  maxFileBytes: 1_048_576,
  maxTotalBytes: 33_554_432,
  maxSections: 100_000,
  recheckMs: 1_000,
}
/** Characters that are indexed between two turns of the event loop: some milliseconds. */
const INDEX_BATCH = 16_000
/** Each word of a query is looked up in the whole index. */
const MAX_QUERY_WORDS = 12

type Facts = Pick<DocumentFile, 'bytes' | 'changedAt'>

interface Entry extends Facts {
  /** Undefined for a file that is left out. */
  readonly title: string | undefined
  readonly sections: readonly string[]
}

interface IndexedSection extends Section {
  readonly id: string
  readonly documentId: string
  readonly title: string
}

export function createDocumentFolder(
  folder: string,
  options: { readonly clock: Clock; readonly limits?: Partial<DocumentFolderLimits> },
): DocumentFolder {
  const { clock } = options
  const limits = { ...defaults, ...options.limits }
  const index = new MiniSearch<IndexedSection>({
    fields: ['title', 'heading', 'text'],
    storeFields: ['documentId', 'title', 'heading', 'line', 'text'],
    searchOptions: { boost: { title: 3, heading: 2 }, prefix: (term) => term.length > 3, fuzzy: fuzziness },
  })
  const entries = new Map<string, Entry>()
  let beyond = 0
  let checkedAt = Number.NEGATIVE_INFINITY
  let checking: Promise<void> | undefined

  /** One at a time: who comes meanwhile waits for the one that is at work. */
  const refresh = (): Promise<void> => {
    if (clock.monotonic() - checkedAt < limits.recheckMs) return Promise.resolve()
    checking ??= check().finally(() => {
      checking = undefined
    })
    return checking
  }

  const check = async (): Promise<void> => {
    const { files, complete } = await listDocuments(folder)
    const kept = new Map<string, Facts>()
    let total = 0
    beyond = complete ? 0 : 1
    for (const { documentId, bytes, changedAt } of files) {
      const fits = bytes <= limits.maxFileBytes && total + bytes <= limits.maxTotalBytes
      if (!fits || kept.size >= limits.maxFiles) {
        beyond += 1
        continue
      }
      total += bytes
      kept.set(documentId, { bytes, changedAt })
    }
    for (const documentId of entries.keys()) if (!kept.has(documentId)) forget(documentId)
    for (const [documentId, facts] of kept) {
      const known = entries.get(documentId)
      if (known?.bytes === facts.bytes && known.changedAt === facts.changedAt) continue
      const text = await readDocument(folder, documentId, limits.maxFileBytes).catch(() => undefined)
      forget(documentId)
      await learn(documentId, facts, text)
    }
    checkedAt = clock.monotonic()
  }

  const learn = async (documentId: string, facts: Facts, text: string | undefined): Promise<void> => {
    const pieces = text === undefined ? [] : sectionsOf(text)
    if (text === undefined || index.documentCount + pieces.length > limits.maxSections) {
      entries.set(documentId, { ...facts, title: undefined, sections: [] })
      return
    }
    const title = titleOf(text, documentId)
    const sections = pieces.map((section, number) => ({ ...section, id: `${documentId}#${number}`, documentId, title }))
    entries.set(documentId, { ...facts, title, sections: sections.map((section) => section.id) })
    let characters = 0
    for (const section of sections) {
      index.add(section)
      characters += section.heading.length + section.text.length
      if (characters < INDEX_BATCH) continue
      characters = 0
      await setImmediate()
    }
  }

  const forget = (documentId: string): void => {
    for (const id of entries.get(documentId)?.sections ?? []) index.discard(id)
    entries.delete(documentId)
  }

  return {
    async search(query, limit) {
      await refresh()
      const hits: DocumentHit[] = []
      const perDocument = new Map<string, number>()
      const words = query.split(/\s+/).slice(0, MAX_QUERY_WORDS).join(' ')
      for (const found of index.search(words)) {
        // What the index stores is what `learn` gave it.
        const { documentId, title, heading, line, text } = found as unknown as IndexedSection
        const shown = perDocument.get(documentId) ?? 0
        if (shown >= 2) continue
        perDocument.set(documentId, shown + 1)
        hits.push({ documentId, title, heading, line, text, score: found.score })
        if (hits.length >= limit) break
      }
      const documents = entries.values().filter(({ title }) => title !== undefined)
      const count = [...documents].length
      return { hits, documents: count, leftOut: beyond + entries.size - count }
    },
    async read(documentId) {
      await refresh()
      const id = documentId.replaceAll('\\', '/').replace(/^(?:\.?\/)+/, '')
      const title = entries.get(id)?.title
      // Only what the listing found is ever opened: a name with `..` in it is no document.
      if (title === undefined) {
        throw new StarterToolError('DOCUMENT_UNKNOWN', { documentId, nearest: nearestNames(id, entries.keys()) })
      }
      const text = await readDocument(folder, id, limits.maxFileBytes)
      return { documentId: id, title, text }
    },
  }
}

/** Slips that are forgiven. Each further one multiplies what is looked through, in one go. */
function fuzziness(term: string): number | false {
  if (term.length <= 5 || term.length > 24) return false
  return term.length < 10 ? 1 : 2
}
