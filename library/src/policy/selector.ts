/** Selectors of tools: one small language for policies and agents. The law: what is not understood selects nothing. @module */
import type { Tool } from '../tool/tool.ts'
import { isToolName } from '../tool/tool-name.ts'

/** `*`, a tool's name, `tag:files`, `category:math` or `effect:read`. */
export type Selector = string

export interface CompiledSelector {
  readonly source: Selector
  readonly form: 'all' | 'name' | 'tag' | 'category' | 'effect' | 'unknown'
  readonly matches: (tool: Tool) => boolean
}

export function compileSelector(source: Selector): CompiledSelector {
  if (source === '*') return { source, form: 'all', matches: () => true }
  const colon = source.indexOf(':')
  // What can be no name, such as `delete_*`, would select nothing and look as if it did.
  if (colon === -1 && isToolName(source)) return { source, form: 'name', matches: (tool) => tool.name === source }
  const word = source.slice(colon + 1)
  switch (source.slice(0, Math.max(0, colon))) {
    case 'tag':
      return { source, form: 'tag', matches: (tool) => tool.tags.includes(word) }
    case 'category':
      return { source, form: 'category', matches: (tool) => tool.category === word }
    case 'effect':
      return { source, form: 'effect', matches: (tool) => tool.effect === word }
    default:
      return { source, form: 'unknown', matches: () => false }
  }
}

/** The selectors that select none of these tools, in order, each once: a misspelling, or a tool that is not there. */
export function unmatchedSelectors(selectors: Iterable<Selector>, tools: readonly Tool[]): readonly Selector[] {
  return [...new Set(selectors)].filter((source) => {
    const { form, matches } = compileSelector(source)
    return form !== 'all' && !tools.some(matches)
  })
}
