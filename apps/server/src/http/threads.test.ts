import { createScriptedModel } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { bearer, postJson, signIn, startFixture } from '../server.fixture.ts'

interface Answer {
  readonly status: number
  readonly body: unknown
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

async function get(url: string, token: string, headers: Record<string, string> = {}): Promise<Answer> {
  return answerOf(await fetch(url, { headers: { ...bearer(token), ...headers } }))
}

async function post(url: string, token: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return answerOf(await postJson(url, body, { ...bearer(token), ...headers }))
}

function message(text: string): object {
  return { parts: [{ type: 'text', text }] }
}

/** Reads a stream of Server-Sent Events up to the end of a run. */
async function readStream(
  response: Response,
): Promise<{ readonly ids: readonly number[]; readonly types: readonly string[] }> {
  const ids: number[] = []
  const types: string[] = []
  let rest = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    rest += chunk
    const blocks = rest.split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const id = /^id: (\d+)$/m.exec(block)?.[1]
      if (id === undefined) continue
      ids.push(Number(id))
      types.push(JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}').event.type)
    }
    if (types.includes('agent_completed')) break
  }
  return { ids, types }
}

describe('the routes', () => {
  it('carry out the commands of a socket, with the same answers', async () => {
    await using fixture = await startFixture({ parts: { model: createScriptedModel([{ text: 'Hello, Ann.' }]) } })
    const { token } = await signIn(fixture.url, 'Ann')
    const v1 = `${fixture.url}/v1`

    const me = await get(`${v1}/me`, token)
    const made = await post(`${v1}/threads`, token, { title: 'First' })
    const { threadId } = made.body as { threadId: string }
    const sent = await post(`${v1}/threads/${threadId}/messages`, token, message('hello'), { 'idempotency-key': 'k1' })
    const again = await post(`${v1}/threads/${threadId}/messages`, token, message('hello'), { 'idempotency-key': 'k1' })
    const stream = await fetch(`${v1}/threads/${threadId}/events`, {
      headers: { ...bearer(token), accept: 'text/event-stream' },
    })
    const streamed = await readStream(stream)
    const page = await get(`${v1}/threads/${threadId}/events?after=1&limit=2`, token)
    const earlier = await get(`${v1}/threads/${threadId}/events?before=4&limit=2`, token)
    const renamed = await answerOf(
      await fetch(`${v1}/threads/${threadId}`, {
        method: 'PATCH',
        headers: { ...bearer(token), 'content-type': 'application/json' },
        body: JSON.stringify({ title: 'Renamed' }),
      }),
    )
    const listed = await get(`${v1}/threads?query=renam`, token)
    const tools = await get(`${v1}/tools`, token)

    expect(me).toMatchObject({ status: 200, body: { principal: { user: 'ann', tenant: 'local' } } })
    expect(made).toMatchObject({ status: 201, body: { thread: { title: 'First' } } })
    expect(sent).toMatchObject({ status: 202, body: { duplicate: false } })
    expect(again).toMatchObject({ status: 200, body: { ...(sent.body as object), duplicate: true } })
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(streamed.ids).toEqual(streamed.ids.map((_, index) => index + 1))
    expect(streamed.types.at(0)).toBe('message_added')
    expect(streamed.types.at(-1)).toBe('agent_completed')
    expect((page.body as { events: { seq: number }[] }).events.map(({ seq }) => seq)).toEqual([2, 3])
    expect((earlier.body as { events: { seq: number }[] }).events.map(({ seq }) => seq)).toEqual([2, 3])
    expect(renamed).toMatchObject({ status: 200, body: { thread: { title: 'Renamed' } } })
    expect((listed.body as { threads: object[] }).threads).toMatchObject([{ threadId, title: 'Renamed' }])
    expect((tools.body as { tools: { name: string }[] }).tools.map(({ name }) => name)).toContain('calculate')
  })

  it('go on with a stream of events after the last one that was seen', async () => {
    await using fixture = await startFixture({ parts: { model: createScriptedModel([{ text: 'Hello.' }]) } })
    const { token } = await signIn(fixture.url, 'Ann')
    const v1 = `${fixture.url}/v1`
    const { threadId } = (await post(`${v1}/threads`, token, {})).body as { threadId: string }
    await post(`${v1}/threads/${threadId}/messages`, token, message('hello'))
    const events = `${v1}/threads/${threadId}/events`
    const whole = await readStream(await fetch(events, { headers: { ...bearer(token), accept: 'text/event-stream' } }))

    const rest = await readStream(
      await fetch(events, { headers: { ...bearer(token), accept: 'text/event-stream', 'last-event-id': '2' } }),
    )

    expect(rest.ids).toEqual(whole.ids.slice(2))
  })

  it('end a stream with the session that opened it', async () => {
    await using fixture = await startFixture()
    const { token } = await signIn(fixture.url, 'Ann')
    const v1 = `${fixture.url}/v1`
    const { threadId } = (await post(`${v1}/threads`, token, {})).body as { threadId: string }
    const stream = await fetch(`${v1}/threads/${threadId}/events`, {
      headers: { ...bearer(token), accept: 'text/event-stream' },
    })
    const whole = stream.text()

    await post(`${v1}/sign-out`, token, {})

    expect(await whole).toBe('retry: 1000\n\n')
  })

  it('stop a run and answer an approval', async () => {
    const gate = Promise.withResolvers<void>()
    const model = createScriptedModel([
      { text: 'Thinking', gate: gate.promise },
      { calls: [{ tool: 'delete_note', input: { noteId: 'abcde' } }] },
      { text: 'As you wish.' },
    ])
    await using fixture = await startFixture({ parts: { model } })
    const { token } = await signIn(fixture.url, 'Ann')
    const v1 = `${fixture.url}/v1`
    const { threadId } = (await post(`${v1}/threads`, token, {})).body as { threadId: string }
    const endings = completions(fixture.server.supervisor)
    const first = (await post(`${v1}/threads/${threadId}/messages`, token, message('one'))).body as { runId: string }

    const stopped = await post(`${v1}/runs/${first.runId}/stop`, token, {})
    const firstEnd = await endings.next()
    await post(`${v1}/threads/${threadId}/messages`, token, message('two'))
    const approvalId = await approvalOf(fixture.server.supervisor, threadId, fixture.url, token)
    const strange = await post(`${v1}/approvals/${approvalId}`, token, { decision: 'perhaps' })
    const denied = await post(`${v1}/approvals/${approvalId}`, token, { decision: 'denied', reason: 'no' })
    const twice = await post(`${v1}/approvals/${approvalId}`, token, { decision: 'approved' })
    const secondEnd = await endings.next()

    expect(stopped).toMatchObject({ status: 202, body: { stopping: true } })
    expect(firstEnd).toBe('stopped')
    expect(strange).toMatchObject({
      status: 400,
      body: { error: { code: 'COMMAND_INVALID', paths: [{ path: '/decision' }] } },
    })
    expect(denied).toMatchObject({ status: 200, body: { approvalId } })
    expect(twice).toMatchObject({ status: 409, body: { error: { code: 'APPROVAL_RESOLVED' } } })
    expect(secondEnd).toBe('completed')
  })

  it('refuse with a stable code and its status', async () => {
    await using fixture = await startFixture({ config: { limits: { maxBodyBytes: 1_024 } } })
    const { token } = await signIn(fixture.url, 'Ann')
    const v1 = `${fixture.url}/v1`
    const { threadId } = (await post(`${v1}/threads`, token, {})).body as { threadId: string }
    const streaming = { accept: 'text/event-stream' }
    const raw = (body: string, type: string): Promise<Answer> =>
      fetch(`${v1}/threads`, { method: 'POST', body, headers: { ...bearer(token), 'content-type': type } }).then(
        answerOf,
      )

    const answers = {
      noCredentials: await answerOf(await fetch(`${v1}/me`)),
      unknownRoute: await get(`${v1}/nothing`, token),
      unknownThread: await post(`${v1}/threads/thr_nothing/messages`, token, message('hello')),
      empty: await post(`${v1}/threads/${threadId}/messages`, token, message('  ')),
      unknownKey: await post(`${v1}/threads`, token, { tilte: 'x' }),
      unknownAgent: await post(`${v1}/threads/${threadId}/messages`, token, { ...message('hi'), agent: 'nobody' }),
      unknownModel: await post(`${v1}/threads/${threadId}/messages`, token, { ...message('hi'), model: 'gpt-0' }),
      ahead: await get(`${v1}/threads/${threadId}/events?after=9`, token, streaming),
      aheadPage: await get(`${v1}/threads/${threadId}/events?after=9`, token),
      aheadResumed: await get(`${v1}/threads/${threadId}/events`, token, { ...streaming, 'last-event-id': '9' }),
      badEventId: await get(`${v1}/threads/${threadId}/events`, token, { ...streaming, 'last-event-id': 'nine' }),
      badEventSign: await get(`${v1}/threads/${threadId}/events`, token, { ...streaming, 'last-event-id': '-1' }),
      bothEnds: await get(`${v1}/threads/${threadId}/events?after=0&before=2`, token),
      streamBack: await get(`${v1}/threads/${threadId}/events?before=2`, token, streaming),
      streamPart: await get(`${v1}/threads/${threadId}/events?limit=2`, token, streaming),
      badBefore: await get(`${v1}/threads/${threadId}/events?before=0`, token),
      badQuery: await get(`${v1}/threads?limit=many`, token),
      notJson: await raw('{', 'application/json'),
      otherType: await raw('title=x', 'application/x-www-form-urlencoded'),
      plainText: await raw('{}', 'text/plain'),
      tooLarge: await raw(JSON.stringify({ title: 'x'.repeat(2_000) }), 'application/json'),
      badName: await answerOf(await postJson(`${v1}/sign-in`, { name: '../etc' })),
    }

    const told = Object.entries(answers).map(([name, { status, body }]) => [name, status, codeOf(body)])
    expect(told).toEqual([
      ['noCredentials', 401, 'TOKEN_MISSING'],
      ['unknownRoute', 404, 'ROUTE_UNKNOWN'],
      ['unknownThread', 404, 'NOT_FOUND'],
      ['empty', 400, 'MESSAGE_EMPTY'],
      ['unknownKey', 400, 'COMMAND_INVALID'],
      ['unknownAgent', 400, 'AGENT_UNKNOWN'],
      ['unknownModel', 400, 'MODEL_UNKNOWN'],
      ['ahead', 400, 'AFTER_AHEAD'],
      ['aheadPage', 400, 'AFTER_AHEAD'],
      ['aheadResumed', 400, 'AFTER_AHEAD'],
      ['badEventId', 400, 'REQUEST_INVALID'],
      ['badEventSign', 400, 'REQUEST_INVALID'],
      ['bothEnds', 400, 'REQUEST_INVALID'],
      ['streamBack', 400, 'REQUEST_INVALID'],
      ['streamPart', 400, 'REQUEST_INVALID'],
      ['badBefore', 400, 'REQUEST_INVALID'],
      ['badQuery', 400, 'REQUEST_INVALID'],
      ['notJson', 400, 'BODY_NOT_JSON'],
      ['otherType', 400, 'BODY_NOT_JSON'],
      ['plainText', 400, 'BODY_NOT_JSON'],
      ['tooLarge', 413, 'BODY_TOO_LARGE'],
      ['badName', 400, 'REQUEST_INVALID'],
    ])
  })

  it('hold readers of a thread to the rate of commands, pages and streams alike', async () => {
    await using fixture = await startFixture({ config: { limits: { commandsPerSecond: 1, commandBurst: 3 } } })
    const { token } = await signIn(fixture.url, 'Ann')
    const made = await post(`${fixture.url}/v1/threads`, token, {})
    const at = `${fixture.url}/v1/threads/${(made.body as { threadId: string }).threadId}/events`
    const read = async (accept: string): Promise<number> => {
      const response = await fetch(at, { headers: { ...bearer(token), accept } })
      await response.body?.cancel()
      return response.status
    }

    const pages = await Promise.all(Array.from({ length: 12 }, () => read('application/json')))
    const streams = await Promise.all(Array.from({ length: 12 }, () => read('text/event-stream')))

    expect([new Set([200, ...pages]), new Set([200, ...streams])]).toEqual([new Set([200, 429]), new Set([200, 429])])
  })

  it('answer alike for what belongs to somebody else and for what does not exist', async () => {
    await using fixture = await startFixture()
    const ann = await signIn(fixture.url, 'Ann')
    const bob = await signIn(fixture.url, 'Bob')
    const v1 = `${fixture.url}/v1`
    const { threadId } = (await post(`${v1}/threads`, ann.token, { title: 'Private' })).body as { threadId: string }

    const foreign = await get(`${v1}/threads/${threadId}/events`, bob.token)
    const absent = await get(`${v1}/threads/${threadId.replace(/.$/, '_')}/events`, bob.token)
    const list = await get(`${v1}/threads`, bob.token)

    expect([foreign.status, codeOf(foreign.body)]).toEqual([404, 'NOT_FOUND'])
    expect([absent.status, codeOf(absent.body)]).toEqual([404, 'NOT_FOUND'])
    expect(list.body).toEqual({ threads: [] })
  })

  it('limit how many sign in per minute', async () => {
    await using fixture = await startFixture({ config: { limits: { signInsPerMinute: 1 } } })
    await signIn(fixture.url, 'Ann')

    const second = await answerOf(await postJson(`${fixture.url}/v1/sign-in`, { name: 'Bob' }))

    expect([second.status, codeOf(second.body)]).toEqual([429, 'SIGN_INS_LIMIT'])
  })
})

describe('the page', () => {
  it('may load and talk to this server only, and says how to build the console when it is not built', async () => {
    await using fixture = await startFixture({ parts: { consoleFolder: '/nowhere' } })

    const page = await fetch(fixture.url)

    expect(page.status).toBe(200)
    expect(await page.text()).toContain('npm run build:console')
    expect(page.headers.get('content-security-policy')).toMatch(
      /default-src 'none'.*connect-src 'self'.*frame-ancestors 'none'/,
    )
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('gives a session cookie that scripts cannot read and other sites cannot send', async () => {
    await using fixture = await startFixture()

    const response = await postJson(`${fixture.url}/v1/sign-in`, { name: 'Ann' })

    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^toolcrib_session=[^;]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/),
    ])
  })

  it('marks the cookie for https when that is what people use', async () => {
    await using fixture = await startFixture({ config: { publicUrl: 'https://localhost:8443' } })

    const response = await postJson(`${fixture.url}/v1/sign-in`, { name: 'Ann' }, { origin: 'https://localhost:8443' })

    expect(response.headers.getSetCookie()[0]).toMatch(/^__Host-toolcrib_session=.*; Secure/)
    expect(response.headers.get('strict-transport-security')).toBe('max-age=31536000')
  })
})

function codeOf(body: unknown): string | undefined {
  return (body as { readonly error?: { readonly code: string } }).error?.code
}

interface Notices {
  subscribe(
    listener: (notice: { readonly type: string; readonly events?: readonly { event: { type: string } }[] }) => void,
  ): Disposable
}

/** The outcomes of runs, in the order in which they end. */
function completions(supervisor: Notices): { next(): Promise<string> } {
  const outcomes: string[] = []
  let wake = Promise.withResolvers<void>()
  supervisor.subscribe(({ events = [] }) => {
    for (const { event } of events)
      if (event.type === 'agent_completed') outcomes.push((event as unknown as { outcome: string }).outcome)
    wake.resolve()
  })
  return {
    async next() {
      while (outcomes.length === 0) {
        wake = Promise.withResolvers()
        await wake.promise
      }
      return outcomes.shift() ?? ''
    },
  }
}

/** The approval that a thread waits for, once it does. */
async function approvalOf(supervisor: Notices, threadId: string, url: string, token: string): Promise<string> {
  const asked = Promise.withResolvers<void>()
  using _notices = supervisor.subscribe(({ events = [] }) => {
    if (events.some(({ event }) => event.type === 'approval_requested')) asked.resolve()
  })
  const logged = async (): Promise<string | undefined> => {
    const { body } = await get(`${url}/v1/threads/${threadId}/events`, token)
    const { events } = body as { events: { event: { type: string; approvalId?: string } }[] }
    return events.find(({ event }) => event.type === 'approval_requested')?.event.approvalId
  }
  const known = await logged()
  if (known !== undefined) return known
  await asked.promise
  return (await logged()) ?? ''
}
