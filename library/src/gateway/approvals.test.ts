import { describe, expect, it } from 'vitest'
import { createLocalBus } from '../adapters/bus/local.ts'
import { createMemoryStore } from '../adapters/store/memory.ts'
import type { Principal } from '../protocol/vocabulary.ts'
import type { RawSocket } from '../testing/raw-socket.ts'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { startTestServer, type TestServerOptions } from '../testing/server.ts'
import { defineTool } from '../tool/define-tool.ts'

const pay = defineTool({
  name: 'pay',
  description: 'Pays somebody',
  input: { type: 'object', properties: { to: { type: 'string' } } },
  effect: 'destructive',
  execute: () => 'paid',
})
const wipe = defineTool({
  name: 'wipe',
  description: 'Wipes',
  input: { type: 'object' },
  effect: 'destructive',
  execute: () => 'wiped',
})
const policy = {
  allow: [{ tools: ['*'] }],
  approve: ['effect:destructive', { tools: ['pay'], by: { roles: ['finance'], users: ['eve'] } }],
}
const person = (user: string, roles: readonly string[] = [], tenant = 'acme'): Principal => ({
  tenant,
  user,
  roles,
  scopes: [],
})

function asking(tool: 'pay' | 'wipe'): TestServerOptions {
  const script = [{ calls: [{ tool, input: { to: 'bob' } }] }, { text: 'Done.' }]
  return { tools: [pay, wipe], policy, model: createScriptedModel(script) }
}

const hints = (socket: RawSocket): number => socket.frames.filter(({ type }) => type === 'approvals_changed').length
const hinted = (socket: RawSocket, count: number): Promise<unknown> =>
  socket.next(({ type }) => type === 'approvals_changed' && hints(socket) >= count)
const idOf = async (socket: RawSocket): Promise<string> => {
  const frame = await socket.next((one) => one.type === 'event' && one.event.type === 'approval_requested')
  return frame.type === 'event' && frame.event.type === 'approval_requested' ? frame.event.approvalId : ''
}

describe('approvals over a socket', () => {
  it('are hinted to those who may answer and listed for them; nobody else hears of them [RUN-06] [RUN-08]', async () => {
    await using server = await startTestServer(asking('pay'))
    await using ann = await server.socket(server.issue(person('ann', ['finance'])))
    await using eve = await server.socket(server.issue(person('eve')))
    await using dan = await server.socket(server.issue(person('dan', ['finance'])))
    await using bob = await server.socket(server.issue(person('bob')))
    await using mallory = await server.socket(server.issue(person('eve', ['finance'], 'other')))
    const threadId = await ann.openNewThread()
    await ann.say(threadId, 'pay bob')
    const approvalId = await idOf(ann)
    await Promise.all([hinted(eve, 1), hinted(dan, 1)])

    const lists = await Promise.all([eve, dan, bob, mallory, ann].map((one) => one.command({ type: 'approval.list' })))
    const denied = await bob.command({ type: 'approval.answer', approvalId, decision: 'denied' })
    const own = await ann.command({ type: 'approval.answer', approvalId, decision: 'approved' })
    const taken = await dan.command({ type: 'approval.answer', approvalId, decision: 'approved' })
    await Promise.all([hinted(eve, 2), hinted(dan, 2), ann.completed()])
    const late = await eve.command({ type: 'approval.answer', approvalId, decision: 'denied' })
    const after = await eve.command({ type: 'approval.list' })

    const listed = { type: 'ok', approvals: [{ approvalId, tool: 'pay', requester: { user: 'ann' } }], more: false }
    const nothing = { type: 'ok', approvals: [], more: false }
    expect(lists).toMatchObject([listed, listed, nothing, nothing, nothing])
    expect(JSON.stringify(lists)).not.toContain(threadId)
    expect([denied, own, taken, late]).toMatchObject([
      { error: { code: 'NOT_FOUND' } },
      { error: { code: 'APPROVAL_NOT_YOURS' } },
      { type: 'ok', approvalId },
      { error: { code: 'APPROVAL_RESOLVED' } },
    ])
    expect(after).toMatchObject(nothing)
    expect([ann, bob, mallory].map(hints)).toEqual([0, 0, 0])
    expect([...bob.events, ...eve.events, ...dan.events]).toEqual([])
  })

  it("that are one's own are hinted to every tab of theirs, and to nobody else [RUN-08]", async () => {
    await using server = await startTestServer(asking('wipe'))
    await using ann = await server.socket(server.issue(person('ann')))
    await using tab = await server.socket(server.issue(person('ann')))
    await using eve = await server.socket(server.issue(person('eve', ['finance'])))
    const threadId = await ann.openNewThread()
    await ann.say(threadId, 'wipe it')
    await hinted(tab, 1)

    const list = await tab.command({ type: 'approval.list' })
    await tab.command({ type: 'approval.answer', approvalId: await idOf(ann), decision: 'approved' })
    await Promise.all([ann.completed(), hinted(tab, 2)])

    expect(list).toMatchObject({ approvals: [{ tool: 'wipe', threadId }] })
    expect(hints(eve)).toBe(0)
  })

  it('are hinted, listed and answered at another node than the one that asks [RUN-08]', async () => {
    await using bus = createLocalBus()
    const store = createMemoryStore()
    await using here = await startTestServer({ ...asking('pay'), store, bus })
    await using there = await startTestServer({ ...asking('pay'), store, bus })
    await using ann = await here.socket(here.issue(person('ann')))
    await using eve = await there.socket(there.issue(person('eve')))
    await using bob = await there.socket(there.issue(person('bob')))
    await using mallory = await there.socket(there.issue(person('eve', ['finance'], 'other')))
    const threadId = await ann.openNewThread()
    await ann.say(threadId, 'pay bob')
    await hinted(eve, 1)

    const list = await eve.command({ type: 'approval.list', limit: 1 })
    const approvalId = await idOf(ann)
    const answered = await eve.command({ type: 'approval.answer', approvalId, decision: 'denied', reason: 'no money' })
    await hinted(eve, 2)

    expect(list).toMatchObject({ approvals: [{ approvalId }] })
    expect(answered).toMatchObject({ type: 'ok' })
    expect(await store.approvals.get(person('ann'), approvalId)).toMatchObject({ status: 'denied' })
    expect([bob, mallory].map(hints)).toEqual([0, 0])
  })

  it('follow the roles that a connection has now', async () => {
    await using server = await startTestServer(asking('pay'))
    await using ann = await server.socket(server.issue(person('ann')))
    await using dan = await server.socket(server.issue(person('dan', ['finance'])))
    await using eve = await server.socket(server.issue(person('eve')))
    await dan.command({ type: 'auth.refresh', token: server.issue(person('dan')) })
    const threadId = await ann.openNewThread()
    await ann.say(threadId, 'pay bob')
    await hinted(eve, 1)

    const list = await dan.command({ type: 'approval.list' })
    const refused = await dan.command({ type: 'approval.answer', approvalId: await idOf(ann), decision: 'approved' })

    expect([list, refused]).toMatchObject([{ approvals: [] }, { error: { code: 'NOT_FOUND' } }])
    expect(hints(dan)).toBe(0)
  })

  it('are asked for with what the wire allows, and nothing else', async () => {
    await using server = await startTestServer(asking('pay'))
    await using ann = await server.socket(server.issue(person('ann')))
    const wrong = [
      { limit: 0 },
      { limit: 201 },
      { limit: 1.5 },
      { after: '' },
      { after: 'x'.repeat(129) },
      { user: 'eve' },
    ]

    const refusals = await Promise.all(wrong.map((fields) => ann.command({ type: 'approval.list', ...fields })))
    const unknown = await ann.command({ type: 'approval.list', after: 'apr_none', limit: 200 })

    expect(refusals).toMatchObject(wrong.map(() => ({ error: { code: 'COMMAND_INVALID' } })))
    expect(unknown).toMatchObject({ type: 'ok', approvals: [], more: false })
  })
})
