import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createManualClock, type ManualClock } from 'toolcrib/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBench } from './carry-out.ts'
import { createDocumentFolder, type DocumentFolderLimits } from './document-folder.ts'
import { createReadDocument } from './read-document.ts'
import { createSearchDocuments } from './search-documents.ts'

let parent: string
let folder: string
let clock: ManualClock

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'documents-'))
  folder = join(parent, 'documents')
  clock = createManualClock()
  await mkdir(join(folder, 'handbook'), { recursive: true })
  await writeFile(join(folder, 'handbook', 'vacation.md'), vacation)
  await writeFile(join(folder, 'refunds.txt'), 'Refunds are paid within 14 days.\n')
  await writeFile(join(folder, 'picture.png'), 'not a text, says refund')
  await writeFile(join(parent, 'outside.md'), '# Outside\n\nThe canary sings of refunds.\n')
})

afterEach(() => rm(parent, { recursive: true }))

describe('search_documents', () => {
  it('finds a passage with its document, its headings, its line and a snippet', async () => {
    const { search } = tools()

    const found = await search.call({ query: 'vacation a year' })

    expect(found).toEqual({
      results: [
        {
          documentId: 'handbook/vacation.md',
          title: 'Vacation policy',
          heading: 'Vacation policy › How much',
          line: 5,
          snippet: 'Everybody has 25 days of vacation a year.',
        },
        expect.objectContaining({ heading: 'Vacation policy', line: 1 }),
      ],
      searched: 2,
    })
  })

  it('finds words with a slip, and the beginning of words', async () => {
    const { search } = tools()

    expect(await titles(search.call({ query: 'vacaton' }))).toContain('Vacation policy')
    expect(await titles(search.call({ query: 'refun' }))).toEqual(['refunds'])
  })

  it('finds new and changed files, and no longer those that are gone', async () => {
    const { search } = tools()
    await search.call({ query: 'anything' })
    await writeFile(join(folder, 'parking.md'), '# Parking\n\nThe garage opens at seven.\n')
    await rm(join(folder, 'refunds.txt'))

    const early = await titles(search.call({ query: 'garage' }))
    await clock.advance(1_000)

    expect(early).toEqual([])
    expect(await titles(search.call({ query: 'garage' }))).toEqual(['Parking'])
    expect(await titles(search.call({ query: 'refunds' }))).toEqual([])
  })

  it('never looks behind a link, at hidden files or at other kinds of files', async () => {
    await symlink(join(parent, 'outside.md'), join(folder, 'link.md'))
    await symlink(parent, join(folder, 'up'))
    await writeFile(join(folder, '.secret.md'), 'refunds')

    const found = await titles(tools().search.call({ query: 'refunds canary' }))

    expect(found).toEqual(['refunds'])
  })

  it('reads texts in the encodings that people save them in, and leaves out what is no text', async () => {
    await writeFile(join(folder, 'wide.txt'), Buffer.from('\uFEFFgarage in Łódź', 'utf16le'))
    await writeFile(join(folder, 'windows.txt'), Buffer.from('garage on \xD8stgata', 'latin1'))
    await writeFile(join(folder, 'noise.txt'), Buffer.from('garage\0\x01\x02'))

    const found = (await tools().search.call({ query: 'garage' })) as { readonly results: readonly object[] }

    const { results, ...counts } = found
    expect(results).toHaveLength(2)
    expect(results).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ documentId: 'wide.txt', snippet: 'garage in Łódź' }),
        expect.objectContaining({ documentId: 'windows.txt', snippet: 'garage on Østgata' }),
      ]),
    )
    expect(counts).toEqual({ searched: 4, leftOut: 1 })
  })

  it('cuts documents into no more pieces than it may, and says what it left out', async () => {
    await writeFile(join(folder, 'long.md'), '# a\n'.repeat(50))

    const found = await tools({ maxSections: 20 }).search.call({ query: 'refunds' })

    expect(found).toMatchObject({ results: [{ documentId: 'refunds.txt' }], searched: 2, leftOut: 1 })
  })

  it('leaves out what is too large or too many, and says so', async () => {
    await writeFile(join(folder, 'large.md'), 'refund '.repeat(100))

    const large = await tools({ maxFileBytes: 500 }).search.call({ query: 'refund' })
    const many = await tools({ maxFiles: 1 }).search.call({ query: 'refund' })
    const heavy = await tools({ maxTotalBytes: 40 }).search.call({ query: 'refund' })

    expect(large).toMatchObject({ searched: 2, leftOut: 1 })
    expect(many).toMatchObject({ searched: 1, leftOut: 2 })
    expect(heavy).toMatchObject({ searched: 1, leftOut: 2 })
  })

  it('answers with nothing when nothing fits', async () => {
    expect(await tools().search.call({ query: 'xylophone' })).toEqual({ results: [], searched: 2 })
  })

  it('says that there is no folder, or none that can be read', async () => {
    const none = createBench(createSearchDocuments(undefined))
    const missing = createBench(createSearchDocuments(createDocumentFolder(join(parent, 'missing'), { clock })))

    await expect(none.call({ query: 'a' })).rejects.toMatchObject({ code: 'DOCUMENTS_NOT_CONFIGURED' })
    await expect(missing.call({ query: 'a' })).rejects.toMatchObject({
      code: 'DOCUMENTS_UNREADABLE',
      details: { reason: 'ENOENT' },
    })
  })
})

describe('read_document', () => {
  it('reads only what was listed, and no longer when a pipe or a link took its place', async () => {
    const { search, read } = tools()
    await mkdir(join(parent, 'elsewhere'))
    await writeFile(join(parent, 'elsewhere', 'vacation.md'), 'canary')
    await search.call({ query: 'anything' })
    await rm(join(folder, 'refunds.txt'))
    execFileSync('mkfifo', [join(folder, 'refunds.txt')])
    await rename(join(folder, 'handbook'), join(parent, 'handbook'))
    await symlink(join(parent, 'elsewhere'), join(folder, 'handbook'))

    const pipe = read.call({ documentId: 'refunds.txt' })
    const link = read.call({ documentId: 'handbook/vacation.md' })

    await expect(pipe).rejects.toMatchObject({ code: 'DOCUMENT_UNKNOWN' })
    await expect(link).rejects.toMatchObject({ code: 'DOCUMENT_UNKNOWN' })
  })

  it('reads a document whole when it is short', async () => {
    const { read } = tools()

    expect(await read.call({ documentId: 'refunds.txt' })).toEqual({
      documentId: 'refunds.txt',
      title: 'refunds',
      text: 'Refunds are paid within 14 days.\n',
      fromLine: 1,
      toLine: 2,
      totalLines: 2,
    })
  })

  it('reads page after page', async () => {
    const { read } = tools()

    const first = await read.call({ documentId: 'handbook/vacation.md', lines: 6 })
    const second = await read.call({ documentId: 'handbook/vacation.md', fromLine: 7, lines: 6 })

    expect(first).toMatchObject({ toLine: 6, totalLines: 8, nextLine: 7 })
    expect(second).toMatchObject({ fromLine: 7, toLine: 8 })
    expect(second).not.toHaveProperty('nextLine')
  })

  it('cuts a page at its size, and a line that is longer than a page', async () => {
    await writeFile(join(folder, 'wide.txt'), `${'a'.repeat(15_000)}\n${'b'.repeat(15_000)}\n${'c'.repeat(25_000)}`)
    const { read } = tools()

    const first = await read.call({ documentId: 'wide.txt' })
    const third = (await read.call({ documentId: 'wide.txt', fromLine: 3 })) as { readonly text: string }

    expect(first).toMatchObject({ toLine: 1, nextLine: 2 })
    expect(third.text.endsWith('… (5000 more characters in this line)')).toBe(true)
  })

  it('refuses every way out of the folder', async () => {
    await symlink(join(parent, 'outside.md'), join(folder, 'link.md'))
    const { read } = tools()

    await expect(read.call({ documentId: '../outside.md' })).rejects.toMatchObject({ code: 'DOCUMENT_UNKNOWN' })
    await expect(read.call({ documentId: 'handbook/../../outside.md' })).rejects.toMatchObject({
      code: 'DOCUMENT_UNKNOWN',
    })
    await expect(read.call({ documentId: join(parent, 'outside.md') })).rejects.toMatchObject({
      code: 'DOCUMENT_UNKNOWN',
    })
    await expect(read.call({ documentId: 'link.md' })).rejects.toMatchObject({ code: 'DOCUMENT_UNKNOWN' })
    await expect(read.call({ documentId: 'refunds.txt\0.md' })).rejects.toMatchObject({ code: 'DOCUMENT_UNKNOWN' })
    await expect(read.call({ documentId: '__proto__' })).rejects.toMatchObject({ code: 'DOCUMENT_UNKNOWN' })
  })

  it('refuses a file that became a link after it was listed', async () => {
    const { read } = tools()
    await read.call({ documentId: 'refunds.txt' })
    await rm(join(folder, 'refunds.txt'))
    await symlink(join(parent, 'outside.md'), join(folder, 'refunds.txt'))

    await expect(read.call({ documentId: 'refunds.txt' })).rejects.toMatchObject({ code: 'DOCUMENT_UNKNOWN' })
  })

  it('refuses a file that grew too large after it was listed', async () => {
    const { read } = tools({ maxFileBytes: 200 })
    await read.call({ documentId: 'refunds.txt' })
    await writeFile(join(folder, 'refunds.txt'), 'x'.repeat(201))

    await expect(read.call({ documentId: 'refunds.txt' })).rejects.toMatchObject({
      code: 'DOCUMENT_TOO_LARGE',
      details: { bytes: 201, maxBytes: 200 },
    })
  })

  it('names the nearest documents of one that it does not know', async () => {
    await expect(tools().read.call({ documentId: 'refund.txt' })).rejects.toMatchObject({
      code: 'DOCUMENT_UNKNOWN',
      details: { nearest: ['refunds.txt'] },
    })
  })

  it('says that there is no folder', async () => {
    const none = createBench(createReadDocument(undefined))

    await expect(none.call({ documentId: 'a' })).rejects.toMatchObject({ code: 'DOCUMENTS_NOT_CONFIGURED' })
  })
})

const vacation = `# Vacation policy

How vacation is planned.

## How much

Everybody has 25 days of vacation a year.
`

function tools(limits?: Partial<DocumentFolderLimits>) {
  const documents = createDocumentFolder(folder, { clock, ...(limits === undefined ? {} : { limits }) })
  return { search: createBench(createSearchDocuments(documents)), read: createBench(createReadDocument(documents)) }
}

async function titles(found: Promise<unknown>): Promise<readonly string[]> {
  const { results } = (await found) as { readonly results: readonly { readonly title: string }[] }
  return results.map((result) => result.title)
}
