/** First questions for an empty chat. The law: each is answered with a tool that this person's agent holds. */
import type { ToolInfo } from 'toolcrib/protocol'

/** The name that the built-in model has on the wire. */
export const BUILTIN_MODEL = 'builtin-planner'

export interface Suggestion {
  readonly text: string
  /** What it is answered with; all of them are held. */
  readonly tools: readonly string[]
}

export const suggestions: readonly Suggestion[] = [
  { text: 'What is 15% of 240, and what time is it in Tokyo?', tools: ['calculate', 'current_time'] },
  { text: 'Convert 26.2 miles to kilometres', tools: ['convert_units'] },
  { text: 'Save a note: “water the plants on Friday”', tools: ['save_note'] },
  { text: 'Search the documents for “approval”', tools: ['search_documents'] },
  { text: 'What is my browser like?', tools: ['get_browser_settings'] },
  { text: 'List my notes', tools: ['list_notes'] },
]

const MAX_SHOWN = 4

/**
 * A model of a provider may be asked anything: it is asked first what it could do. The built-in one does only what its tools
 * do.
 */
export function suggestionsFor(tools: readonly ToolInfo[], model: string | undefined): readonly string[] {
  const held = new Set(tools.map(({ name }) => name))
  const fitting = suggestions.filter((suggestion) => suggestion.tools.every((name) => held.has(name)))
  const general = model === BUILTIN_MODEL || model === undefined ? [] : ['What can you help me with?']
  return [...general, ...fitting.map(({ text }) => text)].slice(0, MAX_SHOWN)
}
