import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Tool } from 'toolcrib'
import { createSystemClock } from 'toolcrib/agent'
import type { Registry } from 'toolcrib/registry'
import { createMemoryStore } from 'toolcrib/store/memory'
import { describe, expect, it } from 'vitest'
import { openCatalogue } from './catalogue.ts'
import { parseConfig } from './config.ts'
import { ownDocuments } from './own-documents.ts'
import { temporaryFolder } from './server.fixture.ts'
import { createBench } from './tools/carry-out.ts'

describe('the documents of a server', () => {
  it('are the ones of this project when none are named', async () => {
    await using registry = open({})

    const found = await search(registry, 'TOOLCRIB_DOCUMENTS')

    expect(found).toMatchObject({
      results: expect.arrayContaining([expect.objectContaining({ documentId: 'tools.md' })]),
    })
  })

  it('are only the ones that are named', async () => {
    await using fixture = await temporaryFolder()
    await mkdir(join(fixture.folder, 'texts'))
    await writeFile(join(fixture.folder, 'texts', 'parking.md'), '# Parking\n\nThe garage opens at seven.\n')
    await using registry = open({ TOOLCRIB_DOCUMENTS: 'texts' }, fixture.folder)

    const found = await search(registry, 'TOOLCRIB_DOCUMENTS garage')

    expect(found).toMatchObject({ results: [{ documentId: 'parking.md' }], searched: 1 })
  })

  it('are none where the ones of this project did not come with it', async () => {
    await using fixture = await temporaryFolder()
    await writeFile(join(fixture.folder, 'docs'), 'a file')

    expect(ownDocuments(pathToFileURL(join(fixture.folder, 'missing')))).toBeUndefined()
    expect(ownDocuments(pathToFileURL(join(fixture.folder, 'docs')))).toBeUndefined()
    expect(ownDocuments(pathToFileURL(fixture.folder))).toBe(fixture.folder)
  })
})

function open(env: { readonly TOOLCRIB_DOCUMENTS?: string }, folder = import.meta.dirname): Registry<Tool> {
  const { records } = createMemoryStore()
  return openCatalogue({ config: parseConfig({}, { env, folder }), records, clock: createSystemClock() }).registry
}

async function search(registry: Registry<Tool>, query: string): Promise<unknown> {
  const tool = registry.get('search_documents')
  return tool && (await createBench(tool).call({ query }))
}
