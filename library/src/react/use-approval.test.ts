import { describe, expect, it } from 'vitest'
import type { Client } from '../client/client.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { startTestServer, type TestServer } from '../testing/server.ts'
import { defineTool } from '../tool/define-tool.ts'
import { openPage, probe, recordedLine, under } from './page.fixture.ts'
import { type Question, type ShownApproval, useApproval } from './use-approval.ts'
import { useApprovals, type WaitingApprovals } from './use-approvals.ts'
import { type OpenThread, useThread } from './use-thread.ts'

const pay = defineTool({
  name: 'pay',
  description: 'Pays somebody',
  input: { type: 'object' },
  effect: 'destructive',
  execute: (input) => JSON.stringify(input),
})

function startBank(by?: readonly string[]): Promise<TestServer> {
  const model = createScriptedModel(
    ({ messages }) => (messages.at(-1)?.role === 'tool' ? { text: 'Done.' } : { calls: [{ tool: 'pay' }] }),
    { record: false },
  )
  const approve = by === undefined ? ['effect:destructive'] : [{ tools: ['pay'], by: { users: by } }]
  const policy = { allow: [{ tools: ['*'] }], approve }
  return startTestServer({ tools: [pay], model, policy })
}

async function ask(client: Client) {
  const { threadId } = await client.createThread()
  const thread = probe<OpenThread>(() => useThread(threadId))
  const page = openPage()
  page.show(under(client, thread.with({})))
  const { send } = await thread.seen.next(({ caughtUp }) => caughtUp)
  await send('Pay!')
  const { approvals } = await thread.seen.next((shown) => shown.approvals.length > 0)
  const [question] = approvals
  if (question === undefined) throw new Error('Expected a question')
  return { thread, page, question }
}

function approvalProbe() {
  return probe<ShownApproval, Question>((question) => useApproval(question))
}

describe('useApproval', () => {
  it('gives one answer, however often the button is pressed, and with the arguments as they were edited [WEB-02]', async () => {
    await using server = await startBank()
    const { client, sent } = recordedLine(server, 'ann')
    const { thread, page, question } = await ask(client)
    using _page = page
    const approval = approvalProbe()
    using card = openPage()
    card.show(under(client, approval.with(question)))
    const { approve } = await approval.seen.next(({ state }) => state === 'open')

    const pressed = [approve({ input: { amount: 7 } }), approve({ input: { amount: 8 } })]
    await Promise.all(pressed)
    const { branch, approvals } = await thread.seen.next(({ branch: [turn] }) => turn?.turn.run.status === 'completed')
    await approval.seen.next(({ state }) => state === 'answered')
    client.close()

    expect(pressed[0]).toBe(pressed[1])
    expect(sent.filter((type) => type === 'approval.answer')).toHaveLength(1)
    expect(approval.seen.records.map(({ state }) => state)).toContain('answering')
    expect(branch[0]?.turn.run.steps[0]?.calls[0]?.output).toBe('{"amount":7}')
    expect(approvals).toEqual([])
  })

  it('says with its code that somebody else’s answer was taken, and may be asked again', async () => {
    await using server = await startBank()
    const client = server.connect('ann')
    const { page, question } = await ask(client)
    using _page = page
    const approval = approvalProbe()
    using card = openPage()
    card.show(under(client, approval.with(question)))
    const { deny } = await approval.seen.next(({ state }) => state === 'open')

    await server.connect('ann').answer(question.approvalId, { decision: 'approved' })
    await deny('Too much')
    const { state, problem } = await approval.seen.next((shown) => shown.problem !== undefined)

    expect([state, problem?.code]).toEqual(['open', 'APPROVAL_RESOLVED'])
  })

  it('begins with nothing when it is about another question, and counts down by the page’s clock', async () => {
    await using server = await startBank()
    const client = server.connect('ann')
    const clock = createManualClock()
    const approval = probe<ShownApproval, Question>((question) => useApproval(question))
    using page = openPage()
    const expiresAt = clock.now() + 5_000

    page.show(under({ client, clock }, approval.with({ approvalId: 'one', expiresAt })))
    const { approve } = await approval.seen.next(({ expiresInMs }) => expiresInMs === 5_000)
    await approve()
    await approval.seen.next(({ problem }) => problem !== undefined)
    const { length } = approval.seen.records
    page.show(under({ client, clock }, approval.with({ approvalId: 'two', expiresAt })))
    const [other] = (await approval.seen.count(length + 1)).slice(-1)
    await clock.advance(2_000)
    await approval.seen.next(({ expiresInMs }) => expiresInMs === 3_000)
    await clock.advance(60_000)

    expect(other).toMatchObject({ state: 'open', problem: undefined })
    expect(await approval.seen.next(({ expiresInMs }) => expiresInMs === 0)).toMatchObject({ state: 'open' })
  })
})

describe('useApprovals', () => {
  it('has what waits of other people, until it is answered', async () => {
    await using server = await startBank(['bob'])
    const [ann, bob] = [server.connect('ann'), server.connect('bob')]
    const inbox = probe<WaitingApprovals>(() => useApprovals())
    using bobsPage = openPage()
    bobsPage.show(under(bob, inbox.with({})))
    await inbox.seen.next(({ problem }) => problem === undefined)

    const { page } = await ask(ann)
    using _page = page
    const { approvals } = await inbox.seen.next((shown) => shown.approvals.length > 0)
    const before = inbox.seen.records.length
    await bob.answer(approvals[0]?.approvalId ?? '', { decision: 'denied' })
    await inbox.seen.next((shown) => shown.approvals.length === 0 && inbox.seen.records.indexOf(shown) >= before)

    expect(approvals).toMatchObject([{ tool: 'pay', requester: { user: 'ann' } }])
  })
})
