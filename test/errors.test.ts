import { describe, expect, it } from 'vitest'
import { source, sources } from './sources.ts'

/** Every code that a catalogue of errors declares: the keys of each `XErrorDetails` interface. */
const declared: readonly string[] = sources('{library,apps}/**/errors.ts').flatMap(({ text }) =>
  [...text.matchAll(/interface \w*Details \{\n([\s\S]*?)\n\}/g)].flatMap(([, body = '']) =>
    [...body.matchAll(/^ {2}([A-Z][A-Z0-9_]+): /gm)].map(([, code = '']) => code),
  ),
)

const documented: readonly string[] = [...source('docs/errors.md').text.matchAll(/^### `?([A-Z][A-Z0-9_]+)`?$/gm)].map(
  ([, code = '']) => code,
)

describe('docs/errors.md', () => {
  it('has a section for every code', () => {
    expect([...new Set(declared)].filter((code) => !documented.includes(code))).toEqual([])
  })

  it('has no section without a code', () => {
    expect(documented.filter((code) => !declared.includes(code))).toEqual([])
  })

  it('has each section once', () => {
    expect(documented).toEqual([...new Set(documented)])
  })

  it('reads the catalogues of every layer that has one', () => {
    expect(declared.length).toBeGreaterThan(50)
  })
})
