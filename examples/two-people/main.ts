/** Two people on one server: each sees their own threads, and nothing of the other's. Real sockets, the built-in client. */
import assert from 'node:assert/strict'
import { defineTool } from 'toolcrib'
import { ClientError } from 'toolcrib/client'
import type { LoggedEvent } from 'toolcrib/protocol'
import { createCapture, createScriptedModel, expectNoLeaks, startTestServer } from 'toolcrib/testing'
import { z } from 'zod'

const whoAmI = defineTool({
  name: 'who_am_i',
  description: 'Tell who is asking.',
  input: z.object({}),
  effect: 'read',
  execute: (_input, { principal }) => principal.user,
})
const model = createScriptedModel(({ messages }) =>
  messages.at(-1)?.role === 'user' ? { calls: [{ tool: 'who_am_i' }] } : { text: 'There you are.' },
)

await using server = await startTestServer({ tools: [whoAmI], model })
const people = ['ann', 'bob']
const threads = await Promise.all(people.map(askWhoIAm))
assert.deepEqual(
  threads.map(({ answer }) => answer),
  people,
)

const [annsThread] = threads
const bob = server.connect('bob')
await assert.rejects(
  bob.command({ type: 'thread.rename', threadId: annsThread?.threadId ?? '', title: 'mine' }),
  (error) => error instanceof ClientError && error.code === 'NOT_FOUND',
)

async function askWhoIAm(user: string) {
  const client = server.connect(user)
  const events = createCapture<LoggedEvent>({ name: ({ event }) => event.type })
  const { threadId } = await client.createThread()
  client.openThread(threadId, { onEvent: events.listener })
  await client.send(threadId, 'who am I?')
  const { event } = await events.next((logged) => logged.event.type === 'tool_completed')
  await events.next((logged) => logged.event.type === 'agent_completed')
  client.close()
  return { threadId, answer: event.type === 'tool_completed' ? event.output : undefined }
}

bob.close()
await server.gateway.drain()
await server.supervisor.drain(1_000)
expectNoLeaks(server.registry)
