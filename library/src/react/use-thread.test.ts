import { createElement } from 'react'
import { describe, expect, it } from 'vitest'
import type { LoggedEvent } from '../protocol/events.ts'
import { createCapture } from '../testing/capture.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { startTestServer } from '../testing/server.ts'
import { holdFrames, openPage, probe, recordedLine, under } from './page.fixture.ts'
import { type OpenThread, type ThreadOptions, useThread } from './use-thread.ts'

interface Props extends ThreadOptions {
  readonly threadId: string
}

function threadProbe() {
  return probe<OpenThread, Props>(({ threadId, ...options }) => useThread(threadId, options))
}

function answered(turns: number) {
  return ({ branch }: OpenThread): boolean =>
    branch.length === turns && branch.every(({ turn }) => turn.run.status === 'completed')
}

describe('useThread', () => {
  it('shows a thread as it is written, and what is sent in it [WEB-01]', async () => {
    await using server = await startTestServer()
    const client = server.connect('ann')
    const { threadId } = await client.createThread('Greetings')
    const thread = threadProbe()
    using page = openPage()

    page.show(under(client, thread.with({ threadId })))
    const opened = await thread.seen.next(({ caughtUp }) => caughtUp)
    await opened.send('Hello?')
    const { title, branch, activeRun } = await thread.seen.next(answered(1))

    expect(thread.seen.records[0]).toMatchObject({ caughtUp: false, title: undefined, branch: [] })
    expect(title).toBe('Greetings')
    expect(branch[0]?.turn.run.steps[0]?.text).toBe('Hello.')
    expect(activeRun).toBeUndefined()
  })

  it('opens a thread once, for strict mode and for any number of components, and leaves it with the last of them', async () => {
    await using server = await startTestServer()
    const { client, sent } = recordedLine(server, 'ann')
    const { threadId } = await client.createThread()
    const [one, other] = [threadProbe(), threadProbe()]
    const page = openPage()

    page.show(under(client, one.with({ threadId }), other.with({ threadId })))
    const [first, second] = await Promise.all([one, other].map(({ seen }) => seen.next(({ caughtUp }) => caughtUp)))
    page.show(under(client, null, other.with({ threadId })))
    page[Symbol.dispose]()
    await Promise.resolve()
    await client.listThreads()
    client.close()

    expect(first?.conversation).toBe(second?.conversation)
    expect(sent).toEqual(['thread.create', 'thread.open', 'thread.leave', 'thread.list'])
  })

  it('shows nothing of one thread for another, not in a single render', async () => {
    await using server = await startTestServer()
    const client = server.connect('ann')
    const [{ threadId: a }, { threadId: b }] = [await client.createThread('A'), await client.createThread('B')]
    await Promise.all([client.send(a, 'in A'), client.send(b, 'in B')])
    const thread = threadProbe()
    using page = openPage()

    page.show(under(client, thread.with({ threadId: a })))
    await thread.seen.next(({ threadId, branch }) => threadId === a && branch.length === 1)
    page.show(under(client, thread.with({ threadId: b })))
    await thread.seen.next(({ threadId, branch }) => threadId === b && branch.length === 1)

    const shown = thread.seen.records.map(({ threadId, title, branch }) => [
      threadId,
      title ?? 'none',
      ...branch.flatMap(({ turn }) => turn.parts.map((part) => (part.type === 'text' ? part.text : ''))),
    ])
    expect(shown.filter(([id, ...rest]) => rest.join().includes(id === a ? 'B' : 'A'))).toEqual([])
    expect(shown.find(([id]) => id === b)).toEqual([b, 'none'])
  })

  it('is drawn once a frame, however many events come', async () => {
    await using server = await startTestServer({ limits: { commandBurst: 1_000 } })
    const client = server.connect('ann')
    const { threadId } = await client.createThread()
    const told = createCapture<LoggedEvent>()
    client.openThread(threadId, { onEvent: told.listener })
    const thread = threadProbe()
    using page = openPage()
    page.show(under(client, thread.with({ threadId })))
    const { send } = await thread.seen.next(({ caughtUp }) => caughtUp)

    const before = thread.seen.records.length
    const beganAt = performance.now()
    const frames = holdFrames()
    for (let turn = 1; turn <= 40; turn++) {
      const { runId } = await send(`Message ${turn}`)
      await told.next(({ event }) => event.type === 'agent_completed' && event.runId === runId)
    }
    const elapsedMs = performance.now() - beganAt
    const renders = thread.seen.records.length - before
    frames[Symbol.dispose]()
    const { branch } = await thread.seen.next(answered(40))

    // Twice, for strict mode; and none but those that a tab has that nobody looks at.
    expect(renders).toBeLessThanOrEqual(2 * Math.ceil(elapsedMs / 250))
    expect(told.records.length).toBeGreaterThan(160)
    expect(branch.at(-1)?.turn.run.steps[0]?.text).toBe('Hello.')
  })

  it('keeps up in a tab that draws no frames', async () => {
    await using server = await startTestServer()
    const client = server.connect('ann')
    const { threadId } = await client.createThread()
    const thread = threadProbe()
    using page = openPage()
    using _hidden = holdFrames()

    page.show(under(client, thread.with({ threadId })))
    const opened = await thread.seen.next(({ caughtUp }) => caughtUp)
    await opened.send('Hello?')

    expect((await thread.seen.next(answered(1))).isNewest).toBe(true)
  })

  it('goes on after the line was down, without a gap', async () => {
    await using server = await startTestServer()
    const { client, connects } = recordedLine(server, 'ann')
    const { threadId } = await client.createThread()
    const thread = threadProbe()
    using page = openPage()
    page.show(under(client, thread.with({ threadId })))
    const { send } = await thread.seen.next(({ caughtUp }) => caughtUp)
    await send('One')
    await thread.seen.next(answered(1))

    server.cut()
    await send('Two')
    const { branch } = await thread.seen.next(answered(2))
    client.close()

    expect(connects()).toBe(2)
    expect(branch.map(({ turn }) => turn.run.steps[0]?.text)).toEqual(['Hello.', 'Hello.'])
  })

  it('says that a thread is not there, that it was deleted, and why it is refused', async () => {
    await using server = await startTestServer()
    const [ann, bob] = [server.connect('ann'), server.connect('bob')]
    const { threadId } = await ann.createThread()
    const [own, foreign, closed] = [threadProbe(), threadProbe(), threadProbe()]
    using page = openPage()
    using bobsPage = openPage()
    using lastPage = openPage()

    bobsPage.show(under(bob, foreign.with({ threadId })))
    await foreign.seen.next(({ gone }) => gone)
    page.show(under(ann, own.with({ threadId })))
    const { remove } = await own.seen.next(({ caughtUp }) => caughtUp)
    await remove()
    await own.seen.next(({ gone }) => gone)
    ann.close()
    lastPage.show(under(ann, closed.with({ threadId })))
    const { refusal } = await closed.seen.next((shown) => shown.refusal !== undefined)

    expect(foreign.seen.records.every(({ thread }) => thread === undefined)).toBe(true)
    expect(refusal).toMatchObject({ code: 'CLIENT_CLOSED', retry: 'never' })
  })

  it('stops the run at work, and says when there is none', async () => {
    const gate = Promise.withResolvers<void>()
    const model = createScriptedModel(() => ({ text: 'For ever', gate: gate.promise }))
    await using server = await startTestServer({ model })
    const client = server.connect('ann')
    const { threadId } = await client.createThread()
    const thread = threadProbe()
    using page = openPage()
    page.show(under(client, thread.with({ threadId })))
    const { send, stop } = await thread.seen.next(({ caughtUp }) => caughtUp)
    await send('Begin')
    await thread.seen.next(({ activeRun }) => activeRun?.status === 'running')

    const stopped = await stop()
    const { branch } = await thread.seen.next(({ activeRun, branch: [first] }) => first !== undefined && !activeRun)
    const again = await stop()

    expect([stopped, branch[0]?.turn.run.status, again]).toEqual([true, 'stopped', false])
  })

  it('makes a version of a message that is sent otherwise, and goes on from the branch that is shown', async () => {
    await using server = await startTestServer()
    const client = server.connect('ann')
    const { threadId } = await client.createThread()
    const thread = threadProbe()
    using page = openPage()
    page.show(under(client, thread.with({ threadId })))
    const { send, revise, retry } = await thread.seen.next(({ caughtUp }) => caughtUp)
    await send('First')
    const { branch } = await thread.seen.next(answered(1))
    const first = branch[0]?.turn
    if (first === undefined) throw new Error('Expected a turn')

    await retry(first)
    const twice = await thread.seen.next(({ branch: [turn], activeRun }) => turn?.versions.length === 2 && !activeRun)
    await revise(first, 'Third')
    await thread.seen.next(({ branch: [turn], activeRun }) => turn?.versions.length === 3 && !activeRun)
    page.show(under(client, thread.with({ threadId, messageId: first.messageId })))
    const older = await thread.seen.next(({ isNewest }) => !isNewest)
    await older.send('After the first')
    const after = await thread.seen.next(({ branch: { length } }) => length === 2)

    expect(twice.branch[0]?.turn.parts).toEqual(first.parts)
    expect(after.branch.map(({ turn }) => turn.follows)).toEqual([null, first.messageId])
  })

  it('keeps its actions the same, so that what was given them need not be drawn again', async () => {
    await using server = await startTestServer()
    const client = server.connect('ann')
    const { threadId } = await client.createThread()
    const thread = threadProbe()
    using page = openPage()
    page.show(under(client, thread.with({ threadId })))
    await thread.seen.next(({ caughtUp }) => caughtUp)
    await client.send(threadId, 'Hello?')
    const last = await thread.seen.next(answered(1))
    page.show(under(client, thread.with({ threadId }), createElement('p')))

    const { length } = thread.seen.records
    await thread.seen.count(length + 1)
    const [first] = thread.seen.records

    expect([last.send, last.stop, last.loadEarlier]).toEqual([first?.send, first?.stop, first?.loadEarlier])
    expect(thread.seen.records.at(-1)).toBe(last)
  })
})
