import { defineTool } from 'toolcrib'
import { agentTool, defineAgent, ModelError } from 'toolcrib/agent'
import { createScriptedModel } from 'toolcrib/testing'
import { describe, expect, it, vi } from 'vitest'
import { ask, bearer, closed, connectClient, endOf, knock, postJson, signIn, startFixture } from '../server.fixture.ts'

const secretEnv = { TOOLCRIB_JWT_SECRET: 'a-shared-secret-of-more-than-32-bytes' }

const echo = defineTool({
  name: 'echo',
  description: 'Says it again.',
  input: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  effect: 'read',
  execute: (input) => input,
})

const broken = defineTool({
  name: 'broken',
  description: 'Always fails.',
  input: { type: 'object' },
  effect: 'read',
  execute: () => {
    throw new Error('it is broken')
  },
})

async function metricsOf(url: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]))
}

describe('metrics', () => {
  it('count connections, admissions, scopes, runs and calls, and time what people wait for [OPS-01]', async () => {
    const model = createScriptedModel([
      { calls: [{ tool: 'echo', input: { text: 'a' } }, { tool: 'broken' }, { tool: 'invented_by_the_model' }] },
      { text: 'Done.' },
    ])
    await using fixture = await startFixture({
      config: { starterTools: false, tools: [echo, broken] },
      parts: { model },
    })
    const { url } = fixture
    await knock(url, {})
    const { token } = await signIn(url, 'Ann')
    const client = connectClient(url, token)
    const events = await ask(client, (await client.createThread()).threadId, 'go')
    const during = await metricsOf(url)
    client.close()
    await fixture.server.gateway.drain()

    const after = await metricsOf(url)

    expect(endOf(events).outcome).toBe('completed')
    expect(
      Object.fromEntries([...during].filter(([name]) => !/bucket|_sum|process|nodejs|lag/.test(name))),
    ).toMatchObject({
      toolcrib_connections_open: 1,
      toolcrib_connections_accepted_total: 1,
      'toolcrib_connections_refused_total{code="TOKEN_MISSING"}': 1,
      'toolcrib_admission_verdicts_total{verdict="admitted"}': 2,
      'toolcrib_admission_verdicts_total{verdict="refused"}': 0,
      toolcrib_inferred_names_total: 0,
      'toolcrib_runs_total{outcome="completed"}': 1,
      'toolcrib_calls_total{tool="echo",outcome="ok"}': 1,
      'toolcrib_calls_total{tool="broken",outcome="failed"}': 1,
      'toolcrib_calls_total{tool="(other)",outcome="refused"}': 1,
      toolcrib_first_event_seconds_count: 1,
      toolcrib_run_duration_seconds_count: 1,
      'toolcrib_call_duration_seconds_count{tool="echo"}': 1,
      'toolcrib_scopes_open{kind="connection"}': 1,
      'toolcrib_health{component="store"}': 1,
    })
    expect(during.get('toolcrib_commit_seconds_count')).toBeGreaterThan(0)
    expect(after.get('toolcrib_connections_open')).toBe(0)
    expect(after.get('toolcrib_scopes_open{kind="connection"}')).toBe(0)
    expect(after.get('toolcrib_scopes_opened_total{kind="run"}')).toBe(1)
    expect(after.get('toolcrib_scopes_closed_total{kind="run"}')).toBe(1)
    expect(after.get('toolcrib_scopes_opened_total{kind="call"}')).toBe(
      after.get('toolcrib_scopes_closed_total{kind="call"}'),
    )
    expect(after.get('toolcrib_scopes_leaked_total{kind="connection"}')).toBe(0)
  })

  it('never carry what a person or a model wrote', async () => {
    const model = createScriptedModel([{ calls: [{ tool: 'canary_tool' }] }, { text: 'canary answer' }])
    await using fixture = await startFixture({ config: { starterTools: false }, parts: { model } })
    const { token } = await signIn(fixture.url, 'canary-user')
    await using client = connectClient(fixture.url, token)
    await ask(client, (await client.createThread('canary title')).threadId, 'canary message')

    const text = await (await fetch(`${fixture.url}/metrics`)).text()

    expect(text).not.toContain('canary')
  })

  it('count the close codes that peers make up as one', async () => {
    await using fixture = await startFixture()
    const { token } = await signIn(fixture.url, 'Ann')
    const result = await knock(fixture.url, { headers: bearer(token) })
    if (!result.accepted) throw new Error('expected to be accepted')
    result.socket.close(4999)
    await closed(result.socket)
    await vi.waitFor(() => expect(fixture.server.gateway.metrics().connections.open).toBe(0))

    const counted = await metricsOf(fixture.url)

    expect(counted.get('toolcrib_connections_closed_total{code="(other)"}')).toBe(1)
    expect(counted.get('toolcrib_connections_closed_total{code="4999"}')).toBeUndefined()
  })

  it('count all that is used: by an agent inside a run too, and by a step that is cut off [OPS-01] [CALL-07]', async () => {
    const usage = { inputTokens: 100, outputTokens: 10 }
    const cut = { text: 'Once upon', error: new ModelError('MODEL_STREAM_CUT', { model: 'scripted' }) }
    const helper = defineAgent({
      name: 'helper',
      description: 'Helps',
      model: createScriptedModel([cut, { text: 'So.', usage }]),
      tools: [],
    })
    const model = createScriptedModel([
      { calls: [{ tool: 'helper', input: { message: 'Go on' } }], usage },
      { text: 'Done.', usage },
    ])
    await using fixture = await startFixture({ config: { tools: [agentTool(helper)] }, parts: { model } })
    const { token } = await signIn(fixture.url, 'Ann')
    await using client = connectClient(fixture.url, token)

    const { threadId } = await client.createThread()
    const end = endOf(await ask(client, threadId, 'ask the helper'))

    const counted = await metricsOf(fixture.url)
    expect(end.usage.inputTokens).toBeGreaterThan(300)
    expect(counted.get('toolcrib_used_total{resource="steps"}')).toBe(4)
    expect(counted.get('toolcrib_used_total{resource="tokens"}')).toBe(end.usage.inputTokens + end.usage.outputTokens)
  })

  it('are for operators and for the scraper with its token, once there is an issuer', async () => {
    await using fixture = await startFixture({
      env: { ...secretEnv, TOOLCRIB_METRICS_TOKEN: 'the-token-of-the-scraper' },
    })

    const nobody = await fetch(`${fixture.url}/metrics`)
    const wrong = await fetch(`${fixture.url}/metrics`, { headers: bearer('the-token-of-the-scrapes') })
    const scraper = await fetch(`${fixture.url}/metrics`, { headers: bearer('the-token-of-the-scraper') })

    expect([nobody.status, wrong.status, scraper.status]).toEqual([401, 401, 200])
    expect(await scraper.text()).toContain('toolcrib_info{')
  })

  it('are kept by two servers of one process apart from each other', async () => {
    await using one = await startFixture()
    await using two = await startFixture()
    await knock(one.url, {})

    expect((await metricsOf(one.url)).get('toolcrib_connections_refused_total{code="TOKEN_MISSING"}')).toBe(1)
    expect((await metricsOf(two.url)).get('toolcrib_connections_refused_total{code="TOKEN_MISSING"}')).toBeUndefined()
  })
})

describe('health', () => {
  it('is live and ready while it serves, and tells operators how it does [OPS-02]', async () => {
    await using fixture = await startFixture()
    const { token } = await signIn(fixture.url, 'Ann')

    const details = await detailsOf(fixture.url, token)

    expect(await probe(fixture.url)).toEqual({ live: [200, true], ready: [200, true] })
    expect(details).toMatchObject({
      state: 'healthy',
      phase: 'serving',
      components: { store: { state: 'healthy' }, registry: { state: 'healthy' }, model: { state: 'healthy' } },
      connections: { open: 0 },
      runs: [],
      scopes: { kind: 'app', frozen: true },
    })
  })

  it('tells details to operators only [OPS-02]', async () => {
    await using fixture = await startFixture({ env: secretEnv })
    const { issueToken } = await import('../auth/sessions.ts')
    const { createSecret } = await import('../config/secret.ts')
    const principal = { tenant: 'acme', user: 'ann', roles: ['user'], scopes: [] }
    const { token } = await issueToken(createSecret(secretEnv.TOOLCRIB_JWT_SECRET), {
      principal,
      ttlMs: 60_000,
      now: Date.now(),
    })

    const nobody = await fetch(`${fixture.url}/health`)
    const user = await fetch(`${fixture.url}/health`, { headers: bearer(token) })

    expect([nobody.status, user.status]).toEqual([401, 403])
    expect(await user.json()).toMatchObject({ error: { code: 'OPERATOR_REQUIRED' } })
  })

  it('is degraded by a full disk, and healthy again when there is room [OPS-02]', async () => {
    await using fixture = await startFixture({
      config: { limits: { maxDatabaseBytes: 1_048_576, maxBodyBytes: 16_777_216 } },
    })
    const { token } = await signIn(fixture.url, 'Ann')
    const { threadId } = await createThread(fixture.url, token)
    const filler = { parts: [{ type: 'text', text: 'x'.repeat(90_000) }] }

    let full: Response | undefined
    for (let round = 0; round < 40 && full === undefined; round += 1) {
      const { threadId: other } = await createThread(fixture.url, token).catch(() => ({ threadId }))
      const response = await postJson(`${fixture.url}/v1/threads/${other}/messages`, filler, bearer(token))
      if (response.status === 507) full = response
    }

    expect(await full?.json()).toMatchObject({ error: { code: 'STORE_FULL', retry: 'later' } })
    expect(fixture.server.health.components().store).toMatchObject({ state: 'degraded' })
    expect(fixture.server.health.state()).toBe('degraded')
    expect(await probe(fixture.url)).toEqual({ live: [200, true], ready: [200, true] })

    const freed = await fetch(`${fixture.url}/v1/threads/${threadId}`, { method: 'DELETE', headers: bearer(token) })

    expect(freed.status).toBe(204)
    expect(fixture.server.health.components().store).toEqual({ state: 'healthy', reasons: [] })
  })

  it('is degraded by a model that does not answer, until it does [OPS-02]', async () => {
    const { ModelError } = await import('toolcrib/agent')
    const unreachable = new ModelError('MODEL_KEY_REFUSED', { model: 'scripted', status: 401 })
    const model = createScriptedModel([{ error: unreachable }, { text: 'Here again.' }])
    await using fixture = await startFixture({ parts: { model } })
    const { token } = await signIn(fixture.url, 'Ann')
    await using client = connectClient(fixture.url, token)
    const { threadId } = await client.createThread()

    await ask(client, threadId, 'hello?')
    const failing = fixture.server.health.components().model
    await ask(client, threadId, 'hello?')

    expect(failing).toEqual({ state: 'degraded', reasons: [expect.stringMatching(/^MODEL_KEY_REFUSED: /)] })
    expect(fixture.server.health.components().model.state).toBe('healthy')
  })

  it('is degraded by each model that does not answer, whatever another one does [OPS-02]', async () => {
    const refused = new ModelError('MODEL_KEY_REFUSED', { model: 'other', status: 401 })
    const other = { ...createScriptedModel([{ error: refused }, { text: 'Here again.' }]), name: 'other' }
    const model = createScriptedModel([{ text: 'Here.' }])
    await using fixture = await startFixture({ parts: { model }, config: { models: [other] } })
    const { token } = await signIn(fixture.url, 'Ann')
    await using client = connectClient(fixture.url, token)
    const { threadId } = await client.createThread()
    const health = () => fixture.server.health.components().model

    await ask(client, threadId, 'hello?', { model: 'other' })
    await ask(client, threadId, 'hello?')
    const afterAnother = health()
    await ask(client, threadId, 'hello?', { model: 'other' })

    expect(afterAnother).toEqual({ state: 'degraded', reasons: [expect.stringContaining('"other"')] })
    expect(health()).toEqual({ state: 'healthy', reasons: [] })
  })

  it('is degraded by the registry when a clean-up failed [OPS-02]', async () => {
    const clumsy = defineTool({
      name: 'clumsy',
      description: 'Has an instance that cannot be closed.',
      input: { type: 'object' },
      effect: 'read',
      lifetime: 'run',
      open: () => ({
        [Symbol.dispose]: () => {
          throw new Error('it would not close')
        },
      }),
      execute: () => 'used',
    })
    const model = createScriptedModel([{ calls: [{ tool: 'clumsy' }] }, { text: 'Done.' }])
    await using fixture = await startFixture({ config: { starterTools: false, tools: [clumsy] }, parts: { model } })
    const { token } = await signIn(fixture.url, 'Ann')
    await using client = connectClient(fixture.url, token)

    await ask(client, (await client.createThread()).threadId, 'go')
    client.close()
    await fixture.server.supervisor.drain(1_000)

    expect(fixture.server.health.components().registry).toEqual({
      state: 'degraded',
      reasons: [expect.stringMatching(/^CLEANUP_FAILED: /)],
    })
  })

  it('is unhealthy, neither live nor ready, once the store is lost [OPS-02]', async () => {
    const { createMemoryStore } = await import('toolcrib/store/memory')
    const store = createMemoryStore()
    await using fixture = await startFixture({ parts: { store } })

    await store.close()

    expect(fixture.server.health.state()).toBe('unhealthy')
    expect(await probe(fixture.url)).toEqual({ live: [503, false], ready: [503, false] })
  })

  it('is live and not ready while it drains [OPS-02]', async () => {
    const gate = Promise.withResolvers<void>()
    const model = createScriptedModel([{ text: 'Nearly', gate: gate.promise }])
    await using fixture = await startFixture({ parts: { model } })
    const { url, server } = fixture
    const { token } = await signIn(url, 'Ann')
    await using client = connectClient(url, token)
    const { threadId } = await client.createThread()
    const answer = ask(client, threadId, 'go')
    await started(server.supervisor)

    const closing = server.close()
    const during = await probe(url)
    const door = await knock(url, { headers: bearer(token) })
    const refused = await postJson(`${url}/v1/threads/${threadId}/messages`, message('more'), bearer(token))
    gate.resolve()
    const events = await answer
    await closing

    expect(during).toEqual({ live: [200, true], ready: [503, false] })
    expect(door).toMatchObject({ accepted: false, status: 503, failure: { code: 'DRAINING' } })
    expect([refused.status, await refused.json()]).toMatchObject([503, { error: { code: 'DRAINING' } }])
    expect(endOf(events)).toMatchObject({ outcome: 'completed' })
    await expect(fetch(`${url}/health/live`)).rejects.toThrow()
  })
})

async function started(supervisor: {
  active(): readonly unknown[]
  subscribe(run: () => void): Disposable
}): Promise<void> {
  const begun = Promise.withResolvers<void>()
  using _notices = supervisor.subscribe(() => {
    if (supervisor.active().length > 0) begun.resolve()
  })
  if (supervisor.active().length > 0) begun.resolve()
  await begun.promise
}

async function createThread(url: string, token: string): Promise<{ readonly threadId: string }> {
  const response = await postJson(`${url}/v1/threads`, {}, bearer(token))
  if (response.status !== 201) throw new Error(`expected a thread, got ${response.status}`)
  return (await response.json()) as { readonly threadId: string }
}

function message(text: string): object {
  return { parts: [{ type: 'text', text }] }
}

async function detailsOf(url: string, token: string): Promise<Record<string, unknown>> {
  return (await (await fetch(`${url}/health`, { headers: bearer(token) })).json()) as Record<string, unknown>
}

async function probe(url: string): Promise<unknown> {
  const [live, ready] = await Promise.all([fetch(`${url}/health/live`), fetch(`${url}/health/ready`)])
  const [isLive, isReady] = (await Promise.all([live.json(), ready.json()])) as [{ live: boolean }, { ready: boolean }]
  return { live: [live.status, isLive.live], ready: [ready.status, isReady.ready] }
}
