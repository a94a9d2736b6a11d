import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { storeContract } from '../../testing/store-contract.ts'
import { createSqliteStore } from './sqlite.ts'

const folders: string[] = []
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-store-'))
  folders.push(folder)
  return folder
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

storeContract(
  { describe, it, expect, afterAll, fc },
  { name: 'the SQLite store', makeStore: () => createSqliteStore({ folder: newFolder() }) },
)
