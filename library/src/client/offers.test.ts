import { describe, expect, it } from 'vitest'
import type { ModelRequest } from '../agent/ports.ts'
import type { ToolCompleted } from '../protocol/events.ts'
import type { OfferVerdict } from '../protocol/offered-tool.ts'
import { createScriptedModel, type ScriptedStep } from '../testing/scripted-model.ts'
import { startTestServer, type TestServer, type TestServerOptions } from '../testing/server.ts'
import type { Client, ClientCall, ClientTool } from './client.ts'

/** Calls the tool that the message names, once, and then answers. */
function callWhatIsNamed({ messages }: ModelRequest): ScriptedStep {
  const last = messages.at(-1)
  if (last?.role !== 'user') return { text: 'Done.' }
  return { calls: [{ tool: last.parts.map((part) => (part.type === 'text' ? part.text : '')).join(''), input: {} }] }
}

function start(options: TestServerOptions = {}): Promise<TestServer> {
  return startTestServer({ model: createScriptedModel(callWhatIsNamed, { record: false }), ...options })
}

function tool(name: string, execute: ClientTool['execute']): ClientTool {
  return { name, description: `Does ${name}.`, inputSchema: { type: 'object' }, effect: 'read', execute }
}

/** Offers, and resolves with the verdicts each time they come. */
function offering(client: Client, ...tools: readonly ClientTool[]) {
  const seen: (readonly OfferVerdict[])[] = []
  let next = Promise.withResolvers<readonly OfferVerdict[]>()
  const offer = client.offerTools(tools, {
    onVerdicts: (verdicts) => {
      seen.push(verdicts)
      next.resolve(verdicts)
      next = Promise.withResolvers()
    },
  })
  return { offer, seen, next: () => next.promise }
}

/** Sends the name of a tool on a new thread, and resolves with the end of its call. */
async function call(client: Client, name: string): Promise<ToolCompleted> {
  const { threadId } = await client.createThread()
  const ended = Promise.withResolvers<ToolCompleted>()
  client.openThread(threadId, {
    onEvent: ({ event }) => event.type === 'tool_completed' && ended.resolve(event),
  })
  await client.send(threadId, name)
  return ended.promise
}

describe('the tools of a client', () => {
  it('are carried out by it, also on the connection after the next [CONN-12, WEB-02]', async () => {
    await using server = await start()
    const client = server.connect('ann', { minBackoffMs: 1, maxBackoffMs: 1 })
    const seen: ClientCall[] = []
    const offered = offering(
      client,
      tool('read_theme', (_, about) => {
        seen.push(about)
        return { theme: 'dark' }
      }),
    )
    await offered.next()
    const first = await call(client, 'read_theme')

    const again = offered.next()
    server.cut()
    await again
    const second = await call(client, 'read_theme')

    expect([first, second]).toMatchObject([
      { outcome: 'ok', output: { theme: 'dark' } },
      { outcome: 'ok', output: { theme: 'dark' } },
    ])
    expect(seen).toMatchObject([{ callId: first.callId }, { callId: second.callId }])
    expect(offered.seen.flat().map(({ verdict }) => verdict)).toEqual(['admitted', 'admitted'])
  })

  it('fail with what they throw, and when their result cannot be sent', async () => {
    await using server = await start({ limits: { maxFrameBytes: 2_000 } })
    const client = server.connect('ann')
    const offered = offering(
      client,
      tool('throws', () => Promise.reject(new Error('the page is closed'))),
      tool('no_json', () => 1n),
      tool('too_large', () => 'x'.repeat(3_000)),
      tool('nothing', () => undefined),
      tool('too_deep', () => JSON.parse('['.repeat(80) + ']'.repeat(80))),
    )
    await offered.next()

    const ends = [
      await call(client, 'throws'),
      await call(client, 'no_json'),
      await call(client, 'too_large'),
      await call(client, 'nothing'),
      await call(client, 'too_deep'),
    ]

    expect(ends).toMatchObject([
      { outcome: 'failed', error: { message: expect.stringContaining('the page is closed') } },
      { outcome: 'failed', error: { message: expect.stringContaining('BigInt') } },
      { outcome: 'failed', error: { message: expect.stringContaining('over 2000 bytes') } },
      { outcome: 'ok', output: null },
      { outcome: 'failed', error: { message: expect.stringContaining('64 levels') } },
    ])
  })

  it('are one list to the server, and each offer is told of its own', async () => {
    await using server = await start()
    const client = server.connect('ann')
    const own = offering(
      client,
      tool('one', () => 1),
    )
    const other = offering(
      client,
      tool('two', () => 2),
      tool('ONE', () => 1),
    )
    const [first, second] = await Promise.all([own.next(), other.next()])

    const without = other.next()
    own.offer[Symbol.dispose]()
    const left = await without
    const held = await client.command<'tools.list'>({ type: 'tools.list' })

    expect(first.map(({ name, verdict }) => [name, verdict])).toEqual([['one', 'admitted']])
    expect(second.map(({ name, code }) => [name, code])).toEqual([
      ['two', undefined],
      ['ONE', 'NAME_CONFUSABLE'],
    ])
    expect(left.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['two', 'unchanged'],
      ['ONE', 'admitted'],
    ])
    expect(held.tools.map(({ name }) => name)).toEqual(['ONE', 'two'])
  })

  it('are told when the server takes none of them', async () => {
    await using server = await start({ limits: { maxOfferedTools: 0 } })
    const client = server.connect('ann')
    const refused = Promise.withResolvers<string>()

    client.offerTools([tool('one', () => 1)], { onRefused: ({ code }) => refused.resolve(code) })

    expect(await refused.promise).toBe('TOO_MANY_TOOLS')
  })

  it('are told to stop: by a stop of the run, and by the loss of the connection [RUN-09, CONN-12]', async () => {
    await using server = await start()
    const client = server.connect('ann', { minBackoffMs: 1, maxBackoffMs: 1 })
    let begun = Promise.withResolvers<ClientCall>()
    const untilStopped = tool('wait', (_, about) => {
      begun.resolve(about)
      begun = Promise.withResolvers()
      return new Promise((resolve) => about.signal.addEventListener('abort', () => resolve('stopped')))
    })
    await offering(client, untilStopped).next()
    const starting = begun.promise
    const first = call(client, 'wait')
    const { runId, signal } = await starting

    await client.stop(runId)
    const stopped = await first
    const startingAgain = begun.promise
    const second = call(client, 'wait')
    const lost = await startingAgain
    server.cut()
    const unknown = await second

    expect(signal.aborted).toBe(true)
    expect(stopped).toMatchObject({ outcome: 'cancelled' })
    expect(lost.signal.aborted).toBe(true)
    expect(unknown).toMatchObject({ outcome: 'unknown', error: { code: 'CALL_LOST' } })
  })
})
