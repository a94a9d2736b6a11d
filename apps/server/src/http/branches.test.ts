import { branchOf, type Client, type Conversation, openConversation } from 'toolcrib/client'
import { createScriptedModel, type ScriptedModel } from 'toolcrib/testing'
import { expect, it } from 'vitest'
import { bearer, connectClient, postJson, type ServerFixture, signIn, startFixture } from '../server.fixture.ts'

interface Sent {
  readonly status: number
  readonly messageId: string
  readonly code: string | undefined
}

/** Over HTTP; resolves when its run has ended. */
async function send(
  fixture: ServerFixture,
  message: { readonly token: string; readonly threadId: string; readonly text: string; readonly follows?: unknown },
): Promise<Sent> {
  const { token, threadId, text, ...branch } = message
  const body = { parts: [{ type: 'text', text }], ...branch }
  const response = await postJson(`${fixture.url}/v1/threads/${threadId}/messages`, body, bearer(token))
  const answer = (await response.json()) as { messageId: string; runId: string; error?: { code: string } }
  if (response.ok) await ended(fixture, { token, threadId, runId: answer.runId })
  return { status: response.status, messageId: answer.messageId, code: answer.error?.code }
}

async function ended(
  fixture: ServerFixture,
  run: { readonly token: string; readonly threadId: string; readonly runId: string },
): Promise<void> {
  await using client = connectClient(fixture.url, run.token)
  const done = Promise.withResolvers<void>()
  using _view = client.openThread(run.threadId, {
    onEvent({ event }) {
      if (event.type === 'agent_completed' && event.runId === run.runId) done.resolve()
    },
  })
  await done.promise
}

async function newThread(fixture: ServerFixture, token: string): Promise<string> {
  const response = await postJson(`${fixture.url}/v1/threads`, {}, bearer(token))
  return ((await response.json()) as { threadId: string }).threadId
}

/** What the model was shown, message by message. */
function shown(model: ScriptedModel): readonly string[] {
  return (model.requests.at(-1)?.messages ?? []).map((message) =>
    message.role === 'user' ? message.parts.map((part) => (part.type === 'text' ? part.text : part.name)).join() : '…',
  )
}

function conversationOf(client: Client, threadId: string): Promise<Conversation> {
  const read = Promise.withResolvers<Conversation>()
  const view = openConversation(client, threadId, {
    onChange({ conversation, caughtUp }) {
      if (caughtUp) read.resolve(conversation)
    },
  })
  return read.promise.finally(() => view[Symbol.dispose]())
}

function texts(conversation: Conversation, messageId?: string): readonly string[] {
  return branchOf(conversation, messageId).map(({ turn, versions }) => {
    const text = turn.parts.map((part) => (part.type === 'text' ? part.text : part.name)).join()
    return `${text} ${versions.indexOf(turn.messageId) + 1}/${versions.length}`
  })
}

it('an edited message makes a branch, which the agent is shown alone; the old one stays and can be gone on with', async () => {
  const model = createScriptedModel(() => ({ text: 'ok' }))
  await using fixture = await startFixture({ parts: { model } })
  const { token } = await signIn(fixture.url, 'Ann')
  const threadId = await newThread(fixture, token)

  const first = await send(fixture, { token, threadId, text: 'one' })
  const second = await send(fixture, { token, threadId, text: 'two' })
  await send(fixture, { token, threadId, text: 'three' })
  const edited = await send(fixture, { token, threadId, text: 'two, edited', follows: first.messageId })
  const shownEdited = shown(model)
  await send(fixture, { token, threadId, text: 'old branch', follows: second.messageId })
  const shownOld = shown(model)
  await send(fixture, { token, threadId, text: 'all new', follows: null })
  const shownNew = shown(model)

  await using client = connectClient(fixture.url, token)
  const conversation = await conversationOf(client, threadId)
  expect([shownEdited, shownOld, shownNew]).toEqual([
    ['one', '…', 'two, edited'],
    ['one', '…', 'two', '…', 'old branch'],
    ['all new'],
  ])
  expect(texts(conversation)).toEqual(['all new 2/2'])
  expect(texts(conversation, edited.messageId)).toEqual(['one 1/2', 'two, edited 2/2'])
  expect(texts(conversation, second.messageId)).toEqual(['one 1/2', 'two 1/2', 'old branch 2/2'])
})

it('a message follows nothing that its thread does not have, whoever asks', async () => {
  const model = createScriptedModel(() => ({ text: 'ok' }))
  await using fixture = await startFixture({ parts: { model } })
  const [ann, bob] = [await signIn(fixture.url, 'Ann'), await signIn(fixture.url, 'Bob')]
  const annsThread = await newThread(fixture, ann.token)
  const bobsThread = await newThread(fixture, bob.token)
  const mine = await send(fixture, { token: ann.token, threadId: annsThread, text: 'a secret' })
  const other = await newThread(fixture, ann.token)
  const bobs = { token: bob.token, threadId: bobsThread, text: 'hello' }

  const answers = [
    await send(fixture, { ...bobs, follows: mine.messageId }),
    await send(fixture, { ...bobs, follows: 'msg_none' }),
    await send(fixture, { ...bobs, threadId: annsThread, follows: mine.messageId }),
    await send(fixture, { token: ann.token, threadId: other, text: 'hello', follows: mine.messageId }),
    await send(fixture, { ...bobs, follows: 7 }),
  ]

  expect(answers.map(({ status, code }) => [status, code])).toEqual([
    [404, 'MESSAGE_UNKNOWN'],
    [404, 'MESSAGE_UNKNOWN'],
    [404, 'NOT_FOUND'],
    [404, 'MESSAGE_UNKNOWN'],
    [400, 'COMMAND_INVALID'],
  ])
  expect(model.requests).toHaveLength(1)
})
