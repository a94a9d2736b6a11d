import { expect, it } from 'vitest'
import { checkContract } from '../protocol/contract.ts'
import type { LoggedEvent } from '../protocol/events.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { startTestServer, type TestServer } from '../testing/server.ts'
import type { Client } from './client.ts'
import { applyEvent, emptyConversation } from './conversation.ts'
import { openConversation } from './open-conversation.ts'

const usage = { inputTokens: 0, outputTokens: 0 }

/** Three long messages fill its window. */
function startServer(): Promise<TestServer> {
  const model = createScriptedModel(
    ({ instructions }) => ({ text: instructions.startsWith('You sum up') ? 'So far, so long.' : 'ok', usage }),
    { contextTokens: 2_500 },
  )
  return startTestServer({ model })
}

async function say(client: Client, threadId: string, text: string): Promise<void> {
  const ended = Promise.withResolvers<void>()
  const { runId } = await client.send(threadId, text)
  using _view = client.openThread(threadId, {
    onEvent({ event }) {
      if (event.type === 'agent_completed' && event.runId === runId) ended.resolve()
    },
  })
  await ended.promise
}

/** What an opening of the thread is sent, up to the end of the log. */
async function opened(client: Client, threadId: string, after: number): Promise<readonly LoggedEvent[]> {
  const events: LoggedEvent[] = []
  const whole = Promise.withResolvers<void>()
  let lastSeq = Number.POSITIVE_INFINITY
  const check = (): void => {
    if ((events.at(-1)?.seq ?? after) >= lastSeq) whole.resolve()
  }
  using _view = client.openThread(
    threadId,
    {
      onOpen(answer) {
        lastSeq = answer.lastSeq
        check()
      },
      onEvent(event) {
        events.push(event)
        check()
      },
    },
    after,
  )
  await whole.promise
  return events
}

it('a thread that was compacted is read from any cursor as if it had not been, and shows its summary', async () => {
  await using server = await startServer()
  const client = server.connect('ann')
  const { threadId } = await client.createThread('A long one')
  for (const letter of ['a', 'b', 'c', 'd']) await say(client, threadId, letter.repeat(2_000))

  const log = await opened(client, threadId, 0)
  const at = log.find(({ event }) => event.type === 'context_compacted')?.seq ?? 0
  const cursors = [at - 2, at - 1, at, log.length]
  const tails = await Promise.all(cursors.map((after) => opened(client, threadId, after)))

  expect(at).toBeGreaterThan(0)
  expect(tails).toEqual(cursors.map((after) => log.slice(after)))
  expect(tails.flatMap((tail, index) => checkContract(tail, cursors[index]))).toEqual([])
  const { turns } = log.reduce(applyEvent, emptyConversation)
  expect(turns).toHaveLength(4)
  expect(turns.flatMap(({ run }) => run.compactions)).toEqual([
    expect.objectContaining({ step: 1, summary: 'So far, so long.', keptFromMessageId: turns[3]?.messageId }),
  ])
})

it('a page of the end of a compacted thread shows the summary as the whole does', async () => {
  await using server = await startServer()
  const client = server.connect('ann')
  const { threadId } = await client.createThread('A long one')
  for (const letter of ['a', 'b', 'c', 'd']) await say(client, threadId, letter.repeat(2_000))
  const whole = (await opened(client, threadId, 0)).reduce(applyEvent, emptyConversation)

  const read = Promise.withResolvers<void>()
  using view = openConversation(client, threadId, {
    last: 3,
    onChange({ caughtUp, conversation }) {
      if (caughtUp && conversation.turns.length > 0) read.resolve()
    },
  })
  await read.promise
  const lastPage = view.state.conversation.turns
  while (view.state.hasEarlier) await view.loadEarlier()

  expect(lastPage.at(-1)?.run.compactions).toEqual(whole.turns.at(-1)?.run.compactions)
  expect(lastPage.length).toBeLessThan(4)
  expect(view.state.conversation.turns).toEqual(whole.turns)
})
