/** Scopes: what a connection adds is its own, and is given back with it. What is not a tool has no way in. */
import assert from 'node:assert/strict'
import { createToolRegistry, defineTool } from 'toolcrib'
import { z } from 'zod'

const echo = defineTool({
  name: 'echo',
  description: 'Say the same again.',
  input: z.object({ text: z.string() }),
  effect: 'read',
  execute: ({ text }) => text,
})
const shout = defineTool({
  name: 'shout',
  description: 'Say it loud.',
  input: z.object({ text: z.string() }),
  effect: 'read',
  execute: ({ text }) => text.toUpperCase(),
})

const app = createToolRegistry({ name: 'app' })
app.add(echo)
app.freeze()

const ann = app.open({ kind: 'connection', name: 'ann' })
const bob = app.open({ kind: 'connection', name: 'bob' })
ann.add(shout)
assert.deepEqual(
  ann.list().map(({ name }) => name),
  ['echo', 'shout'],
)
assert.deepEqual(
  bob.list().map(({ name }) => name),
  ['echo'],
)

const [verdict] = bob.offer([z.object({ text: z.string() })])
assert.equal(verdict?.verdict, 'refused')
assert.equal(verdict?.code, 'NOT_A_TOOL')

assert.throws(() => bob.add(defineTool({ ...definition('Echo'), execute: () => 'shadow' })), {
  code: 'NAME_CONFUSABLE',
})

await ann.close()
await bob.close()
await app.close()
const { scopes } = app.metrics()
assert.equal(scopes.open, 0)

function definition(name: string) {
  return { name, description: 'Looks like another.', input: z.object({}), effect: 'read' } as const
}
