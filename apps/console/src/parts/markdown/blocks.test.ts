import { describe, expect, it } from 'vitest'
import { blocksOf, isDrawable, MAX_BLOCKS } from './blocks.ts'

/** Each of them, drawn, takes seconds to minutes, or breaks what draws it. */
const harmful: ReadonlyMap<string, string> = new Map([
  ['quotations in quotations', '> '.repeat(10_000)],
  ['lists in lists on a line', '- '.repeat(10_000)],
  ['numbers in numbers', '1. '.repeat(10_000)],
  ['quotations of lists', '> - '.repeat(5_000)],
  ['footnotes in footnotes', '[^a]: '.repeat(5_000)],
  ['lists in lists', Array.from({ length: 1_000 }, (_, depth) => `${'  '.repeat(depth)}- x`).join('\n')],
  ['emphasis that never ends', '*a_ '.repeat(20_000)],
  ['emphasis in emphasis', `${'*'.repeat(5_000)}a${'*'.repeat(5_000)}`],
  ['strikes that never end', '~~a'.repeat(20_000)],
  ['brackets in brackets', '['.repeat(20_000) + ']'.repeat(20_000)],
  ['links that never end', '[a]('.repeat(20_000)],
  ['one footnote again and again', `${'[^1] '.repeat(20_000)}\n\n[^1]: x`],
  ['a link of great length, again and again', `${'[a]\n'.repeat(10_000)}\n[a]: http://${'x'.repeat(3_000)}`],
  ['a heading a line', 'a\n-\n'.repeat(20_000)],
  ['a table of cells that are not there', `|${'a|'.repeat(2_000)}\n|${'-|'.repeat(2_000)}\n${'|x|\n'.repeat(2_000)}`],
  ['a table of very many rows', `|a|b|\n|-|-|\n${'|x|y|\n'.repeat(5_000)}`],
  ['a list of very many', '- a\n\n'.repeat(20_000)],
  ['a word without an end', 'x'.repeat(1_000_000)],
])

describe('the blocks of a Markdown', () => {
  it('are not drawn where drawing them would stop the page, and nothing of them is lost [WEB-01]', () => {
    const told = [...harmful].map(([name, text]) => {
      const blocks = blocksOf(text)
      return [name, blocks.some(isDrawable) ? 'drawn' : 'as written', blocks.join('') === text]
    })

    expect(told).toEqual([...harmful.keys()].map((name) => [name, 'as written', true]))
  })

  it('are drawn whatever their length, when it is text or code that people write [WEB-01]', () => {
    const long = 'A **strong** word, `code`, and [a link](https://example.com).\n\n'.repeat(300)
    const code = `\`\`\`ts\n${'const a = b[c] * d | e\n'.repeat(5_000)}\`\`\`\n`
    const table = `|a|b|c|d|\n|-|-|-|-|\n${'|1|2|3|4|\n'.repeat(500)}`
    const quoted = `${'> '.repeat(20)}deep\n\n---\n\n${'* '.repeat(20)}`

    expect([long, code, table, quoted].flatMap(blocksOf).every(isDrawable)).toBe(true)
  })

  it('are so many at most, and one more with the rest [WEB-01]', () => {
    const blocks = blocksOf('```js\na\n```\n\n'.repeat(5_000))

    expect(blocks).toHaveLength(MAX_BLOCKS + 1)
    expect(blocks.join('')).toBe('```js\na\n```\n\n'.repeat(5_000))
  })

  it('are judged in time that grows with the text alone [WEB-01]', () => {
    const signs = [' ', '\t', '>', '> ', '-', '- ', '|', '|-', '=', '1', '[^', '`', '\n', ' \n', '-|'].map((sign) =>
      sign.repeat(499_999 / sign.length),
    )

    const begun = performance.now()
    for (const text of signs) isDrawable(`${text}x`)

    expect(performance.now() - begun).toBeLessThan(3_000)
  })

  it('of code do not hide what follows it [WEB-01]', () => {
    const text = `\`\`\`\na\n\`\`\`\n${'*a_ '.repeat(20_000)}\n\n[a]: b`

    expect(blocksOf(text).every(isDrawable)).toBe(false)
  })
})
