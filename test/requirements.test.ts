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
  it('finds a test for every requirement that is due', () => {
    const unproven = requirements.filter(({ id, notYet }) => notYet === undefined && !cited.has(id))

    expect(unproven.map(({ id, behaviour }) => `${id} ${behaviour}`)).toEqual([])
  })

  it('knows every id that a test cites', () => {
    const known = new Set(requirements.map(({ id }) => id))
    const invented = [...cited].filter(([id]) => !known.has(id))

    expect(invented).toEqual([])
  })

  it('finds no test for what is marked as not yet due: the mark goes when the proof comes', () => {
    const proven = requirements.filter(({ id, notYet }) => notYet !== undefined && cited.has(id))

    expect(proven.map(({ id }) => [id, cited.get(id)])).toEqual([])
  })

  it('has each id once', () => {
    const ids = requirements.map(({ id }) => id)

    expect(ids).toEqual([...new Set(ids)])
  })
})
