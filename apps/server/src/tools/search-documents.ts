/**
 * The tool `search_documents`: full-text search over the server's folder of documents.
 *
 * @module
 */
import { defineTool, type Tool } from 'toolcrib'
import { z } from 'zod'
import type { DocumentFolder } from './document-folder.ts'
import { snippetOf } from './document-sections.ts'
import { StarterToolError } from './errors.ts'

const SNIPPET_CHARACTERS = 320

const input = z.object({
  query: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .describe('The words to search for')
    .meta({ examples: ['vacation policy', 'how to reset a password', 'refund'] }),
  limit: z.number().int().min(1).max(20).default(5).describe('How many results at most'),
})

const output = z.object({
  results: z.array(
    z.object({
      documentId: z.string().describe('For read_document'),
      title: z.string(),
      heading: z.string().describe('The headings that lead to the place'),
      line: z.number().describe('Where the place begins'),
      snippet: z.string(),
    }),
  ),
  searched: z.number().describe('How many documents were searched'),
  leftOut: z.number().optional().describe('Documents that were not searched, because they are too large or too many'),
})

export function createSearchDocuments(folder: DocumentFolder | undefined): Tool {
  return defineTool({
    name: 'search_documents',
    title: 'Search documents',
    description:
      'Search the documents and files of this server (its knowledge base, docs, manuals and policies) for words or a topic, and find the passages about it. Then read one with read_document.',
    category: 'documents',
    tags: ['documents', 'search', 'knowledge', 'files'],
    input,
    output,
    effect: 'read',
    timeoutMs: 30_000,
    async execute({ query, limit }) {
      if (folder === undefined) throw new StarterToolError('DOCUMENTS_NOT_CONFIGURED', {})
      const { hits, documents, leftOut } = await folder.search(query, limit)
      return {
        results: hits.map(({ documentId, title, heading, line, text }) => ({
          documentId,
          title,
          heading,
          line,
          snippet: snippetOf(text, query, SNIPPET_CHARACTERS),
        })),
        searched: documents,
        ...(leftOut > 0 ? { leftOut } : {}),
      }
    },
  })
}
