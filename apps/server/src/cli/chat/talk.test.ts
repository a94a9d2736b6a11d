import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { type Client, createClient } from 'toolcrib/client'
import { createScriptedModel } from 'toolcrib/testing'
import { expect, it } from 'vitest'
import { bearer, connectClient, signIn, socketUrl, startFixture, takeTicket } from '../../server.fixture.ts'
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

it('shows all that somebody is to agree to, however long, and what cannot be seen as its escape [RUN-08]', async () => {
  const text = `${'Nothing to see here. '.repeat(30)}\u009b]hidden;\u009c \u202eend`
  const model = createScriptedModel([{ calls: [{ tool: 'save_note', input: { text } }] }, { text: 'So be it.' }])
  const asksEve = { ...policy, approve: [{ tools: ['save_note'], by: { users: ['eve'] } }] }
  await using fixture = await startFixture({ config: { policy: asksEve }, parts: { model } })
  const tokens = await Promise.all(['Ann', 'Eve'].map(async (name) => (await signIn(fixture.url, name)).token))
  await using ann = sitDown(connectClient(fixture.url, tokens[0] ?? ''))
  await using eve = sitDown(connectClient(fixture.url, tokens[1] ?? ''))
  await Promise.all([ann, eve].map((seat) => seat.shown('A new thread')))

  ann.type('save it')
  await eve.shown(/Ann \(ann\) asks for save_note/)
  eve.type('/approvals')
  await eve.shown('May save_note run for Ann (ann) with all of the above?')
  eve.type('y')
  await ann.shown('So be it.')

  expect(eve.screen()).toContain(`${'Nothing to see here. '.repeat(30)}\\u009b]hidden;\\u009c \\u202eend"`)
})

it('sends files with the next message, and says of one that cannot be sent why', async () => {
  const model = createScriptedModel([{ text: 'Two trees.' }])
  await using fixture = await startFixture({ parts: { model } })
  const { token } = await signIn(fixture.url, 'Ann')
  const client = createClient({
    url: socketUrl(fixture.url),
    ticket: () => takeTicket(fixture.url, token),
    headers: async () => bearer(token),
  })
  await using ann = sitDown(client)
  await ann.shown('A new thread')
  await writeFile(join(fixture.folder, 'my trees.txt'), 'oak\nelm\n')
  await writeFile(join(fixture.folder, 'core.bin'), Uint8Array.of(0, 1, 2))

  ann.type(`/attach ${fixture.folder}/nothing`)
  await ann.shown(`There is no file ${fixture.folder}/nothing`)
  ann.type(`/attach ${fixture.folder}/core.bin`)
  await ann.shown('"core.bin" is no PNG, JPEG, GIF or WebP image and no UTF-8 text')
  ann.type(`/attach ${fixture.folder}/core.bin/../my trees.txt`)
  await ann.shown('Goes with your next message: my trees.txt (text/plain, 8 bytes)')
  ann.type('/attach')
  await ann.shown('Nothing is attached.')
  ann.type(`/attach ${fixture.folder}/my trees.txt`)
  await ann.shown(/(Goes with your next message: my trees.txt.*){2}/s)
  ann.type('How many trees?')
  await ann.shown('Two trees.')

  expect(model.requests.at(-1)?.messages).toMatchObject([
    { role: 'user', parts: [{ text: 'How many trees?' }, { name: 'my trees.txt', content: { text: 'oak\nelm\n' } }] },
  ])
})

it('says on request what was used, and what is left of which budget [CALL-07]', async () => {
  const usage = { inputTokens: 40, outputTokens: 2 }
  const model = createScriptedModel([{ text: 'Hello.', usage }])
  const budgets = [{ per: 'user', window: 'day', resource: 'tokens', max: 20_000 }] as const
  await using fixture = await startFixture({ config: { budgets }, parts: { model } })
  const { token } = await signIn(fixture.url, 'Ann')
  await using ann = sitDown(connectClient(fixture.url, token))
  await ann.shown('A new thread')

  ann.type('hello')
  await ann.shown('Hello.')
  ann.type('/usage')
  await ann.shown('the budget of')

  expect(ann.screen()).toMatch(/this day: 1 step, 0 calls, 42 tokens, 0 USD/)
  expect(ann.screen()).toMatch(/the budget of 20,000 tokens per user and day: 19,958 tokens left until/)
})

it('chooses who answers, and with which model, from what the server offers', async () => {
  const said = (text: string, name: string) => createScriptedModel([{ text }], { name })
  const agent = { description: 'Helps.', instructions: '', tools: [] }
  const agents = [
    { ...agent, name: 'assistant', model: said('From the assistant.', 'small') },
    { ...agent, name: 'clerk', model: said('From the clerk.', 'slow'), models: [said('From the quick one.', 'quick')] },
  ]
  await using fixture = await startFixture({ config: { agents } })
  const { token } = await signIn(fixture.url, 'Ann')
  await using ann = sitDown(connectClient(fixture.url, token))
  await ann.shown('A new thread')

  ann.type('/model quick')
  await ann.shown('assistant does not offer the model quick; /model lists what it does')
  ann.type('/agent nobody')
  await ann.shown('There is no agent nobody; /agent lists them')
  ann.type('/agent clerk')
  await ann.shown(' * clerk Helps.')
  ann.type('/model')
  await ann.shown(' * slow its own')
  ann.type('/model quick')
  await ann.shown(' * quick')
  ann.type('hello')
  await ann.shown('From the quick one.')
  ann.type('/agent assistant')
  await ann.shown(' * assistant Helps.')
  ann.type('hello again')
  await ann.shown('From the assistant.')
})
