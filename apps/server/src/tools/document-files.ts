/**
 * The files of a folder of documents. The law: nothing outside of the folder is ever read, whatever a name or a link says,
 * and nothing that is no plain file, whenever it took the place of one.
 *
 * @module
 */
import { constants, type Dirent } from 'node:fs'
import { type FileHandle, lstat, open, readdir, realpath, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { StarterToolError } from './errors.ts'

export interface DocumentFile {
  readonly documentId: string
  readonly bytes: number
  readonly changedAt: number
}

export interface DocumentFiles {
  /** In the order of their names. */
  readonly files: readonly DocumentFile[]
  /** Whether all of the folder was looked at. */
  readonly complete: boolean
}

const extensions: ReadonlySet<string> = new Set(['.md', '.markdown', '.mdx', '.txt', '.text', '.rst', '.adoc'])
const MAX_DEPTH = 12
/** Whoever names a whole disk is not made to wait until all of it was looked at, again and again. */
const MAX_NAMES = 50_000

/** Links, hidden files and other kinds are passed over. */
export async function listDocuments(folder: string): Promise<DocumentFiles> {
  const files: DocumentFile[] = []
  let names = 0
  const walk = async (inside: string, depth: number): Promise<void> => {
    const found = await readdir(join(folder, inside), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      // A folder below that vanished or is closed to us costs its own files only.
      if (inside !== '') return [] as Dirent[]
      throw new StarterToolError('DOCUMENTS_UNREADABLE', { folder, reason: error.code ?? error.name }, { cause: error })
    })
    for (const entry of found.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      names += 1
      if (names > MAX_NAMES) return
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
  return { files, complete: names <= MAX_NAMES }
}

/**
 * The text of a file that was listed; line ends are `\n`.
 *
 * @throws StarterToolError `DOCUMENT_UNKNOWN` for what is no text file inside of the folder, `DOCUMENT_TOO_LARGE`.
 */
export async function readDocument(folder: string, documentId: string, maxBytes: number): Promise<string> {
  const bytes = await readInside(folder, documentId, maxBytes).catch((error: unknown) => {
    if (error instanceof StarterToolError) throw error
    throw unknown(documentId)
  })
  const text = decode(bytes)
  if (text === undefined) throw unknown(documentId)
  return text.replaceAll('\r\n', '\n')
}

async function readInside(folder: string, documentId: string, maxBytes: number): Promise<Buffer> {
  const root = await realpath(folder)
  const path = join(root, documentId)
  // A pipe that took the file's place would be waited for until somebody writes into it.
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  const facts = await file.stat()
  // Looked at after it was opened: a folder that was a link meanwhile has opened another file than the one that is here.
  const here = await lstat(path)
  const within = relative(root, await realpath(path))
  const isHere = here.ino === facts.ino && here.dev === facts.dev && within === documentId.split('/').join(sep)
  if (!facts.isFile() || !isHere) throw unknown(documentId)
  const bytes = await readAtMost(file, maxBytes + 1)
  if (bytes.byteLength > maxBytes) {
    throw new StarterToolError('DOCUMENT_TOO_LARGE', {
      documentId,
      bytes: Math.max(facts.size, bytes.byteLength),
      maxBytes,
    })
  }
  return bytes
}

/** A file may grow while it is read. */
async function readAtMost(file: FileHandle, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let left = maxBytes
  while (left > 0) {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(Math.min(left, 65_536)) })
    if (bytesRead === 0) break
    pieces.push(buffer.subarray(0, bytesRead))
    left -= bytesRead
  }
  return Buffer.concat(pieces)
}

/** By its mark, else as UTF-8, else as the Windows encoding of Western Europe; undefined for what is no text. */
function decode(bytes: Buffer): string | undefined {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

function unknown(documentId: string): StarterToolError {
  return new StarterToolError('DOCUMENT_UNKNOWN', { documentId, nearest: [] })
}
