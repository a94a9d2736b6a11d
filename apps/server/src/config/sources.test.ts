import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

it('reads the environment in one file only, the entry of the command line [OPS-09]', async () => {
  const files = globSync('{library/src,apps/server/src}/**/*.ts', { cwd: root }).filter(
    (file) => !/\.(test|fixture)\.ts$/.test(file),
  )
  const sources = await Promise.all(
    files.map(async (file) => ({ file, text: await readFile(`${root}/${file}`, 'utf8') })),
  )

  const readers = sources.filter(({ text }) =>
    /process\s*\.\s*env\b|process\[['"]env|\benv\s*\}\s*=\s*process\b/.test(text),
  )

  expect(files.length).toBeGreaterThan(100)
  expect(readers.map(({ file }) => file)).toEqual(['apps/server/src/cli.ts'])
})
