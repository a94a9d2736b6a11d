import { describe, expect, it } from 'vitest'
import { sectionsOf, snippetOf, titleOf } from './document-sections.ts'

describe('the sections of a document', () => {
  it('begin at its headings and carry the path of them', () => {
    const text = 'Preface\n# One\nfirst\n### Deep\ndeep\n## Two\nsecond'

    expect(sectionsOf(text)).toEqual([
      { heading: '', line: 1, text: 'Preface' },
      { heading: 'One', line: 2, text: 'first' },
      { heading: 'One › Deep', line: 4, text: 'deep' },
      { heading: 'One › Two', line: 6, text: 'second' },
    ])
  })

  it('take no line of code for a heading', () => {
    expect(sectionsOf('# One\n```sh\n# install\n```\n')).toEqual([
      { heading: 'One', line: 1, text: '```sh\n# install\n```' },
    ])
  })

  it('are found whatever a heading is made of', () => {
    expect(sectionsOf(`# one${' '.repeat(300)}two ##  \n#\n##x\n# #\nend`)).toEqual([
      { heading: 'one two', line: 1, text: '#\n##x\n# #\nend' },
    ])
  })

  it('take up no more than a few times what the document does, whatever its headings', () => {
    const text = `# ${'x'.repeat(50_000)}\n${'## y\n'.repeat(10_000)}`

    const sections = sectionsOf(text)

    expect(sections.length).toBeLessThan(2_100)
    expect(Math.max(...sections.map(({ heading }) => heading.length))).toBeLessThan(130)
    expect(titleOf(text, 'a.md')).toBe('x'.repeat(120))
  })

  it('are bounded, also where a text has no headings and no lines', () => {
    const lines = sectionsOf('word\n'.repeat(2_000))
    const line = sectionsOf('word '.repeat(2_000))
    const wall = sectionsOf('w'.repeat(10_000))

    expect(lines.map((section) => section.line)).toEqual([1, 801, 1_601])
    expect([...lines, ...line, ...wall].every((section) => section.text.length <= 4_000)).toBe(true)
    expect(wall.map((section) => section.text).join('')).toBe('w'.repeat(10_000))
  })
})

describe('the title of a document', () => {
  it('is its first heading of the first level, else its first heading, else the name of its file', () => {
    expect(titleOf('## Small\n# Large\n', 'a/b.md')).toBe('Large')
    expect(titleOf('text\n## Small ##\n', 'a/b.md')).toBe('Small')
    expect(titleOf('text', 'a/release-notes.v2.txt')).toBe('release-notes.v2')
  })
})

describe('a snippet', () => {
  it('shows the place of the first word, in whole words', () => {
    const text = `${'before '.repeat(50)}the needle lies here ${'after '.repeat(50)}`

    const snippet = snippetOf(text, 'a Needle', 80)

    expect(snippet).toContain('needle lies here')
    expect(snippet).toMatch(/^… before/)
    expect(snippet).toMatch(/after …$/)
    expect(snippet.length).toBeLessThanOrEqual(84)
  })
})
