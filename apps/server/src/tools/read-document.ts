/**
 * The tool `read_document`: one document of the server's folder, page by page.
 *
 * @module
 */
import { defineTool, type Tool } from 'toolcrib'
import { z } from 'zod'
import type { DocumentFolder } from './document-folder.ts'
import { StarterToolError } from './errors.ts'

const MAX_PAGE_LINES = 400
const MAX_PAGE_CHARACTERS = 20_000

const input = z.object({
  documentId: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .describe('The id of the document: the path that search_documents gave')
    .meta({ examples: ['handbook/vacation.md', 'README.md'] }),
  fromLine: z.number().int().min(1).default(1).describe('The first line to read'),
  lines: z.number().int().min(1).max(MAX_PAGE_LINES).default(200).describe('How many lines at most'),
})

const output = z.object({
  documentId: z.string(),
  title: z.string(),
  text: z.string(),
  fromLine: z.number(),
  toLine: z.number().describe('The last line of this page; less than fromLine when there is none'),
  totalLines: z.number(),
  nextLine: z.number().optional().describe('Where the next page begins, if there is more'),
})

export function createReadDocument(folder: DocumentFolder | undefined): Tool {
  return defineTool({
    name: 'read_document',
    title: 'Read a document',
    description:
      'Read or open the text of one document or file of this server by its id, a page at a time. Get ids from search_documents.',
    category: 'documents',
    tags: ['documents', 'read', 'files'],
    input,
    output,
    effect: 'read',
    timeoutMs: 30_000,
    async execute({ documentId, fromLine, lines }) {
      if (folder === undefined) throw new StarterToolError('DOCUMENTS_NOT_CONFIGURED', {})
      const document = await folder.read(documentId)
      const all = document.text.split('\n')
      const page = pageOf(all, fromLine, lines)
      const toLine = fromLine + page.taken - 1
      return {
        documentId: document.documentId,
        title: document.title,
        text: page.text,
        fromLine,
        toLine,
        totalLines: all.length,
        ...(toLine < all.length && page.taken > 0 ? { nextLine: toLine + 1 } : {}),
      }
    },
  })
}

/** Whole lines up to the limits. A line that is longer than a page is cut, and says so. */
function pageOf(all: readonly string[], fromLine: number, lines: number): { text: string; taken: number } {
  const taken: string[] = []
  let characters = 0
  for (const line of all.slice(fromLine - 1, fromLine - 1 + lines)) {
    if (taken.length > 0 && characters + line.length > MAX_PAGE_CHARACTERS) break
    const left = line.length - MAX_PAGE_CHARACTERS
    taken.push(left > 0 ? `${line.slice(0, MAX_PAGE_CHARACTERS)} … (${left} more characters in this line)` : line)
    characters += line.length + 1
  }
  return { text: taken.join('\n'), taken: taken.length }
}
