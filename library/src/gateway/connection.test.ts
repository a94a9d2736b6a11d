import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { checkContract } from '../protocol/contract.ts'
import type { EventFrame, ServerFrame } from '../protocol/frames.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { expectNoLeaks } from '../testing/no-leaks.ts'
import type { RawSocket } from '../testing/raw-socket.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { startTestServer, type TestServer } from '../testing/server.ts'

const isCompleted = (frame: ServerFrame): frame is EventFrame =>
  frame.type === 'event' && frame.event.type === 'agent_completed'
const isStarted = (frame: ServerFrame): frame is EventFrame =>
  frame.type === 'event' && frame.event.type === 'agent_started'

/** A thread of this socket's user, open on it. */
async function openNewThread(socket: RawSocket): Promise<string> {
  const created = await socket.command({ type: 'thread.create' })
  if (created.type !== 'ok' || !('threadId' in created)) throw new Error(`not created: ${JSON.stringify(created)}`)
  const { threadId } = created
  await socket.command({ type: 'thread.open', threadId, after: 0 })
  return threadId
}

function say(threadId: string, text: string, idempotencyKey: string = crypto.randomUUID()) {
  return { type: 'message.send', threadId, parts: [{ type: 'text', text }], idempotencyKey } as const
}

async function join(server: TestServer, user: string): Promise<RawSocket> {
  return server.socket(server.issue(user))
}

describe('a connection', () => {
  it('begins with its hello, answers each command once, and sends a run that keeps the contract [RUN-02]', async () => {
    await using server = await startTestServer()
    await using ann = await join(server, 'ann')

    const threadId = await openNewThread(ann)
    const sent = await ann.command(say(threadId, 'hello'))
    await ann.next(isCompleted)

    const hello = ann.frames[0]
    expect(hello).toMatchObject({
      type: 'hello',
      protocol: 1,
      principal: { tenant: 'acme', user: 'ann' },
      server: { name: 'toolcrib', version: '0.0.0-test', model: 'scripted' },
      agents: [{ name: 'assistant' }],
      limits: { maxFrameBytes: 65_536, commandsPerSecond: 20 },
      expiresAt: null,
    })
    expect(sent).toMatchObject({ type: 'ok', messageId: expect.stringMatching(/^msg_/), duplicate: false })
    expect(ann.frames.filter((frame) => frame.type === 'ok').map(({ id }) => id)).toEqual(['raw-1', 'raw-2', 'raw-3'])
    expect(checkContract(ann.events)).toEqual([])
    expect(ann.events.map(({ event }) => event.type)).toEqual(expect.arrayContaining(['message_added', 'agent_started', 'agent_thinking', 'agent_message', 'agent_completed']))
  })
})
