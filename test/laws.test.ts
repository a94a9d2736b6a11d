import fc from 'fast-check'
import { createToolRegistry, defineTool, type Tool } from 'toolcrib'
import { createScriptedModel, endToEnd, expectNoLeaks, startTestServer, type TestServer } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../apps/server/src/config.ts'
import { ask, bearer, connectClient, signIn, startFixture, temporaryFolder } from '../apps/server/src/server.fixture.ts'
import { createAgentBench } from '../library/src/testing/agent-bench.ts'
import { bare, echo } from './laws/echo.ts'
import { lookAlikesOf } from './laws/look-alikes.ts'
import { codeOf } from './laws/refusals.ts'
import { carryOut, comeToRest, createHoldings, createVisitModel, visits } from './laws/visits.ts'
import { turns } from './limits/limited-server.ts'
import { source, sources } from './sources.ts'

describe('the laws', () => {
  it('are each quoted by the name of a test', () => {
    const rows = [...source('docs/design/architecture.md').text.matchAll(/^\| *(L\d+) *\| *([^|:]+)(?::[^|]*)?\|/gm)]
    const tests = sources('test/{laws,laws-of-*,limits}.test.ts').map(({ text }) => text)
    const unquoted = rows
      .map(([, number = '', law = '']) => `${number}: ${law.trim()}`)
      .filter((title) => !tests.some((text) => new RegExp(`\\bit(?:\\.each\\(.*\\))?\\(\\s*'${title}`).test(text)))

    expect(rows.map(([, number]) => number)).toEqual('L1 L2 L3 L4 L5 L6 L7 L8 L9 L10 L11 L12'.split(' '))
    expect(unquoted).toEqual([])
  })
})

describe('L1', () => {
  it('L1: A tool is made, never recognised: what only looks like one is refused while the server runs', async () => {
    const model = createScriptedModel([{ text: 'Hello.' }])
    await using server = await startTestServer({ tools: [echo], model })
    await using socket = await server.socket(server.issue('ann'))
    using held = server.supervisor.acquireUserScope(server.principal('ann'))
    const tool = defineTool({ ...bare, name: 'twin', execute: () => 'twin' })
    const alike = await lookAlikesOf(tool)

    const verdicts = held.scope.offer(alike.values())
    const made = held.scope.add(tool)
    await socket.say(await socket.openNewThread(), 'What have you got?')
    await socket.completed()

    expect([...alike.keys()].filter((_, index) => verdicts[index]?.code !== 'NOT_A_TOOL')).toEqual([])
    expect(verdicts).toHaveLength(alike.size)
    expect(made.verdict.verdict).toBe('admitted')
    expect(model.requests.map(({ tools }) => tools)).toEqual([['echo', 'twin']])
  })

  it('L1: A tool is made, never recognised: the report mode lets nothing in that was not made', async () => {
    const registry = createToolRegistry({ mode: 'report' })
    const alike = await lookAlikesOf(defineTool({ ...bare, name: 'twin', execute: () => 'twin' }))

    const verdicts = registry.offer([echo, ...alike.values()])
    registry.freeze()
    await using bench = createAgentBench({ script: [{ text: 'Hello.' }], supervisor: { registry } })
    await bench.run()

    expect(new Set(verdicts.slice(1).map(({ verdict, code }) => `${verdict} ${code}`))).toEqual(
      new Set(['refused NOT_A_TOOL']),
    )
    expect(bench.model.requests.map(({ tools }) => tools)).toEqual([['echo']])
  })

  it('L1: A tool is made, never recognised: one look-alike in the configuration stops the start', async () => {
    await using place = await temporaryFolder()
    const { startServer } = await import('../apps/server/src/server.ts')
    const config = { port: 0, logLevel: 'silent', tools: [{ ...echo }] }

    const start = startServer(parseConfig(config, { env: {}, folder: place.folder }))

    await expect(start).rejects.toMatchObject({
      code: 'CATALOGUE_REFUSED',
      message: expect.stringContaining('NOT_A_TOOL'),
    })
  })
})

describe('L2', () => {
  function tainted_function(): string {
    return 'tainted'
  }
  class TaintedClass {
    readonly description: string = 'For a test.'
    readonly input: object = { type: 'object' }
    readonly effect: string = 'read'
    execute(): string {
      return 'tainted'
    }
  }

  it('L2: A name is declared, never inferred: what declares none gets none, whatever its code is called', () => {
    const registry = createToolRegistry()
    const tainted_constant = defineTool({ ...bare, execute: tainted_function } as never)
    const withEmptyName = defineTool({ ...bare, name: '', title: 'tainted_title', execute: tainted_function })

    const verdicts = registry.offer([
      tainted_constant,
      withEmptyName,
      tainted_function,
      TaintedClass,
      new TaintedClass(),
      { tainted_key: tainted_constant },
    ])

    expect(verdicts.map(({ verdict, code, name }) => [verdict, code, name])).toEqual([
      ['refused', 'NAME_MISSING', undefined],
      ['refused', 'NAME_MISSING', undefined],
      ['refused', 'NOT_A_TOOL', undefined],
      ['refused', 'NOT_A_TOOL', undefined],
      ['refused', 'NOT_A_TOOL', undefined],
      ['refused', 'NOT_A_TOOL', undefined],
    ])
    expect(registry.list()).toEqual([])
  })

  it('L2: A name is declared, never inferred: a wrong one is refused, never rewritten', () => {
    const registry = createToolRegistry()
    const names = ['Get Weather', 'get.weather', ' get_weather', 'getWeather()', 'gét_weather', '1st', 'a'.repeat(65)]

    const verdicts = registry.offer(names.map((name) => defineTool({ ...bare, name, execute: tainted_function })))

    expect(verdicts.map(({ code }) => code)).toEqual(names.map(() => 'NAME_INVALID'))
    expect(registry.list()).toEqual([])
  })

  it('L2: A name is declared, never inferred: the key, the wire, the model and the log have the declared one', async () => {
    const tainted_constant = defineTool({ ...bare, name: 'Get-Weather_2', execute: tainted_function })
    const model = createScriptedModel([{ calls: [{ tool: 'Get-Weather_2' }] }, { text: 'Done.' }])
    await using server = await startTestServer({ tools: [tainted_constant], model })
    await using socket = await server.socket(server.issue('ann'))

    const listed = await socket.command({ type: 'tools.list' })
    await socket.say(await socket.openNewThread(), 'Go.')
    await socket.completed()

    const named = socket.events.flatMap(({ event }) => ('tool' in event ? [event.tool] : []))
    expect(server.registry.get('Get-Weather_2')).toBe(tainted_constant)
    expect(listed).toMatchObject({ tools: [{ name: 'Get-Weather_2' }] })
    expect(model.requests[0]?.tools).toEqual(['Get-Weather_2'])
    expect(new Set(named)).toEqual(new Set(['Get-Weather_2']))
    expect(JSON.stringify([listed, model.requests.map(({ tools }) => tools)])).not.toMatch(/tainted/i)
  })

  it('L2: A name is declared, never inferred: no source of a layer that knows tools asks code for its name', () => {
    const asks =
      /\bconstructor\??\.name\b|\bnew\.target\b|\bimport\.meta\.(?:filename|url|dirname)|\bbasename\(|\bgetOwnPropertyDescriptor\([^)]*'name'\)|\bdisplayName\b|(?:execute|candidate|factory|make)\.name\b/
    const lines = sources('library/src/{registry,tool,policy,agent,gateway}/**/*.ts')
      .filter(({ path }) => !path.endsWith('.test.ts'))
      .flatMap(({ path, text }) => text.split('\n').map((line) => `${path}: ${line.trim()}`))

    expect(lines.filter((line) => asks.test(line))).toEqual([
      // Only to say in a refusal what was found.
      "library/src/tool/classify.ts: const name: unknown = quietly(() => Object.getOwnPropertyDescriptor(value, 'name')?.value)",
    ])
  })
})

describe('L3', () => {
  it('L3: Built once, viewed by many: fifty connections register nothing, and see the very list of the catalogue', async () => {
    const tools = ['one', 'two', 'three'].map((name) => defineTool({ ...bare, name, execute: () => name }))
    await using server = await startTestServer({ tools })
    const { registry } = server
    const listed = registry.list()
    const { verdicts, refusals, entries } = registry.metrics()

    const users = Array.from({ length: 25 }, (_, index) => `user-${index}`)
    await Promise.all([...users, ...users].map((user) => server.socket(server.issue(user))))

    const after = registry.metrics()
    const seen = scopesBelow(registry).filter(({ kind }) => kind === 'connection')
    expect(seen).toHaveLength(50)
    expect(seen.filter((scope) => scope.list() !== listed)).toEqual([])
    expect([after.verdicts, after.refusals, after.entries]).toEqual([verdicts, refusals, entries])
    expect(registry.list()).toBe(listed)
    expect(() => registry.add(echo)).toThrow(expect.objectContaining({ code: 'REGISTRY_FROZEN' }))
    expect(() => registry.replace(echo)).toThrow(expect.objectContaining({ code: 'REGISTRY_FROZEN' }))
  })

  it('L3: Built once, viewed by many: a lower scope adds only below, and can replace and shadow nothing', async () => {
    const model = createScriptedModel([{ calls: [{ tool: 'echo', input: { said: 'it' } }] }, { text: 'Done.' }])
    await using server = await startTestServer({ tools: [echo], model })
    const other = (name: string): Tool => defineTool({ ...bare, name, execute: () => 'another' })
    using ofAnn = server.supervisor.acquireUserScope(server.principal('ann'))
    using ofBob = server.supervisor.acquireUserScope(server.principal('bob'))
    await using connection = ofAnn.scope.open({ kind: 'connection', name: 'con' })

    const codes = [ofAnn.scope, connection].flatMap((scope) => [
      codeOf(() => scope.add(other('echo'))),
      codeOf(() => scope.add(other('Ec-ho'))),
      codeOf(() => scope.replace(other('echo'), { allowChange: true })),
      codeOf(() => scope.addFactory('echo', () => other('echo'))),
    ])
    ofAnn.scope.add(other('of_ann'))
    await using socket = await server.socket(server.issue('ann'))
    await socket.say(await socket.openNewThread(), 'Go.')
    await socket.completed()

    expect(codes).toEqual([
      'NAME_SHADOWS',
      'NAME_CONFUSABLE',
      'NAME_SHADOWS',
      'NAME_SHADOWS',
      'NAME_SHADOWS',
      'NAME_CONFUSABLE',
      'NAME_SHADOWS',
      'NAME_SHADOWS',
    ])
    expect(connection.get('echo')).toBe(echo)
    expect(connection.has('of_ann')).toBe(true)
    expect([server.registry.has('of_ann'), ofBob.scope.has('of_ann')]).toEqual([false, false])
    expect(socket.events.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ type: 'tool_completed', outcome: 'ok', output: { said: 'it' } }),
    )
  })

  it('L3: Built once, viewed by many: a bad catalogue stops the start', async () => {
    await using place = await temporaryFolder()
    const { startServer } = await import('../apps/server/src/server.ts')
    const twin = defineTool({ ...bare, name: 'echo', execute: () => 'another' })
    const config = { port: 0, logLevel: 'silent', tools: [echo, twin] }

    const start = startServer(parseConfig(config, { env: {}, folder: place.folder }))

    await expect(start).rejects.toMatchObject({ code: 'CATALOGUE_REFUSED' })
  })
})

describe('L4', () => {
  it('L4: Everything opened is owned, and closed with its owner: opened minus closed is zero after any visits', async () => {
    await fc.assert(
      fc.asyncProperty(visits, async (actions) => {
        const { tools, open } = createHoldings()
        const server = await startTestServer({ tools, model: createVisitModel() })

        const held = ['ann', 'bob'].map((user) => server.supervisor.acquireUserScope(server.principal(user)))

        await carryOut(actions, server)
        const { byKind } = server.registry.metrics().scopes
        const ofRunsWhileHeld = open.run ?? 0
        for (const user of held) user[Symbol.dispose]()
        await comeToRest(server, ['tenant', 'user'])

        expect(['connection', 'run', 'call'].filter((kind) => (byKind[kind]?.open ?? 0) > 0)).toEqual([])
        expect(ofRunsWhileHeld).toBe(0)
        expectNoLeaks(server.registry)
        const { app = 0, ...ofPeople } = open
        const { resources, scopes } = server.registry.metrics()
        expect(Object.values(ofPeople).filter((count) => count !== 0)).toEqual([])
        expect(resources.opened - resources.closed - resources.disowned).toBe(app)
        expect(scopes.opened - scopes.closed).toBe(1)
        await server[Symbol.asyncDispose]()
        const after = server.registry.metrics()
        expect([open.app ?? 0, after.scopes.open, after.resources.open, after.resources.failed]).toEqual([0, 0, 0, 0])
      }),
      { numRuns: 25, endOnFailure: true },
    )
  })

  it('L4: Everything opened is owned, and closed with its owner: children first, newest first, once, past failures', async () => {
    const order: string[] = []
    const registry = createToolRegistry()
    const run = registry.open({ kind: 'user', name: 'ann' }).open({ kind: 'run', name: 'run' })
    registry.onClose(() => order.push('app'))
    run.parent?.onClose(() => order.push('user'))
    run.onClose(() => order.push('run, opened first'))
    run.onClose(() => Promise.reject(new Error('the disk is gone')), 'a file')
    run.open({ kind: 'call', name: 'call' }).onClose(() => order.push('call'))

    const [report, again] = await Promise.all([registry.close(), registry.close()])

    expect(order).toEqual(['call', 'run, opened first', 'user', 'app'])
    expect(report.failed.map(({ what }) => what)).toEqual(['a file'])
    expect(again).toBe(report)
  })

  it(
    'L4: Everything opened is owned, and closed with its owner: the metrics and the health page say so',
    endToEnd(async () => {
      const model = createScriptedModel([{ calls: [{ tool: 'echo' }] }, { text: 'Done.' }])
      await using fixture = await startFixture({ config: { starterTools: false, tools: [echo] }, parts: { model } })
      const { token } = await signIn(fixture.url, 'Ann')
      const client = connectClient(fixture.url, token)
      await ask(client, (await client.createThread()).threadId, 'Go.')
      client.close()
      for (let turn = 1; fixture.server.gateway.connections().length > 0 && turn <= 20_000; turn++) await turns(1)
      await turns(10)

      const metrics = await fixture.server.metrics.text()
      const health = await fetch(`${fixture.url}/health`, { headers: bearer(token) })

      const count = (what: string, kind: string): string | undefined =>
        new RegExp(`^toolcrib_scopes_${what}\\{kind="${kind}"\\} (\\d+)$`, 'm').exec(metrics)?.[1]
      expect(
        ['tenant', 'user', 'connection', 'run', 'call'].map((kind) => [
          kind,
          count('opened_total', kind) === count('closed_total', kind) && count('opened_total', kind) !== undefined,
          count('open', kind),
        ]),
      ).toEqual([
        ['tenant', true, '0'],
        ['user', true, '0'],
        ['connection', true, '0'],
        ['run', true, '0'],
        ['call', true, '0'],
      ])
      expect(await health.json()).toMatchObject({
        components: { registry: { state: 'healthy' } },
        registry: { scopes: { open: 1, leaked: 0 } },
        scopes: { kind: 'app', children: [] },
      })
    }),
  )
})

function scopesBelow(scope: TestServer['registry']): readonly TestServer['registry'][] {
  return [...scope.children()].flatMap((child) => [child, ...scopesBelow(child)])
}
