import { describe, expect, it } from 'vitest'
import { requirements } from './requirements.ts'
import { sources } from './sources.ts'

const cited = new Map<string, string[]>()
for (const { path, text } of [
  ...sources('{library,apps,test,examples}/**/*.test.{ts,tsx}'),
  ...sources('bench/**/*.ts'),
]) {
  for (const [, ids = ''] of text.matchAll(/\[((?:[A-Z]+-\d{2})(?:, [A-Z]+-\d{2})*)\]/g)) {
    for (const id of ids.split(', ')) cited.set(id, [...(cited.get(id) ?? []), path])
  }
}

describe('the requirements gate', () => {
  it('finds a test for every requirement that has nothing missing', () => {
    const unproven = requirements.filter(({ id, missing }) => missing === undefined && !cited.has(id))

    expect(unproven.map(({ id, behaviour }) => `${id} ${behaviour}`)).toEqual([])
  })

  it('knows every id that a test cites', () => {
    const known = new Set(requirements.map(({ id }) => id))
    const invented = [...cited].filter(([id]) => !known.has(id))

    expect(invented).toEqual([])
  })

  it('has each id once', () => {
    const ids = requirements.map(({ id }) => id)

    expect(ids).toEqual([...new Set(ids)])
  })
})
