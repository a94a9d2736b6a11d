import type { ModelTool } from 'toolcrib/agent'
import { createSystemClock } from 'toolcrib/agent'
import { createPlannerModel } from 'toolcrib/model/planner'
import type { ToolInfo } from 'toolcrib/protocol'
import { createMemoryStore } from 'toolcrib/store/memory'
import { describe, expect, it } from 'vitest'
import { pageTools } from '../apps/console/src/chat/page-tools.ts'
import { BUILTIN_MODEL, suggestions, suggestionsFor } from '../apps/console/src/chat/thread/suggestions.ts'
import { createStarterTools } from '../apps/server/src/tools/starter-tools.ts'

const clock = createSystemClock()
const held: readonly ModelTool[] = [
  ...createStarterTools({ records: createMemoryStore().records, documentsFolder: null, clock }).map((tool) => ({
    name: tool.name,
    description: tool.description,
    inputSchema: tool.input.jsonSchema,
  })),
  ...pageTools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
]

/** The tools that the built-in model asks for first. */
async function toolsFor(text: string): Promise<readonly string[]> {
  const messages = [{ role: 'user' as const, parts: [{ type: 'text' as const, text }] }]
  const signal = new AbortController().signal
  const asked: string[] = []
  for await (const part of createPlannerModel().stream({
    instructions: '',
    messages,
    tools: held,
    now: clock.now(),
    signal,
  })) {
    if (part.type === 'call') asked.push(part.tool)
  }
  return asked
}

function info(name: string): ToolInfo {
  return { name, description: 'x', effect: 'read', fingerprint: 'x', tags: [], inputSchema: {} }
}

describe('the first questions of an empty chat', () => {
  it('are each answered by the built-in model with the tools that they are for [WEB-01]', async () => {
    const answered = await Promise.all(suggestions.map(({ text }) => toolsFor(text)))

    expect(createPlannerModel().name).toBe(BUILTIN_MODEL)
    expect(answered).toEqual(suggestions.map(({ tools }) => tools))
  })

  it('are those whose tools are held, and with a model of a provider what it could do comes first [WEB-01]', () => {
    const some = [info('calculate'), info('save_note'), info('list_notes')]

    expect(suggestionsFor(some, BUILTIN_MODEL)).toEqual(['Save a note: “water the plants on Friday”', 'List my notes'])
    expect(suggestionsFor([], BUILTIN_MODEL)).toEqual([])
    expect(suggestionsFor([], 'anthropic:some-model')).toEqual(['What can you help me with?'])
  })
})
