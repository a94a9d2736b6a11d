import { PassThrough } from 'node:stream'
import type { Client } from 'toolcrib/client'
import { createScriptedModel } from 'toolcrib/testing'
import { expect, it } from 'vitest'
import { connectClient, signIn, startFixture } from '../../server.fixture.ts'
import type { Terminal } from '../terminal.ts'
import { talk } from './talk.ts'

/** Somebody who types a line whenever the terminal has shown what they wait for. */
async function typing(client: Client, script: readonly (readonly [waitFor: string, line: string])[]): Promise<string> {
  const stdin = new PassThrough()
  const stdout = new PassThrough()
  const nothing = { [Symbol.dispose]: () => {} }
  const terminal: Terminal = {
    args: [],
    env: {},
    folder: '/',
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout,
    stderr: new PassThrough(),
    onSignal: () => nothing,
    onStrayFault: () => nothing,
    exit: () => {},
  }
  const left = [...script]
  let shown = ''
  let from = 0
  stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    const [next] = left
    if (next === undefined || !shown.slice(from).includes(next[0])) return
    from = shown.length
    left.shift()
    stdin.write(`${next[1]}\n`)
  })
  await talk({ client, terminal, threadId: undefined, agent: undefined })
  return shown
}

it('answers the last message again, or another in its place, without what stood there before', async () => {
  const model = createScriptedModel((_, asked) => ({ text: `Answer ${asked}.` }))
  await using fixture = await startFixture({ parts: { model } })
  const { token } = await signIn(fixture.url, 'Ann')
  await using client = connectClient(fixture.url, token)

  await typing(client, [
    ['A new thread', 'first'],
    ['Answer 1.', 'second'],
    ['Answer 2.', '/retry'],
    ['Answer 3.', '/retry  other words'],
    ['Answer 4.', '/quit'],
  ])

  const asked = model.requests.map(({ messages }) =>
    messages.map((message) => (message.role === 'user' ? JSON.stringify(message.parts) : '…')),
  )
  const text = (words: string): string => JSON.stringify([{ type: 'text', text: words }])
  expect(asked).toEqual([
    [text('first')],
    [text('first'), '…', text('second')],
    [text('first'), '…', text('second')],
    [text('first'), '…', text('other words')],
  ])
})

it('says that there is nothing yet to be answered again', async () => {
  await using fixture = await startFixture()
  const { token } = await signIn(fixture.url, 'Ann')
  await using client = connectClient(fixture.url, token)

  const shown = await typing(client, [
    ['A new thread', '/retry'],
    ['no message yet', '/quit'],
  ])

  expect(shown).toContain('There is no message yet that could be answered again')
})
