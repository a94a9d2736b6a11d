import { describe, expect, it } from 'vitest'
import { defineAgent } from '../agent/agent.ts'
import type { ModelRequest } from '../agent/ports.ts'
import { checkContract } from '../protocol/contract.ts'
import type { ToolCompleted } from '../protocol/events.ts'
import type { ErrorReply, OkReply, ServerFrame, ToolCall } from '../protocol/frames.ts'
import type { OfferedTool, OfferVerdict } from '../protocol/offered-tool.ts'
import type { JsonObject } from '../protocol/vocabulary.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { expectNoLeaks } from '../testing/no-leaks.ts'
import type { RawSocket } from '../testing/raw-socket.ts'
import { createScriptedModel, type ScriptedStep } from '../testing/scripted-model.ts'
import { startTestServer, type TestServer, type TestServerOptions } from '../testing/server.ts'
import { defineTool } from '../tool/define-tool.ts'

const readTheme: OfferedTool = {
  name: 'read_theme',
  description: 'Whether the page is light or dark.',
  inputSchema: { type: 'object', properties: { of: { type: 'string' } } },
  effect: 'read',
}

/** Calls the tool that the message names, once, and then answers. */
function callWhatIsNamed({ messages }: ModelRequest): ScriptedStep {
  const last = messages.at(-1)
  if (last?.role !== 'user') return { text: 'Done.' }
  const name = last.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
  return { calls: [{ tool: name, input: name === 'ask_helper' ? { message: 'Look.' } : { of: 'page' } }] }
}

function start(options: TestServerOptions = {}): Promise<TestServer> {
  return startTestServer({ model: createScriptedModel(callWhatIsNamed, { record: false }), ...options })
}

function join(server: TestServer, user: string): Promise<RawSocket> {
  return server.socket(server.issue(user))
}

async function offer(socket: RawSocket, ...tools: readonly OfferedTool[]): Promise<readonly OfferVerdict[]> {
  const reply = await socket.command({ type: 'tools.offer', tools })
  if (!('verdicts' in reply)) throw new Error(`Not taken: ${JSON.stringify(reply)}`)
  return reply.verdicts
}

async function names(socket: RawSocket): Promise<readonly string[]> {
  const reply = await socket.command({ type: 'tools.list' })
  return 'tools' in reply ? reply.tools.map(({ name }) => name) : []
}

function asked(socket: RawSocket): Promise<ToolCall> {
  return socket.next((frame): frame is ToolCall => frame.type === 'tool.call')
}

function isCompletedCall(frame: ServerFrame): boolean {
  return frame.type === 'event' && frame.event.type === 'tool_completed'
}

async function completedCall(socket: RawSocket): Promise<ToolCompleted> {
  const frame = await socket.next(isCompletedCall)
  if (frame.type !== 'event' || frame.event.type !== 'tool_completed') throw new Error('No end of a call')
  return frame.event
}

function codeOf(reply: OkReply | ErrorReply): string {
  return reply.type === 'ok' ? 'ok' : reply.error.code
}

async function leave(socket: RawSocket): Promise<void> {
  socket.ws.close()
  await socket.closed
}

describe('tools that a connection offers', () => {
  it('are counted by the code of what was refused of them [OPS-01]', async () => {
    await using server = await start({ limits: { maxOfferedSchemaBytes: 256, maxPeerCalls: 1 } })
    const socket = await join(server, 'ann')
    const large = { ...readTheme, name: 'read_much', inputSchema: { type: 'object', title: 'x'.repeat(300) } }

    await offer(socket, readTheme, large)

    expect(server.gateway.metrics().offers).toEqual({ refused: { SCHEMA_TOO_LARGE: 1 } })
  })

  it('are called where they are, and their result is the model’s [CONN-12]', async () => {
    await using server = await start()
    const ann = await join(server, 'ann')
    const verdicts = await offer(ann, readTheme)
    const threadId = await ann.openNewThread()

    const sent = await ann.say(threadId, 'read_theme')
    const call = await asked(ann)
    const answered = await ann.command({ type: 'tool.result', callId: call.callId, output: { theme: 'dark' } })
    const end = await completedCall(ann)
    const completed = await ann.completed()

    expect(verdicts).toEqual([
      { name: 'read_theme', verdict: 'admitted', fingerprint: expect.stringMatching(/^sha256:/) },
    ])
    expect(call).toEqual({
      type: 'tool.call',
      callId: expect.stringMatching(/^call_/),
      tool: 'read_theme',
      input: { of: 'page' },
      runId: (sent as { runId?: string }).runId,
      threadId,
      deadline: expect.any(Number),
    })
    expect(codeOf(answered)).toBe('ok')
    expect(end).toMatchObject({ outcome: 'ok', output: { theme: 'dark' } })
    expect(completed.event).toMatchObject({ outcome: 'completed' })
    expect(checkContract(ann.events)).toEqual([])
  })

  it('are told with their tag, and are writes unless they say otherwise', async () => {
    await using server = await start()
    const ann = await join(server, 'ann')
    const { effect: _, ...unsaid } = readTheme
    await offer(ann, unsaid)

    const reply = await ann.command({ type: 'tools.list' })

    expect(reply).toMatchObject({ tools: [{ name: 'read_theme', effect: 'write', tags: ['source:client'] }] })
  })

  it('are listed with whom each call waits for, and without it where it waits for nobody [RUN-08]', async () => {
    const policy = {
      allow: [{ roles: ['user'], tools: ['*'] }],
      approve: ['effect:destructive', { tools: ['read_theme'], by: { users: ['vera'] } }],
    }
    await using server = await start({ policy })
    const ann = await join(server, 'ann')
    const wipe: OfferedTool = { ...readTheme, name: 'wipe', effect: 'destructive' }
    const look: OfferedTool = { ...readTheme, name: 'look' }
    await offer(ann, readTheme, wipe, look)

    const { tools } = (await ann.command({ type: 'tools.list' })) as OkReply<'tools.list'>

    expect(tools.map(({ name, approval }) => [name, approval])).toEqual([
      ['look', undefined],
      ['read_theme', { approvers: [{ roles: [], users: ['vera'], requester: false }] }],
      ['wipe', {}],
    ])
  })

  it('are seen by no other connection, of whomever [CONN-12]', async () => {
    await using server = await start()
    const [ann, annElsewhere, bob] = [await join(server, 'ann'), await join(server, 'ann'), await join(server, 'bob')]
    await offer(ann, readTheme)
    const threadId = await annElsewhere.openNewThread()

    await annElsewhere.say(threadId, 'read_theme')
    const end = await completedCall(annElsewhere)

    expect(await names(ann)).toEqual(['read_theme'])
    expect(await names(annElsewhere)).toEqual([])
    expect(await names(bob)).toEqual([])
    expect(end).toMatchObject({ outcome: 'refused', error: { code: 'TOOL_UNKNOWN' } })
    expect(ann.frames.some(({ type }) => type === 'tool.call')).toBe(false)
  })

  it('are a whole list each time: what is in it again stays, what is not goes', async () => {
    await using server = await start()
    const ann = await join(server, 'ann')
    const other: OfferedTool = { ...readTheme, name: 'set_theme', effect: 'write' }
    await offer(ann, readTheme, other)

    const again = await offer(ann, readTheme, { ...other, description: 'Sets it.' })
    const both = await names(ann)
    const less = await offer(ann, other)
    const one = await names(ann)
    const none = await offer(ann)

    expect(again.map(({ verdict }) => verdict)).toEqual(['unchanged', 'admitted'])
    expect(both).toEqual(['read_theme', 'set_theme'])
    expect(less.map(({ verdict }) => verdict)).toEqual(['admitted'])
    expect(one).toEqual(['set_theme'])
    expect(none).toEqual([])
    expect(await names(ann)).toEqual([])
  })

  it('hide nothing, look like nothing that is there, and are refused with the reason and the remedy [CONN-12, REG-04]', async () => {
    const getWeather = defineTool({
      name: 'get_weather',
      description: 'Weather.',
      input: { type: 'object' },
      effect: 'read',
      execute: () => 'rain',
    })
    await using server = await start({ tools: [getWeather], limits: { maxOfferedSchemaBytes: 1_000 } })
    const ann = await join(server, 'ann')
    const named = (name: string): OfferedTool => ({ ...readTheme, name })
    const shaped = (name: string, inputSchema: JsonObject): OfferedTool => ({ ...readTheme, name, inputSchema })

    const verdicts = await offer(
      ann,
      named('get_weather'),
      named('get-Weather'),
      named('then'),
      named('no spaces'),
      named('sound'),
      { ...named('sound'), description: 'Another of the same name.' },
      named('SOUND'),
      shaped('listed', { type: 'array' }),
      shaped('endless', { type: 'object', $ref: '#' }),
      shaped('remote', { type: 'object', $ref: 'https://elsewhere.example/schema' }),
      shaped('broken', { type: 'object', properties: { at: { type: 'string', pattern: '(' } } }),
      shaped('large', { type: 'object', description: 'x'.repeat(1_000) }),
      shaped('backtracking', { type: 'object', properties: { at: { type: 'string', pattern: '^(a+)+$' } } }),
      shaped('nested', { type: 'object', properties: { below: { $ref: '#' } } }),
      { ...named('compared'), outputSchema: { type: 'array', uniqueItems: true } },
    )

    expect(verdicts.map(({ name, code, path }) => [name, code, path])).toEqual([
      ['get_weather', 'NAME_SHADOWS', undefined],
      ['get-Weather', 'NAME_CONFUSABLE', undefined],
      ['then', 'NAME_RESERVED', undefined],
      ['no spaces', 'NAME_INVALID', '/name'],
      ['sound', undefined, undefined],
      ['sound', 'NAME_TAKEN', undefined],
      ['SOUND', 'NAME_CONFUSABLE', undefined],
      ['listed', 'SCHEMA_NOT_OBJECT', '/inputSchema'],
      ['endless', 'SCHEMA_INVALID', '/inputSchema'],
      ['remote', 'SCHEMA_INVALID', '/inputSchema/$ref'],
      ['broken', 'SCHEMA_INVALID', '/inputSchema/properties/at'],
      ['large', 'SCHEMA_TOO_LARGE', '/inputSchema'],
      ['backtracking', 'SCHEMA_COSTLY', '/inputSchema/properties/at'],
      ['nested', 'SCHEMA_COSTLY', '/inputSchema'],
      ['compared', 'SCHEMA_COSTLY', '/outputSchema/uniqueItems'],
    ])
    expect(verdicts.filter(({ verdict, fix }) => verdict === 'refused' && !fix)).toEqual([])
    expect(JSON.stringify(verdicts)).not.toContain('.test.ts')
    expect(await names(ann)).toEqual(['get_weather', 'sound'])
  })

  it('give way to what comes from above with more trust [REG-04]', async () => {
    await using server = await start()
    const ann = await join(server, 'ann')
    await offer(ann, readTheme)
    using held = server.supervisor.acquireUserScope(server.principal('ann'))
    const ours = defineTool({
      name: 'read_theme',
      description: 'The theme as the server keeps it.',
      input: { type: 'object' },
      effect: 'read',
      execute: () => 'light',
    })

    held.scope.add(ours, { trust: 'source' })
    const again = await offer(ann, readTheme)
    const listed = await ann.command({ type: 'tools.list' })

    expect(again).toMatchObject([{ verdict: 'refused', code: 'NAME_SHADOWS' }])
    expect(listed).toMatchObject({ tools: [{ name: 'read_theme', tags: [], fingerprint: ours.fingerprint }] })
  })

  it('cannot claim what is for the server to say', async () => {
    await using server = await start()
    const ann = await join(server, 'ann')
    const claiming = (claim: object): Promise<OkReply | ErrorReply> =>
      ann.command({ type: 'tools.offer', tools: [{ ...readTheme, ...claim }] })

    const replies = [
      await claiming({ approval: 'never' }),
      await claiming({ tags: ['category:trusted'] }),
      await claiming({ requires: {} }),
      await claiming({ effect: 'harmless' }),
      await claiming({ timeoutMs: 600_001 }),
      await claiming({ description: 'x'.repeat(4_001) }),
      await claiming({ description: 'forged \u202E line' }),
      await claiming({ title: 'two\nlines' }),
      await claiming({ inputSchema: [] }),
    ]

    expect(replies.map(codeOf)).toEqual(Array.from(replies, () => 'COMMAND_INVALID'))
  })

  it('follow the policy and the agent’s choice like any other', async () => {
    const model = createScriptedModel(callWhatIsNamed, { record: false })
    const clerk = defineAgent({
      name: 'clerk',
      description: 'Keeps to his own.',
      instructions: 'Answer.',
      model,
      tools: ['category:notes'],
    })
    const policy = { allow: [{ roles: ['staff'], tools: ['tag:source:client'] }] }
    await using server = await start({ agents: [clerk], policy: { allow: [{ tools: ['*'] }] } })
    await using strict = await start({ policy })
    const [ann, bob] = [await join(server, 'ann'), await join(strict, 'bob')]
    const cid = await strict.socket(strict.issue({ ...strict.principal('cid'), roles: ['staff'] }))

    for (const socket of [ann, bob, cid]) await offer(socket, readTheme)

    expect([await names(ann), await names(bob), await names(cid)]).toEqual([[], [], ['read_theme']])
  })

  it('wait for a person when they are destructive', async () => {
    await using server = await start()
    const ann = await join(server, 'ann')
    await offer(ann, { ...readTheme, effect: 'destructive' })
    const threadId = await ann.openNewThread()
    await ann.say(threadId, 'read_theme')
    const frame = await ann.next(
      ({ type, ...rest }) => type === 'event' && JSON.stringify(rest).includes('"approval_requested"'),
    )
    const approvalId = frame.type === 'event' && 'approvalId' in frame.event ? frame.event.approvalId : ''
    const before = ann.frames.some(({ type }) => type === 'tool.call')
    const listed = await ann.command({ type: 'approval.list' })

    await ann.command({ type: 'approval.answer', approvalId, decision: 'approved' })
    const { callId } = await asked(ann)
    await ann.command({ type: 'tool.result', callId, output: 'gone' })

    expect(before).toBe(false)
    // Whoever is asked is told that the name is the page's own word.
    expect(listed).toMatchObject({ approvals: [{ tool: 'read_theme', offered: true }] })
    expect(await completedCall(ann)).toMatchObject({ outcome: 'ok', output: 'gone' })
  })
})

describe('a call of an offered tool', () => {
  it('that vanished before is unknown, like any other name [CONN-12]', async () => {
    await using server = await start()
    const [ann, watching] = [await join(server, 'ann'), await join(server, 'ann')]
    await offer(ann, readTheme)
    const threadId = await ann.openNewThread()
    await watching.command({ type: 'thread.open', threadId, after: 0 })
    await leave(ann)

    await watching.say(threadId, 'read_theme')

    expect(await completedCall(watching)).toMatchObject({ outcome: 'refused', error: { code: 'TOOL_UNKNOWN' } })
  })

  it('whose connection is lost ends as unknown, and its run goes on [CONN-12, RUN-02]', async () => {
    await using server = await start()
    const [ann, watching] = [await join(server, 'ann'), await join(server, 'ann')]
    await offer(ann, readTheme)
    const threadId = await ann.openNewThread()
    await watching.command({ type: 'thread.open', threadId, after: 0 })
    await ann.say(threadId, 'read_theme')
    await asked(ann)

    ann.ws.terminate()

    expect(await completedCall(watching)).toMatchObject({ outcome: 'unknown', error: { code: 'CALL_LOST' } })
    expect((await watching.completed()).event).toMatchObject({ outcome: 'completed' })
    expect(checkContract(watching.events)).toEqual([])
  })

  it('fails with what the page says, bounded and redacted like any other [CALL-01]', async () => {
    await using server = await start({ runLimits: { maxOutputBytes: 256 } })
    const ann = await join(server, 'ann')
    await offer(ann, readTheme)
    const threadId = await ann.openNewThread()
    await ann.say(threadId, 'read_theme')
    const first = await asked(ann)
    await ann.command({ type: 'tool.result', callId: first.callId, error: { message: 'no page is open' } })
    await ann.completed()
    const other = await ann.openNewThread()
    await ann.say(other, 'read_theme')
    const second = await ann.next(
      (frame): frame is ToolCall => frame.type === 'tool.call' && frame.callId !== first.callId,
    )
    await ann.command({
      type: 'tool.result',
      callId: second.callId,
      output: { password: 'hunter2', text: 'x'.repeat(1_000) },
    })
    await ann.next((frame) => isCompletedCall(frame) && 'threadId' in frame && frame.threadId === other)

    const ends = ann.events.flatMap(({ event }) => (event.type === 'tool_completed' ? [event] : []))
    expect(ends).toMatchObject([
      { outcome: 'failed', error: { code: 'TOOL_FAILED', message: expect.stringContaining('no page is open') } },
      { outcome: 'ok', truncated: { bytes: expect.any(Number) } },
    ])
    expect(JSON.stringify(ann.events)).not.toContain('hunter2')
  })

  it('is answered once, by whom it was asked of, and by nobody else [CONN-12]', async () => {
    await using server = await start()
    const [ann, annElsewhere, bob] = [await join(server, 'ann'), await join(server, 'ann'), await join(server, 'bob')]
    for (const socket of [ann, annElsewhere, bob]) await offer(socket, readTheme)
    const threadId = await ann.openNewThread()
    await ann.say(threadId, 'read_theme')
    const { callId } = await asked(ann)
    const answer = { type: 'tool.result', callId, output: 'light' } as const

    const foreign = [await bob.command(answer), await annElsewhere.command(answer)]
    const never = await ann.command({ ...answer, callId: 'call_never' })
    const answers = await Promise.all([ann.command(answer), ann.command({ ...answer, output: 'dark' })])
    const late = await ann.command(answer)

    expect([...foreign, never, ...answers, late].map(codeOf)).toEqual([
      'CALL_NOT_OPEN',
      'CALL_NOT_OPEN',
      'CALL_NOT_OPEN',
      'ok',
      'CALL_NOT_OPEN',
      'CALL_NOT_OPEN',
    ])
    expect(await completedCall(ann)).toMatchObject({ outcome: 'ok', output: 'light' })
  })

  it('is told to stop, and is cancelled when the page answers in time [RUN-09]', async () => {
    await using server = await start()
    const ann = await join(server, 'ann')
    await offer(ann, readTheme)
    const threadId = await ann.openNewThread()
    await ann.say(threadId, 'read_theme')
    const { callId, runId } = await asked(ann)

    await ann.command({ type: 'run.stop', runId })
    const cancel = await ann.next(({ type }) => type === 'tool.cancel')
    const answered = await ann.command({ type: 'tool.result', callId, output: 'light' })

    expect(cancel).toEqual({ type: 'tool.cancel', callId })
    expect(codeOf(answered)).toBe('ok')
    expect(await completedCall(ann)).toMatchObject({ outcome: 'cancelled' })
    expect((await ann.completed()).event).toMatchObject({ outcome: 'stopped' })
  })

  it('that does not stop in time is abandoned; what it answers later is taken in and given to nobody [RUN-09, CALL-05]', async () => {
    const clock = createManualClock()
    await using server = await start({ clock, runLimits: { stopGraceMs: 1_000 } })
    const ann = await join(server, 'ann')
    await offer(ann, { ...readTheme, timeoutMs: 5_000 })
    const threadId = await ann.openNewThread()
    await ann.say(threadId, 'read_theme')
    const { callId, deadline } = await asked(ann)
    const due = deadline - clock.now()

    await clock.advance(5_000)
    await ann.next(({ type }) => type === 'tool.cancel')
    await clock.advance(1_000)
    const end = await completedCall(ann)
    const late = await ann.command({ type: 'tool.result', callId, output: 'too late' })

    expect(due).toBe(5_000)
    expect(end).toMatchObject({ outcome: 'abandoned', error: { code: 'CALL_ABANDONED' } })
    expect(codeOf(late)).toBe('ok')
    expect(JSON.stringify(ann.events)).not.toContain('too late')
  })

  it('is not asked for when the page has as many at work as it may, or was told nothing of late', async () => {
    await using server = await start({ limits: { maxPeerCalls: 1 } })
    const ann = await join(server, 'ann')
    await offer(ann, readTheme)
    const [first, second] = [await ann.openNewThread(), await ann.openNewThread()]
    await ann.say(first, 'read_theme')
    const { callId } = await asked(ann)

    await ann.say(second, 'read_theme')
    const refused = await completedCall(ann)
    await ann.command({ type: 'tool.result', callId, output: 'light' })

    expect(refused).toMatchObject({
      outcome: 'failed',
      error: { code: 'TOOL_FAILED', message: expect.stringContaining('it was not asked') },
    })
    expect(ann.frames.filter(({ type }) => type === 'tool.call')).toHaveLength(1)
  })
})

describe('the seat of a run', () => {
  it('goes to a connection of the same user that has the thread open and offers tools, when the sender is gone [CONN-12]', async () => {
    const gate = Promise.withResolvers<void>()
    const model = createScriptedModel(
      (_request, step) =>
        step === 1
          ? { text: 'Wait.', calls: [{ tool: 'absent' }], gate: gate.promise }
          : step === 2
            ? { calls: [{ tool: 'read_theme', input: {} }] }
            : { text: 'Done.' },
      { record: false },
    )
    await using server = await start({ model })
    const ann = await join(server, 'ann')
    await offer(ann, readTheme)
    const threadId = await ann.openNewThread()
    await ann.say(threadId, 'begin')
    await leave(ann)
    const [elsewhere, back, bob] = [await join(server, 'ann'), await join(server, 'ann'), await join(server, 'bob')]
    await offer(elsewhere, readTheme)
    await offer(bob, readTheme)
    await offer(back, readTheme)
    await back.command({ type: 'thread.open', threadId, after: 0 })

    gate.resolve()
    const { callId } = await asked(back)
    await back.command({ type: 'tool.result', callId, output: 'dark' })
    const completed = await back.completed()

    expect(completed.event).toMatchObject({ outcome: 'completed' })
    expect([...elsewhere.frames, ...bob.frames].filter(({ type }) => type === 'tool.call')).toEqual([])
  })

  it('serves an agent that was called as a tool as well', async () => {
    const helper = defineAgent({
      name: 'helper',
      description: 'Looks.',
      instructions: 'Look.',
      model: createScriptedModel(({ messages }) =>
        messages.at(-1)?.role === 'user' ? { calls: [{ tool: 'read_theme', input: {} }] } : { text: 'It is dark.' },
      ),
      tools: ['*'],
    })
    const { agentTool } = await import('../agent/agent-tool.ts')
    await using server = await start({ tools: [agentTool(helper, { name: 'ask_helper' })] })
    const ann = await join(server, 'ann')
    await offer(ann, readTheme)
    const threadId = await ann.openNewThread()
    await ann.say(threadId, 'ask_helper')

    const { callId } = await asked(ann)
    await ann.command({ type: 'tool.result', callId, output: 'dark' })

    expect((await ann.completed()).event).toMatchObject({ outcome: 'completed' })
  })

  it('is given back with its connection, and with it all that was offered and asked for [REG-07]', async () => {
    await using server = await start()
    const ann = await join(server, 'ann')
    await offer(ann, readTheme)
    const threadId = await ann.openNewThread()
    await ann.say(threadId, 'read_theme')
    await asked(ann)

    await leave(ann)
    await server.gateway.drain()
    await server.supervisor.drain(0)

    expectNoLeaks(server.registry)
    expect(server.registry.metrics().entries).toBe(0)
    expect(server.complaints).toEqual([])
  })
})
