import { expect, it } from 'vitest'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { startTestServer } from '../testing/server.ts'
import { defineTool } from '../tool/define-tool.ts'
import { approvalsOfOthers } from './approvals-of-others.ts'

const pay = defineTool({
  name: 'pay',
  description: 'Pays somebody',
  input: { type: 'object' },
  effect: 'write',
  execute: () => 'paid',
})

it('are found behind any number of one’s own [RUN-08]', async () => {
  const by = { users: ['ann', 'bob'], requester: true }
  const model = createScriptedModel(() => ({ calls: [{ tool: 'pay' }] }), { record: false })
  const policy = { allow: [{ tools: ['*'] }], approve: [{ tools: ['pay'], by }] }
  await using server = await startTestServer({ tools: [pay], model, policy })
  const [ann, bob] = [await server.socket(server.issue('ann')), await server.socket(server.issue('bob'))]
  const threads: string[] = []
  for (const asker of [ann, ann, ann, bob]) {
    const threadId = await asker.openNewThread()
    threads.push(threadId)
    await asker.say(threadId, 'pay')
    await asker.next((frame) => frame.type === 'event' && frame.threadId === threadId && isAsked(frame.event.type))
  }
  const client = server.connect('ann')

  const first = await client.listApprovals({ limit: 2 })
  const others = await approvalsOfOthers(client, { limit: 2 })

  expect(first.approvals.map(({ requester }) => requester.user)).toEqual(['ann', 'ann'])
  expect(others).toMatchObject({ approvals: [{ requester: { user: 'bob' } }], more: false })
  expect(others.ownThreads).toEqual(threads.slice(0, 3))
})

function isAsked(type: string): boolean {
  return type === 'approval_requested'
}
