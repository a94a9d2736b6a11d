import { SignJWT } from 'jose'
import { defineTool } from 'toolcrib'
import type { Client, ClientTool } from 'toolcrib/client'
import { createOperationsClient, type OperationsClient, type ScopeReport } from 'toolcrib/operations'
import { createScriptedModel } from 'toolcrib/testing'
import { describe, expect, it, vi } from 'vitest'
import { ask, bearer, connectClient, postJson, type ServerFixture, startFixture } from '../../server.fixture.ts'

const secret = 'a-shared-secret-of-more-than-32-bytes'

async function tokenOf(user: string, tenant: string, roles: readonly string[] = ['user']): Promise<string> {
  const now = Date.now() / 1_000
  const claims = { sub: user, tenant, roles, jti: crypto.randomUUID(), iat: now, exp: now + 600 }
  return await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret))
}

const hello = defineTool({
  name: 'say_hello',
  title: 'Say hello',
  description: 'Says hello.',
  input: { type: 'object', properties: { to: { type: 'string', description: 'Whom' } }, required: ['to'] },
  effect: 'read',
  tags: ['talk'],
  execute: () => 'hello',
})

function startHouse(operatorTenants: 'own' | 'all' = 'own'): Promise<ServerFixture> {
  return startFixture({
    env: { TOOLCRIB_JWT_SECRET: secret },
    config: {
      starterTools: false,
      tools: [hello],
      auth: { operatorTenants },
      policy: {
        allow: [{ roles: ['user'], tools: ['*'] }],
        approve: [{ tools: ['say_hello'], by: { roles: ['boss'] } }],
      },
    },
    parts: { model: createScriptedModel(() => ({ text: 'Hello.' })) },
  })
}

async function operatorOf(url: string, tenant: string): Promise<OperationsClient> {
  const token = await tokenOf('otto', tenant, ['operator'])
  return createOperationsClient({ url, headers: async () => bearer(token) })
}

function pathsOf({ path, children }: ScopeReport): readonly string[] {
  return [path, ...children.flatMap(pathsOf)]
}

function offer(client: Client, tool: ClientTool): Promise<unknown> {
  const judged = Promise.withResolvers<unknown>()
  client.offerTools([tool], { onVerdicts: judged.resolve })
  return judged.promise
}

const page = {
  name: 'read_page',
  description: 'Reads the page.',
  inputSchema: { type: 'object' },
  effect: 'read',
} as const

describe('scopes', () => {
  it('are shown with what they hold; those of other tenants are counted only [REG-07] [OPS-02]', async () => {
    await using fixture = await startHouse()
    const { url } = fixture
    await using ann = connectClient(url, await tokenOf('ann', 'acme'))
    await using bob = connectClient(url, await tokenOf('bob', 'globex'))
    await offer(ann, { ...page, execute: () => null })
    await bob.createThread('x')
    const thread = await ann.createThread('x')
    await ask(ann, thread.threadId, 'hi')
    const operator = await operatorOf(url, 'acme')

    const reply = await operator.ask('scopes', { open: 'all' })

    const [tenant] = reply.app.children
    const [user] = tenant?.children ?? []
    const [connection] = user?.children ?? []
    expect([reply.app.children.length, tenant?.name, user?.name, connection?.kind]).toEqual([
      1,
      'acme',
      'ann',
      'connection',
    ])
    expect(reply.outOfSight).toBe(3)
    expect(reply.app.below).toEqual({ tenant: 1, user: 1, connection: 1 })
    expect(connection).toMatchObject({ tools: ['read_page'], connection: { openThreads: 0, offeredTools: 1 } })
    expect(JSON.stringify(reply)).not.toMatch(/globex|bob/)
    expect(reply.closed.map(({ kind, overdue, failed }) => ({ kind, overdue, failed }))).toEqual([
      { kind: 'run', overdue: [], failed: [] },
    ])
    expect(reply.counts.find(({ kind }) => kind === 'connection')).toEqual({
      kind: 'connection',
      open: 2,
      opened: 2,
      closed: 0,
      leaked: 0,
    })
  })

  it('are all shown to who operates all tenants', async () => {
    await using fixture = await startHouse('all')
    await using bob = connectClient(fixture.url, await tokenOf('bob', 'globex'))
    await bob.createThread('x')
    const operator = await operatorOf(fixture.url, 'acme')

    const reply = await operator.ask('scopes', { open: 'all' })

    expect([reply.outOfSight, pathsOf(reply.app).length]).toEqual([0, 4])
  })

  it('are listed where it was asked for, found by name and by tool, and cut when there are many [OPS-02]', async () => {
    await using fixture = await startHouse()
    const { registry } = fixture.server
    const tenant = registry.open({ kind: 'tenant', name: 'acme' })
    const users = Array.from({ length: 2_000 }, (_, index) => tenant.open({ kind: 'user', name: `user ${index}` }))
    const connections = users.map((user, index) => user.open({ kind: 'connection', name: `con_${index}` }))
    connections[1_234]?.add(
      defineTool({ name: 'rare', description: 'Rare.', input: { type: 'object' }, effect: 'read', execute: () => 1 }),
    )
    const operator = await operatorOf(fixture.url, 'acme')

    const closed = await operator.ask('scopes', {})
    const byName = await operator.ask('scopes', { find: 'USER 1999' })
    const byTool = await operator.ask('scopes', { find: 'rare' })
    const id = closed.app.children[0]?.children[7]?.id
    const opened = await operator.ask('scopes', { open: `${id}` })
    const all = await operator.ask('scopes', { open: 'all' })
    const wider = await operator.ask('scopes', { most: 500 })
    const widest = await operator.ask('scopes', { most: 2_000 })

    expect([closed, wider, widest].map(({ app, room }) => [app.children[0]?.omitted, room])).toEqual([
      [1_800, 1_798],
      [1_500, 1_498],
      [2, 0],
    ])
    expect(closed.app.children[0]).toMatchObject({ omitted: 1_800, below: { user: 2_000, connection: 2_000 } })
    expect(closed.app.children[0]?.children[0]).toMatchObject({ children: [], below: { connection: 1 } })
    expect([byName.found, pathsOf(byName.app).at(-1)]).toEqual([1, 'app/tenant:acme/user:user 1999'])
    expect([byTool.found, pathsOf(byTool.app)]).toEqual([
      1,
      [
        'app',
        'app/tenant:acme',
        'app/tenant:acme/user:user 1234',
        'app/tenant:acme/user:user 1234/connection:con_1234',
      ],
    ])
    expect(pathsOf(opened.app).filter((path) => path.includes('connection:'))).toEqual([
      'app/tenant:acme/user:user 7/connection:con_7',
    ])
    expect(pathsOf(all.app).length).toBeLessThanOrEqual(2_000)
    await expect(operator.ask('scopes', { open: 'everything' })).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
  })

  it('that closed badly say what failed and what would not close, within sight [REG-09]', async () => {
    await using fixture = await startHouse()
    const { registry } = fixture.server
    const tenants = ['acme', 'globex'].map((name) => registry.open({ kind: 'tenant', name, closeDeadlineMs: 1 }))
    const waiting = Promise.withResolvers<void>()
    for (const tenant of tenants) {
      tenant.onClose(() => Promise.reject(new Error('the disk is gone')), 'a file')
      tenant.onClose(() => waiting.promise, 'a socket')
    }
    await Promise.all(tenants.map((tenant) => tenant.close('the tenant left')))
    const operator = await operatorOf(fixture.url, 'acme')

    const { closed, resources } = await operator.ask('scopes', {})
    waiting.resolve()

    expect(closed).toEqual([
      expect.objectContaining({
        path: 'app/tenant:acme',
        reason: 'the tenant left',
        failed: [{ path: 'app/tenant:acme', what: 'a file', error: 'the disk is gone' }],
        overdue: [{ path: 'app/tenant:acme', what: 'a socket' }],
      }),
    ])
    expect(resources).toMatchObject({ overdue: 2 })
  })
})

describe('the registry', () => {
  it('tells of every tool who may use it, where it comes from and how its calls ended [REG-07]', async () => {
    await using fixture = await startHouse()
    const { url } = fixture
    await using ann = connectClient(url, await tokenOf('ann', 'acme'))
    await using bob = connectClient(url, await tokenOf('bob', 'globex'))
    await offer(ann, { ...page, execute: () => null })
    await offer(bob, { ...page, name: 'secret_page', execute: () => null })
    const operator = await operatorOf(url, 'acme')

    const { tools, verdicts } = await operator.ask('registry', {})
    const detail = await operator.ask('tool', { name: 'say_hello' })
    const others = await operator.ask('tool', { name: 'secret_page' })

    expect(verdicts).toEqual({ admitted: 3, unchanged: 0, replaced: 0, refused: 0 })
    expect(tools.map(({ name, from, holders, approval, usable }) => [name, from, holders, approval, usable])).toEqual([
      ['say_hello', 'catalogue', 1, true, true],
      ['read_page', 'connection', 1, false, true],
    ])
    expect(detail.tools).toEqual([
      expect.objectContaining({
        title: 'Say hello',
        origin: 'configuration',
        inputSchema: hello.input.jsonSchema,
        rules: [{ roles: ['user'], scopes: [], tools: ['*'] }],
        approvers: [{ roles: ['boss'], users: [], requester: false }],
        agents: ['assistant'],
        definedAt: { file: 'operations/house.test.ts', line: expect.any(Number), column: expect.any(Number) },
        timeoutMs: 30_000,
        maxConcurrent: null,
      }),
    ])
    expect(others.tools).toEqual([])
  })

  it('keeps each refusal with its verdict and both places of a clash, within sight [REG-09]', async () => {
    await using fixture = await startHouse()
    const { url } = fixture
    await using ann = connectClient(url, await tokenOf('ann', 'acme'))
    await using bob = connectClient(url, await tokenOf('bob', 'globex'))
    await offer(bob, { ...page, name: 'SayHello', execute: () => null })
    await offer(ann, { ...page, name: 'say_hello', execute: () => null })

    const { objections, refusals } = await (await operatorOf(url, 'acme')).ask('registry', {})

    expect(refusals).toEqual({ NAME_CONFUSABLE: 1, NAME_SHADOWS: 1 })
    expect(objections).toEqual([
      expect.objectContaining({
        code: 'NAME_SHADOWS',
        name: 'say_hello',
        path: expect.stringContaining('app/tenant:acme/user:ann/connection:'),
        existingPath: 'app',
        existing: expect.objectContaining({ file: 'operations/house.test.ts' }),
        origin: expect.stringMatching(/^client:con_/),
        trust: 'client',
      }),
    ])
    expect(objections[0]).not.toHaveProperty('offered')
  })
})

describe('what was refused of the house', () => {
  it('stays, however much clients offer [REG-09] [L12]', async () => {
    await using fixture = await startHouse()
    const { registry } = fixture.server
    await using source = registry.open({ kind: 'source', name: 'files' })
    await using peer = registry.open({ kind: 'tenant', name: 'acme' })
    source.offer(['no tool'])
    peer.offer(
      Array.from({ length: 600 }, () => 'no tool'),
      { trust: 'client' },
    )
    const operator = await operatorOf(fixture.url, 'acme')

    const { objections } = await vi.waitFor(async () => {
      const report = await operator.ask('registry', {})
      expect(report.objections.length).toBeGreaterThan(99)
      return report
    })

    expect(objections.map(({ path }) => path).filter((path) => path !== 'app/tenant:acme')).toEqual([
      'app/source:files',
    ])
  })
})

describe('what would happen', () => {
  async function judged(fixture: ServerFixture, candidate: unknown, trust?: 'code' | 'source' | 'client') {
    const operator = await operatorOf(fixture.url, 'acme')
    const text = typeof candidate === 'string' ? candidate : JSON.stringify(candidate)
    return (await operator.judge({ text, trust })).judged
  }

  it('is judged by the admission itself, and nothing stays: not in counts, lists or scopes [REG-01] [REG-09]', async () => {
    await using fixture = await startHouse()
    const { registry } = fixture.server
    const schema = { type: 'object', properties: { city: { type: 'string' } } }
    const listing = [
      { name: 'get_weather', description: 'The weather.', inputSchema: schema, annotations: { readOnlyHint: true } },
      { name: 'say_hello', description: 'Another.', inputSchema: schema },
      { name: 'SayHello', description: 'Confusable.', inputSchema: schema },
      { name: 'get_weather', description: 'Once more.', inputSchema: schema },
      { name: 'bad name', description: 'Bad.', inputSchema: schema },
      { name: 'no_object', description: 'Bad.', inputSchema: { type: 'string' } },
    ]
    const before = { metrics: registry.metrics(), ids: registry.snapshot() }

    const verdicts = await judged(fixture, { jsonrpc: '2.0', id: 1, result: { tools: listing } })

    expect(verdicts.map(({ pointer, form, verdict }) => [pointer, form, verdict.code ?? verdict.verdict])).toEqual([
      ['/result/tools/0', 'mcp', 'admitted'],
      ['/result/tools/1', 'mcp', 'NAME_SHADOWS'],
      ['/result/tools/2', 'mcp', 'NAME_CONFUSABLE'],
      ['/result/tools/3', 'mcp', 'NAME_TAKEN'],
      ['/result/tools/4', 'mcp', 'NAME_INVALID'],
      ['/result/tools/5', 'mcp', 'SCHEMA_NOT_OBJECT'],
    ])
    expect(verdicts[0]?.tool).toEqual({
      name: 'get_weather',
      description: 'The weather.',
      inputSchema: schema,
      effect: 'read',
      fingerprint: expect.stringMatching(/^sha256:/),
    })
    expect(verdicts[1]?.verdict).toMatchObject({ existingPath: 'app', existing: { file: 'operations/house.test.ts' } })
    expect(verdicts[3]?.verdict).not.toHaveProperty('existing')
    expect(verdicts[5]?.verdict.where).toBe('/inputSchema')
    expect({ metrics: registry.metrics(), ids: registry.snapshot() }).toEqual({
      metrics: { ...before.metrics, uptimeMs: expect.any(Number) },
      ids: { ...before.ids, ageMs: expect.any(Number) },
    })
    const { objections } = await (await operatorOf(fixture.url, 'acme')).ask('registry', {})
    expect(objections).toEqual([])
  })

  it('takes what describes a tool for one, and all else for what it is [REG-01]', async () => {
    await using fixture = await startHouse()
    const input = { type: 'object', properties: {} }

    const verdicts = await judged(fixture, [
      { name: 'a_tool', description: 'A definition.', input, effect: 'read' },
      { name: 'b_tool', description: 'No effect.', input },
      { type: 'function', function: { name: 'c_tool', description: 'OpenAI.', parameters: input } },
      { name: 'd_tool', description: 'Anthropic.', input_schema: input },
      { type: 'object', properties: { city: { type: 'string' } } },
      'say_hello',
      null,
      { some: 'thing' },
    ])

    expect(verdicts.map(({ form, verdict }) => [form, verdict.code ?? verdict.verdict, verdict.kind])).toEqual([
      ['definition', 'admitted', undefined],
      ['definition', 'EFFECT_INVALID', undefined],
      ['openai', 'admitted', undefined],
      ['anthropic', 'admitted', undefined],
      ['other', 'NOT_A_TOOL', 'schema'],
      ['other', 'NOT_A_TOOL', 'primitive'],
      ['other', 'NOT_A_TOOL', 'nothing'],
      ['other', 'NOT_A_TOOL', 'object'],
    ])
  })

  it('of a client is bounded as the gateway bounds it; a source is only told [REG-09]', async () => {
    await using fixture = await startHouse()
    const costly = { type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } }
    const large = { type: 'object', description: 'x'.repeat(20_000) }
    const list = [
      { name: 'costly', description: 'Costly.', inputSchema: costly },
      { name: 'large', description: 'Large.', inputSchema: large },
    ]

    const ofClient = await judged(fixture, list, 'client')
    const ofSource = await judged(fixture, list)

    expect(ofClient.map(({ verdict }) => [verdict.code, verdict.where])).toEqual([
      ['SCHEMA_COSTLY', '/inputSchema/properties/a'],
      ['SCHEMA_TOO_LARGE', '/inputSchema'],
    ])
    expect(
      ofSource.map(({ verdict, notes }) => [verdict.verdict, notes.some((note) => note.includes('costly'))]),
    ).toEqual([
      ['admitted', true],
      ['admitted', false],
    ])
  })

  it('refuses what is not JSON with the place, what is too deep, too large or too often, and who is no operator', async () => {
    await using fixture = await startHouse()
    const { url } = fixture
    const operator = await tokenOf('otto', 'acme', ['operator'])
    const post = async (body: unknown, token = operator) => {
      const response = await postJson(`${url}/v1/operations/judgement`, body, bearer(token))
      const { error } = (await response.json()) as {
        readonly error?: { readonly code: string; readonly message: string }
      }
      return `${response.status} ${error?.code ?? 'ok'} ${error?.message ?? ''}`
    }

    expect(await post({ text: '{\n  "name": get_weather\n}' })).toMatch(/^400 TEXT_NOT_JSON .*line 2, column 11/)
    expect(await post({ text: '[1, 2' })).toMatch(/^400 TEXT_NOT_JSON .*line 1, column 6/)
    expect(await post({ text: `${'['.repeat(100_000)}${']'.repeat(100_000)}` })).toMatch(
      /^400 REQUEST_INVALID .*levels deep/,
    )
    expect(await post({ text: '['.repeat(200_000) })).toMatch(/^400 REQUEST_INVALID .*levels deep/)
    expect(await post({ text: '' })).toMatch(/^400 REQUEST_INVALID/)
    expect(await post({ text: 'x'.repeat(1_048_577) })).toMatch(/^413 BODY_TOO_LARGE/)
    expect(await post({ text: '1' }, await tokenOf('ann', 'acme'))).toMatch(/^403 OPERATOR_REQUIRED/)
    expect(await post({ text: JSON.stringify(Array.from({ length: 201 }, () => 1)) })).toMatch(/^200/)
    const burst = await Promise.all(Array.from({ length: 60 }, () => post({ text: '1' })))
    expect(burst.filter((answer) => answer.startsWith('429 RATE_LIMITED')).length).toBeGreaterThan(0)
  })
})

describe('a leak', () => {
  it('is named, within sight [REG-08]', async () => {
    await using fixture = await startHouse()
    const { registry } = fixture.server
    const operator = await operatorOf(fixture.url, 'acme')
    dropped(registry)

    await vi.waitFor(
      async () => {
        globalThis.gc?.()
        const { leaked } = await operator.ask('scopes', {})
        expect(leaked.map(({ path }) => path)).toEqual(['app/tenant:acme'])
      },
      { timeout: 10_000 },
    )
  })
})

/** In a function of its own, so that nothing on the stack keeps them. */
function dropped(registry: ServerFixture['server']['registry']): void {
  for (const name of ['acme', 'globex']) registry.open({ kind: 'tenant', name })
}
