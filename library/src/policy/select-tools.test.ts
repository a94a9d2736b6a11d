import { describe, expect, it } from 'vitest'
import { defineTool } from '../tool/define-tool.ts'
import type { Tool } from '../tool/tool.ts'
import { selectTools } from './select-tools.ts'

function named(name: string, category: string): Tool {
  return defineTool({
    name,
    description: 'Does it.',
    input: { type: 'object' },
    effect: 'read',
    category,
    execute: () => 0,
  })
}

const tools = [named('add', 'math'), named('divide', 'math'), named('read', 'files')]

describe('selectTools', () => {
  it('keeps what any selector selects, in the order of the tools [REG-20]', () => {
    const names = (choice: readonly string[]): readonly string[] => selectTools(tools, choice).map((tool) => tool.name)

    expect([names(['category:math']), names(['read', 'add']), names([]), names(['nothing', 'odd:thing'])]).toEqual([
      ['add', 'divide'],
      ['add', 'read'],
      [],
      [],
    ])
  })

  it('is the same array for the same choice, and the array given when that is all', () => {
    expect(selectTools(tools, ['category:math'])).toBe(selectTools(tools, ['category:math']))
    expect(selectTools(tools, ['*'])).toBe(tools)
    expect(selectTools(tools, ['effect:read'])).toBe(tools)
    expect(selectTools([...tools], ['category:math'])).not.toBe(selectTools(tools, ['category:math']))
  })
})
