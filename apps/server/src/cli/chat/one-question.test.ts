import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { connectClient, signIn, startFixture } from '../../server.fixture.ts'
import { askOnce } from './one-question.ts'

it('gives up when a lost connection does not come back, and says where the question is', async () => {
  const fixture = await startFixture()
  const { token } = await signIn(fixture.url, 'Ann')
  await using client = connectClient(fixture.url, token)
  const { threadId } = await client.createThread()
  await fixture[Symbol.asyncDispose]()
  const nothing = { [Symbol.dispose]: () => {} }
  const terminal = {
    args: [],
    env: {},
    folder: '/',
    stdin: process.stdin,
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    onSignal: () => nothing,
    onStrayFault: () => nothing,
    exit: () => {},
  }

  const asked = askOnce({ client, terminal, question: 'Hello', threadId, agent: undefined, reconnectWithinMs: 20 })

  await expect(asked).rejects.toMatchObject({
    code: 'CONVERSATION_ENDED',
    message: expect.stringContaining(`what was asked is in --thread ${threadId}`),
  })
})
