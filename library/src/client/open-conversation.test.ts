import { describe, expect, it } from 'vitest'
import type { LoggedEvent, ThreadEvent } from '../protocol/events.ts'
import type { Principal } from '../protocol/vocabulary.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { startTestServer, type TestServer } from '../testing/server.ts'
import { applyEvent, emptyConversation } from './conversation.ts'
import { type ConversationState, type ConversationView, openConversation } from './open-conversation.ts'

/** A thread with turns that were written straight into the store, each of so many events. */
async function longThread(server: TestServer, principal: Principal, turns: readonly number[]): Promise<string> {
  const { threadId } = await server.supervisor.createThread(principal)
  for (const [index, length] of turns.entries()) {
    const runId = `run_${index}`
    const accepted = await server.store.runs.accept(principal, {
      runId,
      threadId,
      messageId: `msg_${index}`,
      agent: 'assistant',
      principal,
      parts: [{ type: 'text', text: `Message ${index}` }],
      idempotencyKey: `${index}`,
      node: 'elsewhere',
      at: index,
      leaseMs: 1_000_000,
      maxRunsPerUser: 1,
    })
    if (accepted.status !== 'started') throw new Error(accepted.status)
    const deltas = Array.from(
      { length: length - 2 },
      (_, at): ThreadEvent => ({ type: 'agent_message', runId, step: 1, delta: `${at} ` }),
    )
    const end: ThreadEvent = {
      type: 'agent_completed',
      runId,
      outcome: 'completed',
      message: null,
      usage: { inputTokens: 1, outputTokens: 1, calls: 0 },
      steps: 1,
      durationMs: 1,
    }
    const entry = { fence: { runId, epoch: 1 }, at: index, events: [...deltas, end] }
    await server.store.events.append(principal, threadId, entry)
  }
  return threadId
}

function opened(server: TestServer, threadId: string, last: number) {
  const changed = new Set<(state: ConversationState) => void>()
  const view: ConversationView = openConversation(server.connect('ann'), threadId, {
    last,
    onChange: (state) => {
      for (const listener of changed) listener(state)
    },
  })
  const until = (fits: (state: ConversationState) => boolean): Promise<ConversationState> =>
    new Promise((resolve) => {
      const check = (state: ConversationState): void => {
        if (!fits(state)) return
        changed.delete(check)
        resolve(state)
      }
      changed.add(check)
      check(view.state)
    })
  return { view, until }
}

async function wholeLog(server: TestServer, principal: Principal, threadId: string): Promise<readonly LoggedEvent[]> {
  return (await server.store.events.read(principal, threadId, { after: 0, limit: 100_000 })) ?? []
}

describe('an open conversation', () => {
  it('begins with the last turns, and is the whole of it once all earlier ones were loaded', async () => {
    await using server = await startTestServer()
    const ann = server.principal('ann')
    const threadId = await longThread(
      server,
      ann,
      Array.from({ length: 120 }, () => 10),
    )
    const { view, until } = opened(server, threadId, 95)

    const first = await until(({ caughtUp }) => caughtUp)
    await view.loadEarlier()
    const second = view.state
    while (view.state.hasEarlier) await view.loadEarlier()

    expect(first.conversation.turns.map(({ messageId }) => messageId).at(0)).toBe('msg_110')
    expect(first.hasEarlier).toBe(true)
    expect(second.conversation.turns.length).toBeGreaterThan(first.conversation.turns.length)
    expect(view.state.conversation).toEqual(
      (await wholeLog(server, ann, threadId)).reduce(applyEvent, emptyConversation),
    )
  })

  it('keeps up with what is said meanwhile, and with what is loaded at the same time', async () => {
    await using server = await startTestServer({ model: createScriptedModel(() => ({ text: 'Hello.' })) })
    const ann = server.principal('ann')
    const threadId = await longThread(server, ann, [400, 400, 20])
    const { view, until } = opened(server, threadId, 5)
    await until(({ caughtUp }) => caughtUp)

    const parts = [{ type: 'text', text: 'And now?' }] as const
    const sent = server.supervisor.send(ann, { threadId, parts, idempotencyKey: 'now' })
    await Promise.all([sent, view.loadEarlier(), view.loadEarlier()])
    await until(({ conversation }) => conversation.turns.at(-1)?.run.status === 'completed')
    while (view.state.hasEarlier) await view.loadEarlier()

    expect(view.state.conversation.turns.map(({ messageId }) => messageId).slice(0, 3)).toEqual([
      'msg_0',
      'msg_1',
      'msg_2',
    ])
    expect(view.state.conversation).toEqual(
      (await wholeLog(server, ann, threadId)).reduce(applyEvent, emptyConversation),
    )
  })

  it('is shown from the beginning of a turn that is longer than the server goes back', {
    timeout: 20_000,
  }, async () => {
    await using server = await startTestServer({ limits: { commandBurst: 1_000 } })
    const ann = server.principal('ann')
    const threadId = await longThread(server, ann, [5, 10_700])
    const { until } = opened(server, threadId, 50)

    const { conversation } = await until((state) => state.conversation.turns.length > 0)

    expect(conversation.turns.map(({ messageId }) => messageId)).toContain('msg_1')
    expect(conversation.turns.at(-1)?.run.steps[0]?.text.split(' ')).toHaveLength(10_699)
  })

  it('opens an empty thread, and begins with its first message', async () => {
    await using server = await startTestServer()
    const ann = server.principal('ann')
    const { threadId } = await server.supervisor.createThread(ann)
    const { view, until } = opened(server, threadId, 200)
    const empty = await until(({ caughtUp }) => caughtUp)

    await server.supervisor.send(ann, { threadId, parts: [{ type: 'text', text: 'Hi.' }], idempotencyKey: '1' })
    await until(({ conversation }) => conversation.turns[0]?.run.status === 'completed')

    expect(empty).toMatchObject({ hasEarlier: false, conversation: { turns: [] } })
    expect(view.state.hasEarlier).toBe(false)
  })
})

describe('a view of a thread', () => {
  it('begins again when the log ends before what was delivered', async () => {
    await using server = await startTestServer()
    const ann = server.principal('ann')
    const threadId = await longThread(server, ann, [5])
    const client = server.connect('ann')
    const told: string[] = []
    const done = Promise.withResolvers<void>()

    client.openThread(
      threadId,
      {
        onRestart: () => void told.push('restart'),
        onOpen: ({ after }) => void told.push(`open after ${after}`),
        onEvent: ({ seq }) => {
          told.push(`${seq}`)
          if (seq === 5) done.resolve()
        },
      },
      99,
    )
    await done.promise

    expect(told).toEqual(['restart', 'open after 0', '1', '2', '3', '4', '5'])
  })

  it('gives each of several views of one thread what it asked for, whichever came first', async () => {
    await using server = await startTestServer()
    const ann = server.principal('ann')
    const threadId = await longThread(server, ann, [10, 10, 10])
    const client = server.connect('ann')
    const open = (from: number | { readonly last: number }) => {
      const seen: number[] = []
      const done = Promise.withResolvers<readonly number[]>()
      const onEvent = ({ seq }: LoggedEvent): void => {
        seen.push(seq)
        if (seq === 30) done.resolve(seen)
      }
      client.openThread(threadId, { onEvent }, from)
      return done.promise
    }

    const [last, whole, later] = await Promise.all([open({ last: 3 }), open(0), open(15)])
    const lastAgain = await open({ last: 12 })

    expect([last[0], whole[0], later[0], lastAgain[0]]).toEqual([21, 1, 16, 11])
    expect([last.length, whole.length, later.length, lastAgain.length]).toEqual([10, 30, 15, 20])
  })
})
