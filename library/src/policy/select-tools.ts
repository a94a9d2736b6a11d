/** An agent's choice of tools. The law: a choice only narrows, and the same choice of the same tools is the same array. @module */
import type { Tool } from '../tool/tool.ts'
import { compileSelector, type Selector } from './selector.ts'

const chosen = new WeakMap<readonly Tool[], Map<string, readonly Tool[]>>()
/** Agents are few; past this the oldest choice is made anew. */
const maxChoices = 256

/**
 * The tools that any of the selectors selects, in their order: the very array given when that is all of them. Made once
 * for an array, which must not be changed afterwards, and a choice.
 */
export function selectTools(tools: readonly Tool[], choice: readonly Selector[]): readonly Tool[] {
  if (choice.includes('*')) return tools
  const key = JSON.stringify(choice)
  const known = chosen.get(tools) ?? new Map<string, readonly Tool[]>()
  chosen.set(tools, known)
  const before = known.get(key)
  if (before !== undefined) return before
  const selectors = choice.map(compileSelector)
  const selected = tools.filter((tool) => selectors.some((selector) => selector.matches(tool)))
  const answer = selected.length === tools.length ? tools : Object.freeze(selected)
  if (known.size >= maxChoices) known.delete(known.keys().next().value ?? key)
  known.set(key, answer)
  return answer
}
