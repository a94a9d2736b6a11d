import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { Client } from 'toolcrib/client'
import { createScriptedModel } from 'toolcrib/testing'
import { expect, it } from 'vitest'
import { connectClient, signIn, startFixture } from '../../server.fixture.ts'
import type { Terminal } from '../terminal.ts'
import { talk } from './talk.ts'

const policy = {
  allow: [{ tools: ['*'] }],
  approve: ['effect:destructive', { tools: ['delete_note'], by: { users: ['eve'] } }],
}
const asking = [{ calls: [{ tool: 'delete_note', input: { noteId: 'k3f7p' } }] }, { text: 'So be it.' }]

interface Seat extends AsyncDisposable {
  type(line: string): void
  /** Resolves when the screen has shown it. */
  shown(text: string | RegExp): Promise<void>
  readonly screen: () => string
}

function sitDown(client: Client): Seat {
  const nothing = { [Symbol.dispose]: () => {} }
  const [stdin, stdout] = [new PassThrough(), new PassThrough()]
  let screen = ''
  stdout.setEncoding('utf8')
  stdout.on('data', (text: string) => {
    screen += text
  })
  const terminal: Terminal = {
    args: [],
    env: {},
    folder: '/',
    // All that is read of it is lines.
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout,
    stderr: new PassThrough(),
    onSignal: () => nothing,
    onStrayFault: () => nothing,
    exit: () => {},
  }
  const left = talk({ client, terminal, threadId: undefined, agent: undefined })
  return {
    type: (line) => void stdin.write(`${line}\n`),
    screen: () => screen,
    async shown(text) {
      while (!(typeof text === 'string' ? screen.includes(text) : text.test(screen))) await once(stdout, 'data')
    },
    async [Symbol.asyncDispose]() {
      stdin.end()
      await left
      client.close()
    },
  }
}

it('tells of approvals of others, asks on request, and sends the reason of a no [RUN-08]', async () => {
  await using fixture = await startFixture({ config: { policy }, parts: { model: createScriptedModel(asking) } })
  const tokens = await Promise.all(['Ann', 'Eve'].map(async (name) => (await signIn(fixture.url, name)).token))
  await using ann = sitDown(connectClient(fixture.url, tokens[0] ?? ''))
  await using eve = sitDown(connectClient(fixture.url, tokens[1] ?? ''))
  await Promise.all([ann, eve].map((seat) => seat.shown('A new thread')))
  eve.type('/approvals')
  await eve.shown('Nothing of other people waits for you.')

  ann.type('delete my note')
  await ann.shown('delete_note waits for others to agree.')
  await eve.shown(/Ann \(ann\) asks for delete_note/)
  eve.type('/approvals')
  await eve.shown(/May delete_note run for Ann \(ann\) with \{"noteId":"k3f7p"\}\?/)
  eve.type('perhaps')
  await eve.shown('Answer y or n')
  eve.type('n, it is the only copy')
  await ann.shown('So be it.')

  expect(ann.screen()).toContain('denied by eve')
  expect(ann.screen()).toContain('it is the only copy')
  expect(ann.screen()).not.toContain('May delete_note run')
})
