import { describe, expect, it } from 'vitest'
import { highlighterOf } from './highlighter.ts'

describe('the colours of code', () => {
  it('are of languages that are known by name, and of nothing that every object has [WEB-01]', async () => {
    const named = ['TS', 'c++', 'constructor', '__proto__', 'toString', 'no-such-language', '']

    const found = await Promise.all(named.map(highlighterOf))

    expect(found.map((highlighter) => highlighter !== undefined)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ])
    expect(found[0]?.('const a = 1')?.children).toHaveLength(3)
  })

  it('are left out where a grammar breaks, and where they would be a page of their own [WEB-01]', async () => {
    const [bash, js] = await Promise.all(['bash', 'js'].map(highlighterOf))

    expect(bash?.('${'.repeat(10_000))).toBeUndefined()
    expect(js?.('1 '.repeat(10_000))).toBeUndefined()
    expect(bash?.('echo "$HOME"')).toBeDefined()
  })

  it('are not tried again with a grammar that took long [WEB-01]', async () => {
    const c = await highlighterOf('c')
    const before = c?.('int a;')

    c?.('function '.repeat(2_000))

    expect([before === undefined, c?.('int a;')]).toEqual([false, undefined])
  })
})
