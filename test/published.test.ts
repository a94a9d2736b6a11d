import { execFile, execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { importsOf, source, sources } from './sources.ts'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'library/dist')

describe('what is published', () => {
  beforeAll(() => {
    execFileSync(process.execPath, [join(root, 'library/build.ts')])
  }, 120_000)

  it('has every entry as JavaScript with its types, and nothing of the tests', () => {
    const manifest: { exports: Record<string, { types: string; default: string }> } = JSON.parse(
      source('library/dist/package.json').text,
    )
    const files = new Set(execFileSync('find', ['.', '-type', 'f'], { cwd: dist, encoding: 'utf8' }).split('\n'))

    expect(
      Object.values(manifest.exports)
        .flatMap(Object.values)
        .filter((path) => !files.has(path)),
    ).toEqual([])
    expect([...files].filter((path) => path.includes('.test.'))).toEqual([])
  })

  it('keeps its data with the compiled store, in a thread of its own', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'toolcrib-published-'))
    const script = `
      import { createSqliteStore } from '${dist}/adapters/store/sqlite.js'
      const store = await createSqliteStore({ folder: '${folder}' })
      const owner = { tenant: 'acme', user: 'ann' }
      await store.threads.create(owner, { threadId: 'thr_1', title: 'First', at: 1 })
      process.stdout.write((await store.threads.list(owner)).map(({ title }) => title).join())
      await store.close()`

    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
    rmSync(folder, { recursive: true })

    expect(stdout).toBe('First')
  })

  it('holds no syntax that Node 22 does not understand', () => {
    const files = globSync('**/*.js', { cwd: dist })
    const newer = files.filter((path) =>
      /^\s*(?:for \()?(?:await )?using \w/m.test(source(`library/dist/${path}`).text),
    )

    expect(files.length).toBeGreaterThan(100)
    expect(newer).toEqual([])
  })

  it('gives a browser a client that asks for nothing of Node and no package, and hooks that ask for React only', () => {
    expect(packagesOf('library/dist/client.js')).toEqual([])
    expect(packagesOf('library/dist/react.js')).toEqual(['react'])
  })

  it('is what the sources are: no entry is missing from the README of the library', () => {
    const readme = source('library/README.md').text
    const keys = sources('library/src/*.ts').map(({ path }) => path.slice('library/src/'.length, -'.ts'.length))

    expect(keys.filter((key) => !readme.includes(key === 'index' ? '`toolcrib`' : `\`toolcrib/${key}\``))).toEqual([])
  })
})

/** What is loaded with an entry and is not of this package. */
function packagesOf(entry: string): readonly string[] {
  const reached = new Set<string>()
  const foreign = new Set<string>()
  const visit = (path: string): void => {
    if (reached.has(path)) return
    reached.add(path)
    for (const name of importsOf(source(path))) {
      if (name.startsWith('.')) visit(join(path, '..', name))
      else foreign.add(name)
    }
  }
  visit(entry)
  expect(reached.size).toBeGreaterThan(3)
  return [...foreign]
}
