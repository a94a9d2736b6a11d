/** A tool of one's own, called by an agent: a supervisor, a store in memory and the built-in model; no server. */
import assert from 'node:assert/strict'
import { createToolRegistry, defineAgent, defineTool } from 'toolcrib'
import { createSupervisor, createSystemClock } from 'toolcrib/agent'
import { createPlannerModel } from 'toolcrib/model/planner'
import { definePolicy } from 'toolcrib/policy'
import { checkContract } from 'toolcrib/protocol'
import { createMemoryStore } from 'toolcrib/store/memory'
import { z } from 'zod'

const countVowels = defineTool({
  name: 'count_vowels',
  description: 'Count the vowels in a word.',
  input: z.object({ word: z.string().describe('The word to look at') }),
  effect: 'read',
  execute: ({ word }) => ({
    word,
    vowels: word.match(/[aeiou]/gi)?.length ?? 0,
  }),
})

const registry = createToolRegistry({ name: 'app' })
registry.add(countVowels)
registry.freeze()

await using store = createMemoryStore()
await using supervisor = createSupervisor({
  clock: createSystemClock(),
  logger: { debug() {}, info() {}, warn: console.warn, error: console.error },
  store,
  registry,
  policy: definePolicy({ allow: [{ roles: ['user'], tools: ['*'] }] }),
  agents: [
    defineAgent({
      name: 'assistant',
      description: 'Counts.',
      instructions: 'Use the tools.',
      model: createPlannerModel(),
      tools: ['*'],
    }),
  ],
})

const ann = { tenant: 'acme', user: 'ann', roles: ['user'], scopes: [] }
const { threadId } = await supervisor.createThread(ann)
const ended = Promise.withResolvers<void>()
supervisor.subscribe((notice) => {
  if (notice.type === 'events' && notice.events.some(({ event }) => event.type === 'agent_completed')) ended.resolve()
})
await supervisor.send(ann, {
  threadId,
  parts: [{ type: 'text', text: 'Count the vowels in the word "onomatopoeia"' }],
  idempotencyKey: 'first',
})
await ended.promise

const log = await supervisor.readEvents(ann, threadId, { after: 0 })
const completed = log.flatMap(({ event }) => (event.type === 'tool_completed' ? [event] : []))
assert.deepEqual(
  completed.map(({ tool, outcome, output }) => ({ tool, outcome, output })),
  [{ tool: 'count_vowels', outcome: 'ok', output: { word: 'onomatopoeia', vowels: 8 } }],
)
assert.deepEqual(checkContract(log), [])
