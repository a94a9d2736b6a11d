import * as react from 'toolcrib/react'
import { describe, expect, it } from 'vitest'
import { source } from './sources.ts'

describe('docs/react.md', () => {
  const guide = source('docs/react.md').text

  it('shows the example that is run', () => {
    const [, shown] = /^```tsx\n(.*?)^```$/ms.exec(guide) ?? []

    expect(shown).toBe(source('examples/react-chat/chat.tsx').text)
  })

  it('tells of every hook', () => {
    const hooks = Object.keys(react).filter((name) => name.startsWith('use'))
    const told = [...guide.matchAll(/`(use\w+)\(/g)].map(([, name = '']) => name)

    expect([...new Set(told)].toSorted()).toEqual(hooks.toSorted())
  })
})
