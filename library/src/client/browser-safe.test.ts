import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const source = join(import.meta.dirname, '..')

/** Every module that is loaded with the entry, types left out; packages as they are named. */
function loadedWith(entry: string): ReadonlySet<string> {
  const loaded = new Set<string>()
  const queue = [join(source, entry)]
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (loaded.has(relative(source, path))) continue
    loaded.add(relative(source, path))
    const text = readFileSync(path, 'utf8').replaceAll(/^(?:import|export) type [^'"]*?from '[^']+'$/gms, '')
    for (const [, name = ''] of text.matchAll(/(?:from|import) ?\(?'([^']+)'/g)) {
      if (name.startsWith('.')) queue.push(join(dirname(path), name))
      else loaded.add(name)
    }
  }
  return loaded
}

describe('the client', () => {
  it('loads nothing but itself, the constants of the wire and how it reads a message: no package, no module of Node', () => {
    const loaded = [...loadedWith('client.ts')].filter((path) => !path.startsWith('client'))

    expect(loaded.toSorted()).toEqual(['protocol/frames.ts', 'protocol/message-parts.ts'])
  })

  it('names no global that only Node has', () => {
    const files = globSync('client/**/*.ts', { cwd: source }).filter((path) => !path.endsWith('.test.ts'))
    const used = files.filter((path) =>
      /\b(?:process|Buffer|setImmediate|require|__dirname)\b[.(]/.test(readFileSync(join(source, path), 'utf8')),
    )

    expect(files.length).toBeGreaterThan(8)
    expect(used).toEqual([])
  })
})
