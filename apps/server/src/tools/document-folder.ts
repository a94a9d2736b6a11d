/**
 * A folder of Markdown and text files, searchable. The law: nothing outside of the folder is ever read, whatever a name or
 * a link says, and a file that is added, changed or removed is so at the next search.
 *
 * @module
 */
import type { Dirent } from 'node:fs'
import { open, readdir, realpath, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import MiniSearch from 'minisearch'
import type { Clock } from 'toolcrib/agent'
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
  /** Files that were left out for their size or number. */
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
  recheckMs: 1_000,
}
const extensions: ReadonlySet<string> = new Set(['.md', '.markdown', '.mdx', '.txt', '.text', '.rst', '.adoc'])
const MAX_DEPTH = 12
/** Sections that are indexed between two turns of the event loop: some milliseconds. */
const INDEX_BATCH = 4
/** Each word of a query is looked up in the whole index. */
const MAX_QUERY_WORDS = 12

interface Entry {
  readonly bytes: number
  readonly changedAt: number
  readonly title: string
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
  let leftOut = 0
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
    const listed = await listFiles(folder)
    const kept = new Map<string, { readonly bytes: number; readonly changedAt: number }>()
    let total = 0
    leftOut = 0
    for (const file of listed) {
      const fits = file.bytes <= limits.maxFileBytes && total + file.bytes <= limits.maxTotalBytes
      if (!fits || kept.size >= limits.maxFiles) {
        leftOut += 1
        continue
      }
      total += file.bytes
      kept.set(file.documentId, file)
    }
    for (const documentId of entries.keys()) if (!kept.has(documentId)) forget(documentId)
    for (const [documentId, { bytes, changedAt }] of kept) {
      const known = entries.get(documentId)
      if (known?.bytes === bytes && known.changedAt === changedAt) continue
      const text = await readInside(folder, documentId, limits.maxFileBytes).catch(() => undefined)
      forget(documentId)
      if (text !== undefined) await learn(documentId, { bytes, changedAt }, text)
    }
    checkedAt = clock.monotonic()
  }

  const learn = async (documentId: string, facts: Pick<Entry, 'bytes' | 'changedAt'>, text: string): Promise<void> => {
    const title = titleOf(text, documentId)
    const sections = sectionsOf(text).map((section, number) => ({
      ...section,
      id: `${documentId}#${number}`,
      documentId,
      title,
    }))
    entries.set(documentId, { ...facts, title, sections: sections.map((section) => section.id) })
    await index.addAllAsync(sections, { chunkSize: INDEX_BATCH })
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
      return { hits, documents: entries.size, leftOut }
    },
    async read(documentId) {
      await refresh()
      const id = documentId.replaceAll('\\', '/').replace(/^(?:\.?\/)+/, '')
      const entry = entries.get(id)
      // Only what the listing found is ever opened: a name with `..` in it is no document.
      if (entry === undefined) {
        throw new StarterToolError('DOCUMENT_UNKNOWN', { documentId, nearest: nearestNames(id, entries.keys()) })
      }
      const text = await readInside(folder, id, limits.maxFileBytes)
      return { documentId: id, title: entry.title, text }
    },
  }
}

function fuzziness(term: string): number | false {
  return term.length > 5 ? 0.2 : false
}

interface Listed {
  readonly documentId: string
  readonly bytes: number
  readonly changedAt: number
}

/** In the order of their names. Links, hidden files and other kinds are passed over. */
async function listFiles(folder: string): Promise<readonly Listed[]> {
  const files: Listed[] = []
  const walk = async (inside: string, depth: number): Promise<void> => {
    const found = await readdir(join(folder, inside), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      // A folder below that vanished or is closed to us costs its own files only.
      if (inside !== '') return [] as Dirent[]
      throw new StarterToolError('DOCUMENTS_UNREADABLE', { folder, reason: error.code ?? error.name }, { cause: error })
    })
    for (const entry of found.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
      const path = join(inside, entry.name)
      if (entry.isDirectory() && depth < MAX_DEPTH) await walk(path, depth + 1)
      if (!entry.isFile() || !extensions.has(extname(entry.name).toLowerCase())) continue
      const facts = await stat(join(folder, path)).catch(() => undefined)
      if (facts === undefined) continue
      files.push({ documentId: path.split(sep).join('/'), bytes: facts.size, changedAt: facts.mtimeMs })
    }
  }
  await walk('', 0)
  return files
}

/** Follows no way out: what the path really leads to must lie inside of what the folder really is. */
async function readInside(folder: string, documentId: string, maxBytes: number): Promise<string> {
  const unknown = (): StarterToolError => new StarterToolError('DOCUMENT_UNKNOWN', { documentId, nearest: [] })
  const root = await realpath(folder).catch(() => {
    throw unknown()
  })
  const path = await realpath(join(root, documentId)).catch(() => {
    throw unknown()
  })
  const within = relative(root, path)
  if (within !== documentId.split('/').join(sep)) throw unknown()
  await using file = await open(path, 'r')
  const { size } = await file.stat()
  if (size > maxBytes) throw new StarterToolError('DOCUMENT_TOO_LARGE', { documentId, bytes: size, maxBytes })
  const text = await file.readFile('utf8')
  return text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
}
