import { ModelError } from 'toolcrib/agent'
import { createOperationsClient, type OperationsClient } from 'toolcrib/operations'
import { createManualClock, createScriptedModel } from 'toolcrib/testing'
import { describe, expect, it, vi } from 'vitest'
import { limitNames } from '../../config/limits.ts'
import { ask, bearer, connectClient, knock, signIn, startFixture } from '../../server.fixture.ts'

async function operator(url: string): Promise<OperationsClient> {
  const { token } = await signIn(url, 'Olga')
  return createOperationsClient({ url, headers: async () => bearer(token) })
}

const keyRefused = new ModelError('MODEL_KEY_REFUSED', { model: 'scripted', status: 401 })

describe('what operators are told of the house as it lives', () => {
  it('shows in the next readings what really happened [OPS-01]', async () => {
    const model = createScriptedModel([{ error: keyRefused }, { text: 'Hello.' }])
    await using fixture = await startFixture({ parts: { model } })
    const operations = await operator(fixture.url)
    const { token } = await signIn(fixture.url, 'Ann')
    await knock(fixture.url, {})
    await using client = connectClient(fixture.url, token)
    const { threadId } = await client.createThread()
    await ask(client, threadId, 'hello')
    await ask(client, threadId, 'again')

    const { readings, waiting } = await vi.waitFor(
      async () => {
        const report = await operations.ask('now', {})
        expect(report.readings.flatMap(({ runs }) => Object.keys(runs.ended)).toSorted()).toEqual([
          'completed',
          'failed',
        ])
        return report
      },
      { timeout: 5_000 },
    )

    expect(readings.reduce((sum, { connections }) => sum + connections.accepted, 0)).toBe(1)
    expect(readings.at(-1)?.connections.open).toBe(1)
    expect(readings.flatMap(({ connections }) => Object.entries(connections.refused))).toEqual([['TOKEN_MISSING', 1]])
    expect(readings.flatMap(({ modelErrors }) => modelErrors)).toEqual([
      { model: 'scripted', code: 'MODEL_KEY_REFUSED', count: 1 },
    ])
    const timed = new Set(readings.flatMap(({ latencies }) => Object.keys(latencies)))
    expect([...timed].toSorted()).toEqual(['commit', 'firstEvent', 'run', 'step'])
    expect(readings.at(-1)?.scopes).toMatchObject({ open: { app: 1, user: 1, connection: 1 }, leaked: 0 })
    expect(waiting).toEqual({ runs: 0, more: false })
    expect(await fixture.server.metrics.text()).toContain(
      'toolcrib_model_errors_total{model="scripted",code="MODEL_KEY_REFUSED"} 1',
    )
  })

  it('tells of a model that failed, what can be done, and that it came back [OPS-02]', async () => {
    const model = createScriptedModel([{ error: keyRefused }, { text: 'Hello.' }])
    await using fixture = await startFixture({ parts: { model } })
    const operations = await operator(fixture.url)
    const { token } = await signIn(fixture.url, 'Ann')
    await using client = connectClient(fixture.url, token)
    const { threadId } = await client.createThread()

    const before = await operations.ask('health', {})
    await ask(client, threadId, 'hello')
    const during = await operations.ask('health', {})
    await ask(client, threadId, 'again')
    const after = await operations.ask('health', {})

    const modelIn = ({ components }: typeof after) => components.find(({ name }) => name === 'model')
    expect([before, during, after].map(({ state }) => state)).toEqual(['healthy', 'degraded', 'healthy'])
    expect(modelIn(during)).toMatchObject({ reasons: [expect.stringContaining('MODEL_KEY_REFUSED')] })
    expect(modelIn(after)?.history.map(({ state }) => state)).toEqual(['healthy', 'degraded', 'healthy'])
    expect(after.components.filter(({ about, advice, section }) => !(about && advice && section))).toEqual([])
  })

  it('tells what is wrong with a model, and not what it answered: that may be of another tenant [OPS-02] [L9]', async () => {
    const detail = 'JSON parsing failed: Text: the PIN of Ann is 4711'
    const error = new ModelError('MODEL_BAD_RESPONSE', { model: 'scripted', detail })
    await using fixture = await startFixture({ parts: { model: createScriptedModel([{ error }]) } })
    const { token } = await signIn(fixture.url, 'Ann')
    await using client = connectClient(fixture.url, token)
    const { threadId } = await client.createThread()
    await ask(client, threadId, 'hello')

    const { components } = await (await operator(fixture.url)).ask('health', {})

    expect(components.find(({ name }) => name === 'model')?.reasons).toEqual([
      expect.stringMatching(/^MODEL_BAD_RESPONSE: "scripted"/),
    ])
    expect(JSON.stringify(components)).not.toContain('4711')
  })

  it('lists every limit, with what is used of it and how often it refused [OPS-01]', async () => {
    await using fixture = await startFixture({ config: { limits: { maxConnectionsPerUser: 1, maxMessageChars: 5 } } })
    const operations = await operator(fixture.url)
    const { token } = await signIn(fixture.url, 'Ann')
    const first = await knock(fixture.url, { headers: bearer(token) })
    await knock(fixture.url, { headers: bearer(token) })
    if (!first.accepted) throw new Error('expected to be accepted')
    await using client = connectClient(fixture.url, (await signIn(fixture.url, 'Bob')).token)
    const { threadId } = await client.createThread()
    await expect(client.send(threadId, 'much too long')).rejects.toMatchObject({ code: 'MESSAGE_TOO_LONG' })

    const { limits } = await operations.ask('limits', {})

    const named = (wanted: string) => limits.find(({ name }) => name === wanted)
    expect(limits.map(({ name }) => name)).toEqual(limitNames)
    expect(named('maxConnectionsPerUser')).toMatchObject({
      value: 1,
      default: 16,
      refused: 1,
      sharedWith: ['maxConnections'],
      used: { amount: 1, of: 'user' },
    })
    expect(named('maxMessageChars')).toMatchObject({ value: 5, refused: 1, used: null, sharedWith: [] })
    expect(named('maxConnections')?.used).toEqual({ amount: 2, of: 'server' })
    expect(named('maxDatabaseBytes')).toMatchObject({ value: null, used: { amount: expect.any(Number), of: 'server' } })
    expect(named('drainMs')).toMatchObject({ refused: null, used: null })
    expect(await fixture.server.metrics.text()).toContain('toolcrib_limit_refusals_total{limit="maxMessageChars"} 1')
  })

  it('counts the runs of one person that are open, waiting ones too [OPS-01]', async () => {
    const gate = Promise.withResolvers<void>()
    const model = createScriptedModel(() => ({ before: gate.promise, text: 'Hello.' }), { record: false })
    await using fixture = await startFixture({ parts: { model } })
    const operations = await operator(fixture.url)
    await using client = connectClient(fixture.url, (await signIn(fixture.url, 'Ann')).token)
    const threads = await Promise.all([client.createThread(), client.createThread()])
    await Promise.all(threads.map(({ threadId }) => client.send(threadId, 'hello')))

    const { limits } = await operations.ask('limits', {})

    const used = Object.fromEntries(limits.map((limit) => [limit.name, limit.used]))
    expect([used.maxOpenRunsPerUser, used.maxRunsPerUser]).toEqual([
      { amount: 2, of: 'user' },
      { amount: 2, of: 'user' },
    ])
    gate.resolve()
  })

  it('counts what of the audit is forgotten before its time, so that nobody washes it away unseen [OPS-04] [L12]', async () => {
    const clock = createManualClock(Date.now())
    await using fixture = await startFixture({ config: { limits: { maxAuditEntries: 2 } }, parts: { clock } })
    const operations = await operator(fixture.url)
    for (const name of ['ann', 'bob', 'cid']) await signIn(fixture.url, name)
    await operations.ask('audit', {})

    const { limits } = await vi.waitFor(async () => {
      await clock.advance(10_000)
      const report = await operations.ask('limits', {})
      expect(report.limits.find(({ name }) => name === 'maxAuditEntries')?.refused).not.toBe(0)
      return report
    })

    // Of the start of the server and four sign-ins.
    const refused = ['maxAuditEntries', 'auditKeepMs'].map(
      (wanted) => limits.find(({ name }) => name === wanted)?.refused,
    )
    expect(refused).toEqual([3, null])
  })

  it('counts what ends runs and refuses calls, and the budgets [OPS-01] [CALL-07]', async () => {
    const calls = [{ tool: 'calculate', input: { expression: '1 + 1' } }]
    const model = createScriptedModel(() => ({ calls }), { record: false })
    await using fixture = await startFixture({
      config: {
        limits: { maxSteps: 2 },
        budgets: [{ per: 'user', window: 'month', resource: 'calls', tool: 'calculate', max: 1 }],
        agents: [
          { name: 'one', description: 'One', instructions: '', tools: ['*'] },
          { name: 'two', description: 'Two', instructions: '', tools: ['*'], limits: { maxSteps: 1 } },
        ],
      },
      parts: { model },
    })
    const operations = await operator(fixture.url)
    const { token } = await signIn(fixture.url, 'Ann')
    await using client = connectClient(fixture.url, token)
    const { threadId } = await client.createThread()
    await ask(client, threadId, 'count')

    const { limits, budgets } = await operations.ask('limits', {})

    expect(limits.find(({ name }) => name === 'maxSteps')).toMatchObject({
      value: 2,
      refused: 1,
      agents: [{ agent: 'two', value: 1 }],
    })
    expect(budgets).toEqual([
      { per: 'user', window: 'month', resource: 'calls', tool: 'calculate', roles: null, max: 1, refused: 1 },
    ])
  })

  it('is told to operators, and to nobody else', async () => {
    await using fixture = await startFixture()
    const questions = ['now', 'health', 'limits']

    const answers = await Promise.all(questions.map((question) => fetch(`${fixture.url}/v1/operations/${question}`)))

    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401])
  })
})
