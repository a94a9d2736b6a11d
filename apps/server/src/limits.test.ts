import { defineTool } from 'toolcrib'
import type { Principal } from 'toolcrib/protocol'
import { createManualClock, createScriptedModel } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { parseConfig } from './config.ts'
import {
  ask,
  bearer,
  connectClient,
  endOf,
  knock,
  postJson,
  type ServerFixture,
  signIn,
  startFixture,
  temporaryFolder,
} from './server.fixture.ts'
import { startServer } from './server.ts'

const echo = defineTool({
  name: 'echo',
  description: 'Says it again.',
  input: { type: 'object' },
  effect: 'read',
  execute: (input) => input,
})

async function newThread({ url }: ServerFixture, token: string): Promise<string> {
  const response = await postJson(`${url}/v1/threads`, {}, bearer(token))
  return ((await response.json()) as { threadId: string }).threadId
}

function send(
  { url }: ServerFixture,
  token: string,
  { threadId, text }: { threadId: string; text: string },
): Promise<Response> {
  return postJson(`${url}/v1/threads/${threadId}/messages`, { parts: [{ type: 'text', text }] }, bearer(token))
}

async function codeOf(response: Response): Promise<readonly [number, string | undefined]> {
  const body = (await response.json()) as { readonly error?: { readonly code: string } }
  return [response.status, body.error?.code]
}

describe('a limit of the configuration', () => {
  it('reaches the gateway and is told in every hello', async () => {
    await using fixture = await startFixture({
      config: { limits: { maxFrameBytes: 2_048, maxMessageChars: 10, commandsPerSecond: 7, pingIntervalMs: 5_000 } },
    })
    const { token } = await signIn(fixture.url, 'Ann')

    const result = await knock(fixture.url, { headers: bearer(token) })
    const tooLong = await send(fixture, token, { threadId: await newThread(fixture, token), text: 'more than ten' })

    expect(result).toMatchObject({
      hello: { limits: { maxFrameBytes: 2_048, maxMessageChars: 10, commandsPerSecond: 7, pingIntervalMs: 5_000 } },
    })
    expect(await codeOf(tooLong)).toEqual([413, 'MESSAGE_TOO_LONG'])
  })

  it('closes the socket with 1009 when a frame is larger', async () => {
    await using fixture = await startFixture({ config: { limits: { maxFrameBytes: 1_024 } } })
    const { token } = await signIn(fixture.url, 'Ann')
    const result = await knock(fixture.url, { headers: bearer(token) })
    if (!result.accepted) throw new Error('expected to be accepted')
    const closing = new Promise<number>((resolve) => result.socket.once('close', resolve))

    result.socket.send('x'.repeat(1_025))

    expect(await closing).toBe(1009)
  })

  it('shuts the door to one connection more than the server may have, event streams included', async () => {
    await using fixture = await startFixture({ config: { limits: { maxConnections: 1 } } })
    const ann = await signIn(fixture.url, 'Ann')
    const bob = await signIn(fixture.url, 'Bob')
    await knock(fixture.url, { headers: bearer(ann.token) })

    const socket = await knock(fixture.url, { headers: bearer(bob.token) })
    const events = `${fixture.url}/v1/threads/${await newThread(fixture, bob.token)}/events`
    const stream = await fetch(events, { headers: { ...bearer(bob.token), accept: 'text/event-stream' } })

    expect(socket).toMatchObject({ accepted: false, status: 429, failure: { code: 'TOO_MANY_CONNECTIONS' } })
    expect(await codeOf(stream)).toEqual([429, 'TOO_MANY_CONNECTIONS'])
  })

  it('counts a stream of events for as long as it is open, also beside sockets', async () => {
    await using fixture = await startFixture({ config: { limits: { maxConnectionsPerUser: 2 } } })
    const { token } = await signIn(fixture.url, 'Ann')
    const events = `${fixture.url}/v1/threads/${await newThread(fixture, token)}/events`
    const headers = { ...bearer(token), accept: 'text/event-stream' }
    const stream = await fetch(events, { headers })

    const socket = await knock(fixture.url, { headers: bearer(token) })
    const third = await fetch(events, { headers })

    expect([stream.status, socket.accepted]).toEqual([200, true])
    expect(await codeOf(third)).toEqual([429, 'TOO_MANY_CONNECTIONS'])
  })

  it('reaches the runs, and an agent narrows it for itself', async () => {
    const model = createScriptedModel(() => ({ calls: [{ tool: 'echo' }] }))
    const agent = { description: 'd', instructions: 'i', tools: ['*'] }
    await using fixture = await startFixture({
      config: {
        starterTools: false,
        tools: [echo],
        limits: { maxSteps: 3 },
        agents: [
          { ...agent, name: 'wide' },
          { ...agent, name: 'narrow', limits: { maxSteps: 1 } },
        ],
      },
      parts: { model },
    })
    const { token } = await signIn(fixture.url, 'Ann')
    await using client = connectClient(fixture.url, token)

    const wide = endOf(await ask(client, (await client.createThread()).threadId, 'go'))
    const narrow = endOf(await ask(client, (await client.createThread()).threadId, 'go', { agent: 'narrow' }))

    expect(wide).toMatchObject({ outcome: 'limit_reached', limit: { name: 'maxSteps', value: 3 } })
    expect(narrow).toMatchObject({ outcome: 'limit_reached', limit: { name: 'maxSteps', value: 1 } })
  })

  it('refuses one run more than a user may have at work, says so, and lets others run [RUN-04]', async () => {
    const gate = Promise.withResolvers<void>()
    const model = createScriptedModel(() => ({ text: 'Hm', gate: gate.promise }))
    await using fixture = await startFixture({ config: { limits: { maxRunsPerUser: 1 } }, parts: { model } })
    const ann = await signIn(fixture.url, 'Ann')
    const bob = await signIn(fixture.url, 'Bob')

    const first = await send(fixture, ann.token, { threadId: await newThread(fixture, ann.token), text: 'one' })
    const second = await send(fixture, ann.token, { threadId: await newThread(fixture, ann.token), text: 'two' })
    const other = await send(fixture, bob.token, { threadId: await newThread(fixture, bob.token), text: 'three' })
    gate.resolve()

    expect(first.status).toBe(202)
    expect(await codeOf(second)).toEqual([429, 'RUNS_LIMIT'])
    expect(other.status).toBe(202)
  })

  it('refuses a catalogue with one tool more than a scope may hold', async () => {
    await using place = await temporaryFolder()
    const config = { port: 0, logLevel: 'silent', tools: [echo], limits: { maxToolsPerScope: 9 } }

    const start = startServer(parseConfig(config, { env: {}, folder: place.folder }))

    await expect(start).rejects.toMatchObject({
      code: 'CATALOGUE_REFUSED',
      message: expect.stringContaining('SCOPE_FULL'),
    })
  })

  it('hands over, not ended, the runs that are still at work when the time to drain is over [RUN-14]', async () => {
    const model = createScriptedModel(() => ({ text: 'For ever', gate: new Promise(() => {}) }))
    await using fixture = await startFixture({ config: { limits: { drainMs: 0, stopGraceMs: 0 } }, parts: { model } })
    const { token } = await signIn(fixture.url, 'Ann')
    await using client = connectClient(fixture.url, token)
    const { threadId } = await client.createThread()
    const writing = Promise.withResolvers<void>()
    const types: string[] = []
    using _view = client.openThread(threadId, {
      onEvent: ({ event }) => {
        types.push(event.type)
        if (event.type === 'agent_message') writing.resolve()
      },
    })
    const goodbye = new Promise<string>((resolve) => client.onGoodbye(({ code }) => resolve(code)))
    await client.send(threadId, 'go')
    await writing.promise

    await fixture.server.close()

    expect(await goodbye).toBe('DRAINING')
    expect(types).not.toContain('agent_completed')
  })

  it('refuses what would wait for the disk beyond what may', async () => {
    await using fixture = await startFixture({ config: { limits: { maxStorePendingBytes: 65_536 } } })
    const { token } = await signIn(fixture.url, 'Ann')

    const { principal } = (await (await fetch(`${fixture.url}/v1/me`, { headers: bearer(token) })).json()) as {
      principal: Principal
    }
    const large = [{ type: 'text' as const, text: 'x'.repeat(90_000) }]
    const [one, other] = [await newThread(fixture, token), await newThread(fixture, token)]

    // Together, so that the second comes while the first still waits for the disk.
    const results = await Promise.allSettled([
      fixture.server.supervisor.send(principal, { threadId: one, parts: large, idempotencyKey: 'one' }),
      fixture.server.supervisor.send(principal, { threadId: other, parts: large, idempotencyKey: 'other' }),
    ])

    expect(results).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'STORE_UNAVAILABLE' } },
    ])
  })

  it('says how often an idle stream of events gets a comment', async () => {
    const clock = createManualClock()
    await using fixture = await startFixture({ config: { limits: { sseHeartbeatMs: 2_000 } }, parts: { clock } })
    const { token } = await signIn(fixture.url, 'Ann')
    const events = `${fixture.url}/v1/threads/${await newThread(fixture, token)}/events`
    const stream = await fetch(events, { headers: { ...bearer(token), accept: 'text/event-stream' } })
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    const first = await reader?.read()

    await clock.advance(2_000)

    expect(first?.value).toBe('retry: 1000\n\n')
    expect((await reader?.read())?.value).toBe(': still here\n\n')
    await reader?.cancel()
  })
})
