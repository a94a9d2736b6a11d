import { createToolRegistry, defineTool, type Tool } from 'toolcrib'
import { definePolicy, readBudgets } from 'toolcrib/policy'
import { commandTypes } from 'toolcrib/protocol'
import { createMemoryStore } from 'toolcrib/store/memory'
import {
  createManualClock,
  createScriptedModel,
  endToEnd,
  type RawSocket,
  startTestServer,
  type TestServer,
} from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../apps/server/src/config.ts'
import { ask, connectClient, endOf, signIn, startFixture, temporaryFolder } from '../apps/server/src/server.fixture.ts'
import { defineAgent } from '../library/src/agent/agent.ts'
import { createAgentBench } from '../library/src/testing/agent-bench.ts'
import { bare, echo } from './laws/echo.ts'
import { absent, askFor, type Ids, shapeOf } from './laws/foreign-commands.ts'
import { nextEvent } from './laws/listening.ts'
import { codeOf } from './laws/refusals.ts'
import { calledAt, documents, type StarterCall, savedNotes, starterCalls } from './laws/starter-calls.ts'
import { saidBy } from './limits/limited-server.ts'
import { sources } from './sources.ts'

describe('L9', () => {
  it('L9: No read without an owner: every command answers for what is somebody else’s as for what never was', async () => {
    const wipe = defineTool({ ...bare, name: 'wipe', effect: 'destructive', execute: () => 'wiped' })
    const model = createScriptedModel([{ calls: [{ tool: 'wipe' }] }], { record: false })
    await using server = await startTestServer({ tools: [wipe], model })
    await using ofAnn = await server.socket(server.issue('ann'))
    const threadId = await ofAnn.openNewThread()
    await ofAnn.say(threadId, 'A secret', 'the key of Ann')
    const { runId, approvalId } = await nextEvent(ofAnn, 'approval_requested')
    const before = await logOf(server, threadId)
    const strangers = await Promise.all([
      server.socket(server.issue('bob')),
      server.socket(server.issue({ ...server.principal('ann'), tenant: 'other' })),
      server.socket(server.issue({ ...server.principal('Ann'), roles: ['user', 'operator', 'admin'] })),
    ])

    const answers = await Promise.all(
      strangers.map(async (stranger) => {
        const foreign = await shapesOf(stranger, { threadId, runId, approvalId })
        return { foreign, absent: await shapesOf(stranger, absent) }
      }),
    )
    const listed = await Promise.all(strangers.map((stranger) => stranger.command({ type: 'thread.list' })))
    const refreshed = await Promise.all(
      strangers.map((stranger) => stranger.command({ type: 'auth.refresh', token: server.issue('ann') })),
    )

    expect(Object.keys(askFor)).toEqual(commandTypes)
    expect(answers.map(({ foreign }) => foreign)).toEqual(answers.map((answer) => answer.absent))
    expect(answers[0]?.foreign.map(([type, shape]) => [type, codeIn(shape)])).toEqual([
      ['thread.rename', 'NOT_FOUND'],
      ['thread.delete', 'NOT_FOUND'],
      ['thread.open', 'NOT_FOUND'],
      ['thread.read', 'NOT_FOUND'],
      ['thread.leave', 'ok'],
      ['message.send', 'NOT_FOUND'],
      ['run.stop', 'NOT_FOUND'],
      ['approval.answer', 'NOT_FOUND'],
      ['approval.check', 'NOT_FOUND'],
      ['approval.get', 'NOT_FOUND'],
      ['approval.list', 'ok'],
    ])
    expect(listed.map((reply) => ('threads' in reply ? reply.threads : reply))).toEqual([[], [], []])
    expect(refreshed.map(saidBy)).toEqual(['OTHER_PRINCIPAL', 'OTHER_PRINCIPAL', 'OTHER_PRINCIPAL'])
    expect(strangers.flatMap(({ events }) => events)).toEqual([])
    expect(await logOf(server, threadId)).toEqual(before)
    // It waits for its approval, parked or not.
    expect(await server.store.approvals.get(server.principal('ann'), approvalId)).toMatchObject({
      status: 'open',
      runId,
    })
    expect(await server.store.threads.get(server.principal('ann'), threadId)).toMatchObject({ activeRunId: runId })
  })
})

describe('L11', () => {
  it(
    'L11: No fakes in production code: the built-in model says what it is, and how to connect a real one',
    endToEnd(async () => {
      await using fixture = await startFixture()
      const { token } = await signIn(fixture.url, 'Ann')
      await using client = connectClient(fixture.url, token)

      const events = await ask(client, (await client.createThread('Hello')).threadId, 'Hello, who are you?')

      const said = endOf(events)
        .message?.parts.map(({ text }) => text)
        .join('\n')
      expect(fixture.server.model).toBe('builtin-planner')
      expect(events.map(({ event }) => event)).toContainEqual(
        expect.objectContaining({ type: 'agent_started', model: 'builtin-planner' }),
      )
      expect(said).toMatch(/built-in model|model built into/)
      expect(said).toMatch(/TOOLCRIB_MODEL=/)
    }),
  )

  it('L11: No fakes in production code: nothing outside the testing kit is scripted, mocked or random', () => {
    const files = sources('{library,apps/*}/src/**/*.{ts,tsx}').filter(
      ({ path }) => !/\.(?:test|fixture|examples)\.tsx?$|\/fixtures\/|\/testing(?:\/|\.ts$)/.test(path),
    )
    const matches = (pattern: RegExp): readonly string[] =>
      files.flatMap(({ path, text }) => (text.match(pattern) ?? []).map((found) => `${path}: ${found.trim()}`))

    expect(files.length).toBeGreaterThan(200)
    expect(matches(/from '(?:[^']*\/testing[^']*|toolcrib\/testing)'/g)).toEqual([])
    expect(matches(/export [^\n]*\b\w*(?:scripted|mock|fake|stub|dummy|canned|sample)\w*/gi)).toEqual([])
    expect(matches(/\b(?:TODO|FIXME|XXX)\b|\b[Ll]orem ipsum\b/g)).toEqual([])
    // The jitter of a wait, which a caller can set.
    expect(matches(/^ *\w+ = Math\.random,$|\bMath\.random\(/gm)).toEqual([
      'library/src/adapters/model/ai-sdk.ts: random = Math.random,',
      'library/src/client/create-client.ts: random = Math.random,',
    ])
  })

  it('L11: No fakes in production code: every starter tool computes, so two inputs have two results, both right', async () => {
    await using place = await temporaryFolder()
    const { mkdir, writeFile } = await import('node:fs/promises')
    const documentsFolder = `${place.folder}/documents`
    await mkdir(documentsFolder)
    for (const [name, text] of Object.entries(documents)) await writeFile(`${documentsFolder}/${name}`, text)
    const noteIds: string[] = []
    const { delete_note: deleted = [], ...read } = starterCalls(noteIds)
    const model = createScriptedModel(({ messages }, step) => {
      const last = messages.at(-1)
      if (step === 2 && last?.role === 'tool')
        noteIds.push(...last.results.map(({ output }) => (output as { readonly noteId: string }).noteId))
      const { delete_note: deletes = [], ...others } = starterCalls(noteIds)
      if (step === 1) return { calls: callsOf({ save_note: savedNotes }) }
      if (step === 2) return { calls: callsOf(others) }
      return step === 3 ? { calls: callsOf({ delete_note: deletes }) } : { text: 'Done.' }
    })
    await using fixture = await startFixture({
      config: { documentsFolder, policy: { allow: [{ tools: ['*'] }], approve: [] } },
      parts: { model, store: createMemoryStore(), clock: createManualClock(calledAt) },
    })
    const { token } = await signIn(fixture.url, 'Ann')
    await using client = connectClient(fixture.url, token)

    const events = await ask(client, (await client.createThread()).threadId, 'Go.')

    const asked = events.flatMap(({ event }) => (event.type === 'step_completed' ? event.calls : []))
    const outputs = asked.map(({ callId, tool }) => [
      tool,
      events.flatMap(({ event }) => (event.type === 'tool_completed' && event.callId === callId ? [event.output] : [])),
    ])
    const right = Object.entries({ save_note: savedNotes, ...read, delete_note: deleted, ...starterCalls(noteIds) })
    const expected = right.flatMap(([tool, calls]) => calls.map(({ output }) => [tool, output] as const))
    const byTool = (tool: string): unknown => outputs.filter(([name]) => name === tool).flatMap(([, output]) => output)
    expect(right.map(([tool]) => tool).toSorted()).toEqual([...fixture.server.tools].toSorted())
    expect(right.map(([tool]) => [tool, byTool(tool)])).toMatchObject(
      right.map(([tool]) => [tool, expected.filter(([name]) => name === tool).map(([, output]) => output)]),
    )
  })
})

describe('L12', () => {
  it('L12: When unsure, refuse, and say so: without a rule nothing is shown and nothing runs', async () => {
    let ran = 0
    const count = (name: string, more: object = {}): Tool =>
      defineTool({ ...bare, ...more, name, execute: () => ++ran })
    const tools = [count('plain'), count('needy', { requires: { roles: ['surgeon'] } })]
    const model = createScriptedModel(
      [{ calls: [{ tool: 'plain' }, { tool: 'needy' }, { tool: 'absent' }] }, { text: 'Done.' }].flatMap((step) => [
        step,
      ]),
    )
    const roleless = createScriptedModel([{ calls: [{ tool: 'needy' }] }, { text: 'Done.' }])
    await using closed = await startTestServer({ tools, model, policy: { allow: [] } })
    await using strict = await startTestServer({
      tools,
      model: roleless,
      policy: { allow: [{ roles: ['nobody-has-this'], tools: ['plain'] }, { tools: ['needy'] }] },
    })

    const [first, second] = await Promise.all([callAll(closed), callAll(strict)])

    expect(first.listed).toMatchObject({ type: 'ok', tools: [] })
    expect(second.listed).toMatchObject({ type: 'ok', tools: [] })
    expect([model.requests[0]?.tools, roleless.requests[0]?.tools]).toEqual([[], []])
    expect(first.calls).toEqual(['refused TOOL_UNKNOWN', 'refused TOOL_UNKNOWN', 'refused TOOL_UNKNOWN'])
    expect(second.calls).toEqual(['refused TOOL_UNKNOWN'])
    expect(ran).toBe(0)
  })

  it('L12: When unsure, refuse, and say so: a frame that is not understood is refused with its code, its place and the way out', async () => {
    await using server = await startTestServer()
    await using socket = await server.socket(server.issue('ann'))
    const say = async (frame: object | string): Promise<unknown> => {
      const seen = socket.frames.length
      socket.ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
      return socket.next((reply) => reply.type === 'error' && socket.frames.indexOf(reply) >= seen)
    }

    const replies = [
      await say('not JSON'),
      await say({ id: '1', type: 'thread.creat' }),
      await say({ id: '2', type: 'thread.create', colour: 'red' }),
      await say({ id: '3', type: 'thread.rename', threadId: 'thr', title: 7 }),
      await say({ id: '4', type: 'message.send', threadId: 'thr', parts: [], idempotencyKey: 'k', agent: '' }),
      await say({ type: 'ping' }),
    ]

    expect(replies).toMatchObject([
      { id: null, error: { code: 'FRAME_NOT_JSON', retry: 'never' } },
      { id: '1', error: { code: 'COMMAND_UNKNOWN', message: expect.stringContaining('"thread.create"') } },
      { id: '2', error: { code: 'COMMAND_INVALID', message: expect.stringContaining('colour') } },
      { id: '3', error: { code: 'COMMAND_INVALID', paths: [{ path: '/title' }] } },
      { id: '4', error: { code: 'COMMAND_INVALID', paths: [{ path: '/parts' }, { path: '/agent' }] } },
      { id: null, error: { code: 'COMMAND_INVALID', paths: [{ path: '/id' }] } },
    ])
  })

  it('L12: When unsure, refuse, and say so: an option that is not known, or no value for it, stops what it is for', () => {
    const model = createScriptedModel([])
    const agent = { name: 'a', description: 'For a test.', model }
    const registry = createToolRegistry()

    expect([
      codeOf(() => defineAgent({ ...agent, tool: ['*'] } as never)),
      codeOf(() => defineAgent({ ...agent, tools: ['tag:'] })),
      codeOf(() => definePolicy({ allow: [], aprove: [] } as never)),
      codeOf(() => definePolicy({ allow: [{ tools: ['effect:anything'] }] })),
      codeOf(() => readBudgets([{ per: 'user', window: 'day', resource: 'calls', max: Number.NaN }])),
      codeOf(() => createAgentBench({ limits: { maxStep: 1 } as never })),
      codeOf(() => createAgentBench({ supervisor: { defaultAgent: 'nobody' } })),
      codeOf(() => parseConfig({ limit: {} }, { env: {}, folder: '/' })),
      codeOf(() => parseConfig({ limits: { maxSteps: '7' } }, { env: {}, folder: '/' })),
      codeOf(() => registry.add(defineTool({ ...bare, name: 'a', execute: () => 1, timeout: 5 } as never))),
      codeOf(() => registry.add(defineTool({ ...bare, name: 'b', effect: 'harmless', execute: () => 1 } as never))),
    ]).toEqual([
      'OPTION_INVALID',
      'OPTION_INVALID',
      'POLICY_INVALID',
      'POLICY_INVALID',
      'BUDGET_INVALID',
      'OPTION_INVALID',
      'OPTION_INVALID',
      'CONFIG_INVALID',
      'CONFIG_INVALID',
      'DEFINITION_INVALID',
      'EFFECT_INVALID',
    ])
  })

  it('L12: When unsure, refuse, and say so: a judge that throws has said no', async () => {
    let ran = 0
    const broken = (): never => {
      throw new Error('the judge is ill')
    }
    const picky = {
      '~standard': { version: 1, vendor: 'ill', validate: broken },
    } as const
    const tool = defineTool({
      ...bare,
      name: 'picky',
      input: { schema: picky, jsonSchema: { type: 'object' } } as never,
      execute: () => ++ran,
    })
    const registry = createToolRegistry({ validators: [{ name: 'ill', check: broken }] })
    await using bench = createAgentBench({
      tools: [tool],
      script: [{ calls: [{ tool: 'picky' }] }, { text: 'Done.' }],
    })

    const code = codeOf(() => registry.add(echo))
    const { calls } = await bench.run()

    expect(code).toBe('VALIDATOR_REFUSED')
    expect(registry.list()).toEqual([])
    expect(calls).toMatchObject([{ tool: 'picky', outcome: 'invalid', error: { code: 'INPUT_INVALID' } }])
    expect(ran).toBe(0)
  })
})

function logOf(server: TestServer, threadId: string): Promise<readonly object[]> {
  return server.supervisor.readEvents(server.principal('ann'), threadId, { after: 0 })
}

async function shapesOf(stranger: RawSocket, ids: Ids): Promise<readonly (readonly [string, unknown])[]> {
  const shapes: (readonly [string, unknown])[] = []
  for (const [type, command] of Object.entries(askFor)) {
    if (command !== undefined) shapes.push([type, shapeOf(await stranger.command(command(ids)), ids)])
  }
  return shapes
}

function codeIn(shape: unknown): string {
  return (shape as { readonly error?: { readonly code: string } }).error?.code ?? 'ok'
}

function callsOf(calls: Readonly<Record<string, readonly StarterCall[]>>) {
  return Object.entries(calls).flatMap(([tool, twice]) => twice.map(({ input }) => ({ tool, input })))
}

async function callAll(server: TestServer): Promise<{ readonly listed: unknown; readonly calls: readonly string[] }> {
  const socket = await server.socket(server.issue('ann'))
  const listed = await socket.command({ type: 'tools.list' })
  await socket.say(await socket.openNewThread(), 'Go.')
  await socket.completed()
  const calls = socket.events.flatMap(({ event }) =>
    event.type === 'tool_completed' ? [`${event.outcome} ${event.error?.code}`] : [],
  )
  return { listed, calls }
}
