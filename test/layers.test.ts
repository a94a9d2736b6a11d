import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importsOf, type Source, sources } from './sources.ts'

/**
 * What each layer of the library may import, as paths from `library/src`: a folder, or one file of it. Types included.
 * A new arrow must show up here as a diff.
 */
const layers: Readonly<Record<string, readonly string[]>> = {
  registry: [],
  protocol: [],
  tool: ['registry', 'protocol/vocabulary.ts'],
  policy: ['tool', 'protocol/vocabulary.ts', 'protocol/approvers.ts'],
  agent: ['registry', 'tool', 'policy', 'protocol'],
  gateway: ['agent', 'registry', 'tool', 'policy', 'protocol'],
  client: ['protocol'],
  react: ['client', 'protocol'],
  operations: ['protocol', 'client/errors.ts'],
  'adapters/store': ['agent/ports.ts', 'agent/administration-ports.ts', 'agent/errors.ts', 'protocol'],
  'adapters/model': ['agent/ports.ts', 'agent/errors.ts', 'protocol'],
  'adapters/bus': ['gateway/ports.ts', 'protocol'],
  'adapters/socket': ['gateway/ports.ts', 'protocol'],
  testing: ['registry', 'protocol', 'tool', 'policy', 'agent', 'gateway', 'client', 'adapters'],
}

/** What each layer may import from packages. */
const packages: Readonly<Record<string, readonly string[]>> = {
  registry: ['node:async_hooks'],
  protocol: ['zod'],
  tool: ['@standard-schema/spec', 'typebox/schema', 'node:crypto', 'node:util', 'node:vm'],
  policy: [],
  agent: ['zod'],
  gateway: ['zod'],
  client: [],
  react: ['react'],
  operations: [],
}

const files = sources('library/src/**/*.ts').filter(({ path }) => !/\.(?:test|examples|fixture)\.ts$/.test(path))

describe('the layers of the library', () => {
  it('import down the list only', () => {
    expect(files.flatMap(forbiddenArrows)).toEqual([])
  })

  it('use no packages but those listed', () => {
    expect(files.flatMap(forbiddenPackages)).toEqual([])
  })

  it('have every folder on the list', () => {
    const folders = new Set(files.map(layerOf).filter((layer) => layer !== ''))

    expect([...folders].filter((folder) => !(folder in layers))).toEqual([])
  })

  it('make public each file that stands directly in the source folder, and nothing else but adapters', async () => {
    const manifest: { exports: Record<string, string> } = (
      await import('../library/package.json', { with: { type: 'json' } })
    ).default
    const published = Object.values(manifest.exports).map((path) => `library/${path.slice(2)}`)
    const entries = files
      .map(({ path }) => path)
      .filter((path) => /^library\/src\/(?:adapters\/[^/]+\/)?[^/]+\.ts$/.test(path))

    expect(published.toSorted()).toEqual(entries)
  })

  it('have public entries that re-export by name only', () => {
    const entries = files.filter(({ path }) => /^library\/src\/[^/]+\.ts$/.test(path))

    expect(entries.filter(({ text }) => /export \*/.test(text)).map(({ path }) => path)).toEqual([])
  })
})

describe('the apps', () => {
  it('know the library by its public entries only', () => {
    const apps = [...sources('apps/*/src/**/*.{ts,tsx}'), ...sources('examples/**/*.ts')]
    const deep = apps.flatMap((file) =>
      importsOf(file)
        .filter((name) => /library\/src/.test(name))
        .map((name) => `${file.path} -> ${name}`),
    )

    expect(deep).toEqual([])
  })

  it('let the console use the client, the protocol, the operations and the hooks only', () => {
    const allowed = new Set(['toolcrib/client', 'toolcrib/operations', 'toolcrib/protocol', 'toolcrib/react'])
    const others = sources('apps/console/src/**/*.{ts,tsx}').flatMap((file) =>
      importsOf(file)
        .filter((name) => /^toolcrib|@toolcrib/.test(name) && !allowed.has(name))
        .map((name) => `${file.path} -> ${name}`),
    )

    expect(others).toEqual([])
  })
})

function layerOf({ path }: Pick<Source, 'path'>): string {
  const [, , first = '', second = '', ...rest] = path.split('/')
  if (second === '') return ''
  return first === 'adapters' && (rest.length > 0 || second !== '') ? `adapters/${second}` : first
}

function forbiddenArrows(file: Source): readonly string[] {
  const layer = layerOf(file)
  if (layer === '') return []
  return importsOf(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.normalize(posix.join(posix.dirname(file.path), name)))
    .filter((target) => layerOf({ path: target }) !== layer)
    .filter((target) => !(layers[layer] ?? []).some((allowed) => within(target, allowed)))
    .map((target) => `${file.path} -> ${target}`)
}

function forbiddenPackages(file: Source): readonly string[] {
  const allowed = packages[layerOf(file)]
  if (allowed === undefined) return []
  return importsOf(file)
    .filter((name) => !name.startsWith('.') && !allowed.includes(name))
    .map((name) => `${file.path} -> ${name}`)
}

function within(target: string, allowed: string): boolean {
  const path = target.slice('library/src/'.length)
  return path === allowed || path.startsWith(`${allowed}/`)
}
