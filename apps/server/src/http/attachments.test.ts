import { request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { createClient } from 'toolcrib/client'
import type { SentPart } from 'toolcrib/protocol'
import { createMemoryStore } from 'toolcrib/store/memory'
import { createScriptedModel } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../config.ts'
import {
  bearer,
  connectClient,
  postJson,
  signIn,
  socketUrl,
  startFixture,
  takeTicket,
  temporaryFolder,
} from '../server.fixture.ts'
import { startServer } from '../server.ts'

const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3)

interface Answer {
  readonly status: number
  readonly body: { readonly attachmentId: string; readonly error?: { readonly code: string } }
}

interface LeavingRequest {
  readonly method?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

async function upload(
  url: string,
  data: Uint8Array<ArrayBuffer> | string,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const response = await fetch(`${url}/v1/attachments`, { method: 'POST', body: data, headers })
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}

function named(name: string): Readonly<Record<string, string>> {
  return { 'x-attachment-name': encodeURIComponent(name), 'content-type': 'image/svg+xml' }
}

function codeOf({ status, body }: Answer): string {
  return `${status} ${body.error?.code ?? 'ok'}`
}

describe('an attachment over HTTP', () => {
  it('is taken as what its bytes are and given back to its owner, shown as that and able to run nothing', async () => {
    await using fixture = await startFixture()
    const { token } = await signIn(fixture.url, 'Ann')
    const page = '<!doctype html><script>alert(1)</script>'

    const image = await upload(fixture.url, png, { ...bearer(token), ...named('Café "1" (ü).png') })
    const markup = await upload(fixture.url, page, { ...bearer(token), ...named('x.svg'), 'content-type': 'text/html' })
    const json = await upload(fixture.url, '{ no json', {
      ...bearer(token),
      ...named('x.json'),
      'content-type': 'application/json',
    })
    const read = async ({ body }: Answer): Promise<Response> =>
      fetch(`${fixture.url}/v1/attachments/${body.attachmentId}`, { headers: bearer(token) })
    const [shown, source] = [await read(image), await read(markup)]

    expect(image).toMatchObject({ status: 201, body: { name: 'Café "1" (ü).png', mediaType: 'image/png', bytes: 11 } })
    expect(json).toMatchObject({ status: 201, body: { mediaType: 'text/plain' } })
    expect(new Uint8Array(await shown.arrayBuffer())).toEqual(png)
    expect(await source.text()).toBe(page)
    expect([shown.headers.get('content-type'), source.headers.get('content-type')]).toEqual([
      'image/png',
      'text/plain; charset=utf-8',
    ])
    expect(shown.headers.get('content-disposition')).toBe(
      `inline; filename="Caf_ _1_ (_).png"; filename*=UTF-8''Caf%C3%A9%20%221%22%20%28%C3%BC%29.png`,
    )
    expect(source.headers.get('content-security-policy')).toMatch(/^default-src 'none';.*\bsandbox\b/)
    expect(source.headers.get('x-content-type-options')).toBe('nosniff')
    expect(source.headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(source.headers.get('cache-control')).toBe('no-store')
  })

  it('answers everybody else as if it were not there [RUN-06]', async () => {
    await using fixture = await startFixture()
    const [ann, bob] = [await signIn(fixture.url, 'Ann'), await signIn(fixture.url, 'Bob')]
    const { body } = await upload(fixture.url, png, { ...bearer(ann.token), ...named('a.png') })
    const v1 = `${fixture.url}/v1`
    const { threadId } = (await (await postJson(`${v1}/threads`, {}, bearer(bob.token))).json()) as {
      readonly threadId: string
    }
    const attempts = async (attachmentId: string): Promise<readonly string[]> => {
      const parts = [{ type: 'attachment', attachmentId }]
      const answers = [
        await fetch(`${v1}/attachments/${attachmentId}`, { headers: bearer(bob.token) }),
        await fetch(`${v1}/attachments/${attachmentId}`, { method: 'DELETE', headers: bearer(bob.token) }),
        await postJson(`${v1}/threads/${threadId}/messages`, { parts }, bearer(bob.token)),
      ]
      return Promise.all(
        answers.map(async (answer) => `${answer.status} ${await answer.text()}`.replaceAll(attachmentId, 'ID')),
      )
    }

    const foreign = await attempts(body.attachmentId)

    expect(foreign).toEqual(await attempts('att_nothing'))
    expect(foreign.map((answer) => /^404 .*"NOT_FOUND"/.test(answer))).toEqual([true, true, true])
    const mine = await fetch(`${v1}/attachments/${body.attachmentId}`, { headers: bearer(ann.token) })
    expect(mine.status).toBe(200)
  })

  it('is refused with a stable code: its name, its kind, its size, who sends it and from where [CALL-07]', async () => {
    const limits = { maxImageBytes: 2_000, maxTextFileBytes: 1_024, maxAttachmentBytesPerUser: 3_000 }
    await using fixture = await startFixture({ config: { limits } })
    const { token, cookie } = await signIn(fixture.url, 'Ann')
    const { url } = fixture
    const mine = bearer(token)
    const big = new Uint8Array(2_000)
    big.set(png)

    const told = {
      noName: codeOf(await upload(url, png, mine)),
      notEncoded: codeOf(await upload(url, png, { ...mine, 'x-attachment-name': '%ff' })),
      path: codeOf(await upload(url, png, { ...mine, ...named('../a.png') })),
      turned: codeOf(await upload(url, png, { ...mine, ...named('a\u202egnp.exe') })),
      binary: codeOf(await upload(url, Uint8Array.of(0, 1, 2), { ...mine, ...named('a.png') })),
      empty: codeOf(await upload(url, '', { ...mine, ...named('a.txt') })),
      longText: codeOf(await upload(url, 'x'.repeat(1_025), { ...mine, ...named('a.txt') })),
      tooLarge: codeOf(await upload(url, 'x'.repeat(2_001), { ...mine, ...named('a.txt') })),
      nobody: codeOf(await upload(url, png, named('a.png'))),
      otherSite: codeOf(await upload(url, png, { cookie, origin: 'https://evil.example', ...named('a.png') })),
      noOrigin: codeOf(await upload(url, png, { cookie, ...named('a.png') })),
      ownPage: codeOf(await upload(url, big, { cookie, origin: url, ...named('a.png') })),
      full: codeOf(await upload(url, big, { ...mine, ...named('a.png') })),
    }

    expect(told).toEqual({
      noName: '400 REQUEST_INVALID',
      notEncoded: '400 REQUEST_INVALID',
      path: '400 ATTACHMENT_NAME_INVALID',
      turned: '400 ATTACHMENT_NAME_INVALID',
      binary: '415 ATTACHMENT_TYPE_REFUSED',
      empty: '415 ATTACHMENT_TYPE_REFUSED',
      longText: '413 ATTACHMENT_TOO_LARGE',
      tooLarge: '413 BODY_TOO_LARGE',
      nobody: '401 TOKEN_MISSING',
      otherSite: '403 ORIGIN_REFUSED',
      noOrigin: '403 ORIGIN_REFUSED',
      ownPage: '201 ok',
      full: '409 ATTACHMENTS_FULL',
    })
  })

  it('is refused before its bytes have come, when they are too many or nobody is known to send them', async () => {
    await using fixture = await startFixture({ config: { limits: { maxImageBytes: 2_000, maxTextFileBytes: 2_000 } } })
    const { token } = await signIn(fixture.url, 'Ann')

    const announced = await unfinished(fixture.url, { ...bearer(token), ...named('a'), 'content-length': '1000000' })
    const streamed = await unfinished(fixture.url, { ...bearer(token), ...named('a') }, 'x'.repeat(3_000))
    const unknown = await unfinished(fixture.url, { ...named('a'), 'content-length': '1000' })

    expect([announced, streamed, unknown]).toEqual(['413 BODY_TOO_LARGE', '413 BODY_TOO_LARGE', '401 TOKEN_MISSING'])
  })

  it('is sent at the pace of its reader, who keeps the place of one command meanwhile', async () => {
    const limits = { maxTextFileBytes: 20_000_000, maxPendingCommands: 1, commandBurst: 1_000 }
    await using fixture = await startFixture({ config: { limits } })
    const { url } = fixture
    const { token } = await signIn(url, 'Ann')
    const { body } = await upload(url, 'x'.repeat(20_000_000), { ...bearer(token), ...named('long.txt') })
    const address = `${url}/v1/attachments/${body.attachmentId}`

    const slow = await fetch(address, { headers: bearer(token) })
    const meanwhile = await fetch(address, { headers: bearer(token) })
    const refusal = (await meanwhile.json()) as Answer['body']
    const read = await slow.text()
    // The server learns of the end in its own time.
    while ((await fetch(address, { method: 'DELETE', headers: bearer(token) })).status === 429);
    const afterwards = await fetch(address, { headers: bearer(token) })

    expect(`${meanwhile.status} ${refusal.error?.code}`).toBe('429 TOO_MANY_PENDING')
    expect(read.length).toBe(20_000_000)
    expect(afterwards.status).toBe(404)
  })

  it('gives back the places of who is gone before the answer has begun [OPS-08]', async () => {
    const limits = { maxPendingCommands: 1, maxUploadsPerUser: 1, commandBurst: 10_000, commandsPerSecond: 10_000 }
    const store = createMemoryStore()
    const { attachments } = store
    const found = gated((...sought: Parameters<typeof attachments.get>) => attachments.get(...sought))
    const kept = gated((...file: Parameters<typeof attachments.put>) => attachments.put(...file))
    const parts = { store: { ...store, attachments: { ...attachments, get: found.call, put: kept.call } } }
    await using fixture = await startFixture({ config: { limits }, parts })
    const { url } = fixture
    const mine = bearer((await signIn(url, 'Ann')).token)
    const put = async (): Promise<string> => codeOf(await upload(url, png, { ...mine, ...named('a.png') }))
    const read = async (at: string): Promise<number> => (await fetch(at, { headers: mine })).status

    await leaveAt(kept.reached, `${url}/v1/attachments`, {
      method: 'POST',
      body: png,
      headers: { ...mine, ...named('a') },
    })
    const whileStored = await put()
    kept.open()
    while ((await put()) !== '201 ok');
    const address = `${url}/v1/attachments/${(await upload(url, png, { ...mine, ...named('b') })).body.attachmentId}`
    await leaveAt(found.reached, address, { headers: mine })
    const whileSought = [await read(address), await read(address), await read(address)]
    found.open()
    while ((await read(address)) !== 200);

    expect([whileStored, ...whileSought]).toEqual(['429 TOO_MANY_PENDING', 429, 429, 429])
  })

  it('is not read when only its head is asked for', async () => {
    const store = createMemoryStore()
    let reads = 0
    const read = (...piece: Parameters<typeof store.attachments.read>): Promise<Uint8Array | undefined> => {
      reads += 1
      return store.attachments.read(...piece)
    }
    const parts = { store: { ...store, attachments: { ...store.attachments, read } } }
    await using fixture = await startFixture({ parts })
    const { token } = await signIn(fixture.url, 'Ann')
    const { body } = await upload(fixture.url, png, { ...bearer(token), ...named('a.png') })

    const address = `${fixture.url}/v1/attachments/${body.attachmentId}`
    const head = await fetch(address, { method: 'HEAD', headers: bearer(token) })

    expect([head.status, head.headers.get('content-type'), head.headers.get('content-length')]).toEqual([
      200,
      'image/png',
      '11',
    ])
    expect(reads).toBe(0)
  })

  it('is deleted by its owner while no message names it, and with its thread afterwards', async () => {
    await using fixture = await startFixture({ parts: { model: createScriptedModel([{ text: 'Nice.' }]) } })
    const { url } = fixture
    const { token } = await signIn(url, 'Ann')
    await using client = createClient({
      url: socketUrl(url),
      ticket: () => takeTicket(url, token),
      headers: async () => bearer(token),
    })
    const spare = await client.attach(png, 'spare.png')
    const used = await client.attach(new Blob([png]), 'used.png')
    const { threadId } = await client.createThread('T')
    const statusOf = async (address: string, method = 'GET'): Promise<number> =>
      (await fetch(address, { method, headers: bearer(token) })).status

    await client.send(threadId, [{ type: 'text', text: 'Look.' }, used])
    await client.detach(spare.attachmentId)
    const inUse = await client.detach(used.attachmentId).catch((error: { readonly code: string }) => error.code)
    const before = await Promise.all([spare, used].map((one) => statusOf(client.attachmentUrl(one.attachmentId))))
    await client.deleteThread(threadId)

    expect(inUse).toBe('ATTACHMENT_IN_USE')
    expect(before).toEqual([404, 200])
    expect(await statusOf(client.attachmentUrl(used.attachmentId))).toBe(404)
  })

  it('is told in the client’s own words when the server cannot be reached, or the signal is aborted', async () => {
    const fixture = await startFixture()
    const { token } = await signIn(fixture.url, 'Ann')
    await using client = connectClient(fixture.url, token)
    await fixture[Symbol.asyncDispose]()

    const lost = await client.attach(png, 'a.png').catch((error: { readonly code: string }) => error.code)
    const aborted = await client
      .attach(png, 'a.png', { signal: AbortSignal.abort(new Error('left')) })
      .catch((error: Error) => error.message)

    expect([lost, aborted]).toEqual(['CONNECTION_LOST', 'left'])
  })

  it('survives a restart and reaches the model then, as bytes that no log holds', async () => {
    const model = { ...createScriptedModel([{ text: 'A cat.' }, { text: 'Still.' }]), accepts: ['image/png'] }
    await using place = await temporaryFolder()
    const config = parseConfig({ port: 0, logLevel: 'silent' }, { env: {}, folder: place.folder })
    const first = await startServer(config, { model })
    const sent = await upload(first.url, png, {
      ...bearer((await signIn(first.url, 'Ann')).token),
      ...named('cat.png'),
    })
    const threadId = await say(first.url, undefined, [{ type: 'attachment', attachmentId: sent.body.attachmentId }])
    await first.close()

    await using second = await startServer(config, { model })
    await say(second.url, threadId, [{ type: 'text', text: 'Sure?' }])

    expect(model.requests.at(-1)?.messages[0]).toMatchObject({
      parts: [{ name: 'cat.png', content: { type: 'image', data: png } }],
    })
    const { token } = await signIn(second.url, 'Ann')
    const log = await fetch(`${second.url}/v1/threads/${threadId}/events`, { headers: bearer(token) })
    expect(await log.text()).toMatch(/"attachmentId"(?!.*"(?:data|content)")/)
  })
})

/** A call that tells when it is made, and goes no further before it may. */
function gated<Args extends readonly unknown[], Result>(call: (...args: Args) => Promise<Result>) {
  const [reached, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  return {
    reached: reached.promise,
    open: () => opened.resolve(),
    call: async (...args: Args): Promise<Result> => {
      reached.resolve()
      await opened.promise
      return call(...args)
    },
  }
}

/** Asks, and hangs up when that is reached. */
async function leaveAt(reached: Promise<void>, url: string, { body, ...init }: LeavingRequest): Promise<void> {
  const request = httpRequest(url, init)
  request.on('error', () => {})
  request.end(body)
  await reached
  const closed = new Promise((resolve) => void request.once('close', resolve))
  request.destroy()
  await closed
}

/** Says it as Ann and waits for the end of the run; answers the thread. */
async function say(url: string, threadId: string | undefined, parts: readonly SentPart[]): Promise<string> {
  const { token } = await signIn(url, 'Ann')
  await using client = connectClient(url, token)
  const thread = threadId ?? (await client.createThread('T')).threadId
  const { runId } = await client.send(thread, parts)
  const ended = Promise.withResolvers<void>()
  using _view = client.openThread(thread, {
    onEvent: ({ event }) => {
      if (event.type === 'agent_completed' && event.runId === runId) ended.resolve()
    },
  })
  await ended.promise
  return thread
}

/** Sends a head and perhaps some of a body, never its end, and tells what is answered meanwhile. */
function unfinished(url: string, headers: Readonly<Record<string, string>>, begun = ''): Promise<string> {
  const answered = Promise.withResolvers<string>()
  const request = httpRequest(`${url}/v1/attachments`, { method: 'POST', headers }, (response) => {
    text(response).then((body) => {
      request.destroy()
      answered.resolve(`${response.statusCode} ${(JSON.parse(body) as { error: { code: string } }).error.code}`)
    }, answered.reject)
  })
  request.on('error', () => {})
  request.flushHeaders()
  if (begun !== '') request.write(begun)
  return answered.promise
}
