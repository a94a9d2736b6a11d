import { createScriptedModel } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../config.ts'
import { bearer, connectClient, postJson, signIn, startFixture, temporaryFolder } from '../server.fixture.ts'
import { startServer } from '../server.ts'

const policy = {
  allow: [{ tools: ['*'] }],
  approve: ['effect:destructive', { tools: ['delete_note'], by: { users: ['eve', 'dan'] } }],
}
const asking = [{ calls: [{ tool: 'delete_note', input: { noteId: 'k3f7p' } }] }, { text: 'So be it.' }]

async function get(url: string, token: string): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(url, { headers: bearer(token) })
  return { status: response.status, body: await response.json() }
}

async function post(
  url: string,
  token: string,
  body: unknown,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await postJson(url, body, bearer(token))
  return { status: response.status, body: await response.json() }
}

async function ask(url: string, token: string): Promise<{ readonly threadId: string; readonly approvalId: string }> {
  await using client = connectClient(url, token)
  const { threadId } = await client.createThread()
  const requested = Promise.withResolvers<string>()
  using _view = client.openThread(threadId, {
    onEvent: ({ event }) => event.type === 'approval_requested' && requested.resolve(event.approvalId),
  })
  await client.send(threadId, 'delete my note')
  return { threadId, approvalId: await requested.promise }
}

describe('approvals over HTTP', () => {
  it('are listed for whoever may answer, and answered once [RUN-06] [RUN-08]', async () => {
    await using fixture = await startFixture({ config: { policy }, parts: { model: createScriptedModel(asking) } })
    const { url } = fixture
    const [ann, eve, dan, bob] = await Promise.all(['Ann', 'Eve', 'Dan', 'Bob'].map((name) => signIn(url, name)))
    const tokenOf = (one: { token: string } | undefined): string => one?.token ?? ''
    const { threadId, approvalId } = await ask(url, tokenOf(ann))
    const at = `${url}/v1/approvals/${approvalId}`

    const lists = await Promise.all([eve, bob, ann].map((one) => get(`${url}/v1/approvals?limit=10`, tokenOf(one))))
    const unasked = await get(`${url}/v1/approvals?limit=x`, tokenOf(eve))
    const refused = await Promise.all([bob, ann].map((one) => post(at, tokenOf(one), { decision: 'approved' })))
    const unfit = await post(at, tokenOf(eve), { decision: 'approved', input: { noteId: 7 } })
    const checked = await post(`${at}/check`, tokenOf(eve), { input: { noteId: 7 } })
    const shown = await get(at, tokenOf(eve))
    const hidden = await Promise.all([get(at, tokenOf(bob)), post(`${at}/check`, tokenOf(bob), { input: {} })])
    const denied = await post(at, tokenOf(eve), { decision: 'denied', reason: 'keep it' })
    const second = await post(at, tokenOf(dan), { decision: 'approved' })
    const metrics = await (await fetch(`${url}/metrics`)).text()

    expect(lists).toMatchObject([
      {
        status: 200,
        body: { approvals: [{ approvalId, tool: 'delete_note', requester: { user: 'ann' } }], more: false },
      },
      { status: 200, body: { approvals: [] } },
      { status: 200, body: { approvals: [] } },
    ])
    expect(checked).toMatchObject({ status: 200, body: { issues: [{ path: '/noteId' }] } })
    expect(shown).toMatchObject({ status: 200, body: { approval: { approvalId }, tool: { name: 'delete_note' } } })
    expect(hidden.map(({ status, body }) => [status, codeOf(body)])).toEqual([
      [404, 'NOT_FOUND'],
      [404, 'NOT_FOUND'],
    ])
    expect(JSON.stringify([lists, shown])).not.toContain(threadId)
    expect([unasked, ...refused, unfit, denied, second].map(({ status, body }) => [status, codeOf(body)])).toEqual([
      [400, 'REQUEST_INVALID'],
      [404, 'NOT_FOUND'],
      [403, 'APPROVAL_NOT_YOURS'],
      [400, 'APPROVAL_INPUT_INVALID'],
      [200, undefined],
      [409, 'APPROVAL_RESOLVED'],
    ])
    expect(metrics).toContain('toolcrib_approvals_total{decision="denied",by="other"} 1')
  })

  it('that were asked before a restart are answered after it, by another person [RUN-08]', async () => {
    await using folder = await temporaryFolder()
    const config = parseConfig(
      { port: 0, logLevel: 'silent', dataFolder: folder.folder, policy },
      { env: {}, folder: folder.folder },
    )
    const before = await startServer(config, { model: createScriptedModel(asking) })
    const { threadId, approvalId } = await ask(before.url, (await signIn(before.url, 'Ann')).token)
    await before.close({ drainMs: 0 })
    const after = await startServer(config, { model: createScriptedModel(asking.slice(1)) })
    await using _after = after
    const [ann, eve] = [(await signIn(after.url, 'Ann')).token, (await signIn(after.url, 'Eve')).token]
    await using client = connectClient(after.url, ann)
    const ended = Promise.withResolvers<string>()
    using _view = client.openThread(threadId, {
      onEvent: ({ event }) => event.type === 'agent_completed' && ended.resolve(event.outcome),
    })

    const list = await get(`${after.url}/v1/approvals`, eve)
    const denied = await post(`${after.url}/v1/approvals/${approvalId}`, eve, { decision: 'denied', reason: 'keep it' })
    const outcome = await ended.promise
    const log = await get(`${after.url}/v1/threads/${threadId}/events?after=0`, ann)

    expect(list).toMatchObject({ body: { approvals: [{ approvalId, requester: { user: 'ann' } }] } })
    expect(denied).toMatchObject({ status: 200 })
    expect(outcome).toBe('completed')
    expect(JSON.stringify(log.body)).toContain('keep it')
  })
})

function codeOf(body: unknown): string | undefined {
  return (body as { error?: { code: string } }).error?.code
}
