import fc from 'fast-check'
import { SignJWT } from 'jose'
import { createScriptedModel } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { parseConfig } from '../config.ts'
import {
  bearer,
  connectClient,
  type Knock,
  knock,
  postJson,
  signIn,
  startFixture,
  takeTicket,
  temporaryFolder,
} from '../server.fixture.ts'
import { startServer } from '../server.ts'

const secret = 'a-shared-secret-of-more-than-32-bytes'
const env = { TOOLCRIB_JWT_SECRET: secret }

let issued = 0

function sign(claims: Readonly<Record<string, unknown>>): Promise<string> {
  const now = Date.now() / 1_000
  issued += 1
  const payload = {
    sub: 'ann',
    tenant: 'acme',
    roles: ['user'],
    jti: `t${issued}`,
    iat: now,
    exp: now + 600,
    ...claims,
  }
  return new SignJWT(payload).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret))
}

async function openSocket(url: string, token: string): Promise<Extract<Knock, { readonly accepted: true }>> {
  const result = await knock(url, { headers: bearer(token) })
  if (!result.accepted) throw new Error(`Expected to be accepted, got ${result.failure.code}`)
  return result
}

async function codeAt(url: string, token: string): Promise<string> {
  const response = await fetch(`${url}/v1/me`, { headers: bearer(token) })
  return response.ok
    ? 'ok'
    : `${response.status} ${((await response.json()) as { error: { code: string } }).error.code}`
}

function command(
  socket: WebSocket,
  body: object,
): Promise<{ readonly type: string; readonly error?: { code: string } }> {
  if (socket.readyState !== socket.OPEN) return Promise.resolve({ type: 'closed' })
  const id = crypto.randomUUID()
  const reply = Promise.withResolvers<{ type: string; error?: { code: string } }>()
  socket.on('message', (data) => {
    const frame = JSON.parse((data as Buffer).toString())
    if (frame.id === id) reply.resolve(frame)
  })
  socket.once('close', (code) => reply.resolve({ type: `close ${code}` }))
  socket.send(JSON.stringify({ id, ...body }))
  return reply.promise
}

/** The code of the goodbye, and the code of the close. */
async function farewell({
  socket,
  closed,
}: Awaited<ReturnType<typeof openSocket>>): Promise<readonly [string, number]> {
  let goodbye = 'none'
  socket.on('message', (data) => {
    const frame = JSON.parse((data as Buffer).toString())
    if (frame.type === 'goodbye') goodbye = frame.code
  })
  const code = await closed
  return [goodbye, code]
}

describe('a token that another issuer made', () => {
  it('is revoked by an operator: sockets, streams, tickets and requests end with it, and with it only [CONN-05]', async () => {
    await using fixture = await startFixture({ env })
    const { url } = fixture
    const [lost, kept, operator] = await Promise.all([
      sign({ jti: 'lost' }),
      sign({}),
      sign({ sub: 'otto', roles: ['operator'] }),
    ])
    const ticket = await takeTicket(url, lost)
    const made = await postJson(`${url}/v1/threads`, {}, bearer(lost))
    const { threadId } = (await made.json()) as { readonly threadId: string }
    const stream = (token: string): Promise<Response> =>
      fetch(`${url}/v1/threads/${threadId}/events`, { headers: { ...bearer(token), accept: 'text/event-stream' } })
    const lostStream = (await stream(lost)).text()
    await using keptStream = cancelled(await stream(kept))
    const gone = farewell(await openSocket(url, lost))
    const { socket: stays } = await openSocket(url, kept)

    const revoked = await postJson(`${url}/v1/revocations`, { tokenId: 'lost' }, bearer(operator))

    expect([revoked.status, await revoked.json()]).toMatchObject([201, { tokenId: 'lost' }])
    expect(await gone).toEqual(['CREDENTIALS_REVOKED', 4401])
    expect(await lostStream).toBe('retry: 1000\n\n')
    expect(await knock(url, { ticket })).toMatchObject({ status: 401, failure: { code: 'TOKEN_REVOKED' } })
    expect(await knock(url, { headers: bearer(lost) })).toMatchObject({
      status: 401,
      failure: { code: 'TOKEN_REVOKED' },
    })
    expect(await codeAt(url, lost)).toBe('401 TOKEN_REVOKED')
    expect(await command(stays, { type: 'auth.refresh', token: lost })).toMatchObject({
      type: 'error',
      error: { code: 'TOKEN_REVOKED' },
    })
    expect([await codeAt(url, kept), (await command(stays, { type: 'ping' })).type]).toEqual(['ok', 'ok'])
    expect(keptStream.response.body?.locked).toBe(false)
    stays.terminate()
  })

  it('is revoked with all of its user, in the tenant of the operator and in no other [CONN-05]', async () => {
    await using fixture = await startFixture({ env })
    const { url } = fixture
    const [first, second, without, bob, namesake, operator] = await Promise.all([
      sign({}),
      sign({}),
      sign({ jti: undefined, iat: undefined }),
      sign({ sub: 'bob' }),
      sign({ tenant: 'globex' }),
      sign({ sub: 'otto', roles: ['operator'] }),
    ])

    await postJson(`${url}/v1/revocations`, { user: 'ann' }, bearer(operator))

    const codes = await Promise.all([first, second, without, bob, namesake].map((token) => codeAt(url, token)))
    expect(codes).toEqual(['401 TOKEN_REVOKED', '401 TOKEN_REVOKED', '401 TOKEN_REVOKED', 'ok', 'ok'])
    // One that is issued later than the clocks of issuer and server may differ.
    expect(await codeAt(url, await sign({ iat: Date.now() / 1_000 + 6 }))).toBe('ok')
  })

  it('is signed out by whoever has it, everywhere if it has no id [CONN-05]', async () => {
    await using fixture = await startFixture({ env })
    const { url } = fixture
    const [one, other, nameless] = await Promise.all([sign({}), sign({}), sign({ jti: undefined })])
    const out = (token: string, body?: object): Promise<Response> => postJson(`${url}/v1/sign-out`, body, bearer(token))

    const statuses = [(await out(one, {})).status, (await out(nameless, {})).status]
    const between = [await codeAt(url, one), await codeAt(url, other), await codeAt(url, nameless)]
    statuses.push((await out(nameless, { everywhere: true })).status)

    expect(statuses).toEqual([204, 400, 204])
    expect(between).toEqual(['401 TOKEN_REVOKED', 'ok', 'ok'])
    expect([await codeAt(url, other), await codeAt(url, nameless)]).toEqual(['401 TOKEN_REVOKED', '401 TOKEN_REVOKED'])
  })

  it('is refused when it would live longer than any may, counted from its issue or from now', async () => {
    await using fixture = await startFixture({ env, config: { limits: { maxTokenLifeMs: 600_000 } } })
    const now = Math.floor(Date.now() / 1_000)
    const tokens = await Promise.all([
      sign({ iat: now, exp: now + 600 }),
      sign({ iat: now, exp: now + 601 }),
      sign({ iat: undefined, exp: now + 590 }),
      sign({ iat: undefined, exp: now + 660 }),
    ])

    const codes = await Promise.all(tokens.map((token) => codeAt(fixture.url, token)))

    expect(codes).toEqual(['ok', '401 TOKEN_LIFE', 'ok', '401 TOKEN_LIFE'])
  })

  it('stays revoked over a restart [CONN-05]', async () => {
    await using place = await temporaryFolder()
    const config = parseConfig({ port: 0, logLevel: 'silent' }, { env, folder: place.folder })
    const [lost, operator] = [await sign({ jti: 'lost' }), await sign({ roles: ['operator'] })]
    {
      await using server = await startServer(config)
      await postJson(`${server.url}/v1/revocations`, { tokenId: 'lost' }, bearer(operator))
    }

    await using again = await startServer(config)

    expect([await codeAt(again.url, lost), await codeAt(again.url, operator)]).toEqual(['401 TOKEN_REVOKED', 'ok'])
  })
})

describe('revoking', () => {
  it('is for operators, and takes one user or one token', async () => {
    await using fixture = await startFixture({ env })
    const { url } = fixture
    const [ann, operator] = [await sign({}), await sign({ sub: 'otto', roles: ['operator'] })]
    const revoke = async (token: string, body: unknown): Promise<string> => {
      const response = await postJson(`${url}/v1/revocations`, body, bearer(token))
      const { error } = (await response.json()) as { readonly error?: { readonly code: string } }
      return `${response.status} ${error?.code ?? 'ok'}`
    }

    const answers = [
      await revoke(ann, { user: 'bob' }),
      await revoke('made up', { user: 'bob' }),
      await revoke(operator, { user: 'bob', tokenId: 't' }),
      await revoke(operator, { user: 'bob', tenant: 'globex' }),
      await revoke(operator, {}),
      await revoke(operator, { user: '' }),
      await revoke(operator, { tokenId: 7 }),
      await revoke(operator, { user: 'x'.repeat(257) }),
      await revoke(operator, { user: 'nobody' }),
    ]

    expect(answers).toEqual([
      '403 OPERATOR_REQUIRED',
      '401 TOKEN_MALFORMED',
      ...Array.from({ length: 6 }, () => '400 REQUEST_INVALID'),
      '201 ok',
    ])
  })

  it('ends the connection and not the run [CONN-05] [RUN-11]', async () => {
    const gate = Promise.withResolvers<void>()
    const model = createScriptedModel([{ text: 'A long answer.', gate: gate.promise }, { text: 'A title' }])
    await using fixture = await startFixture({ env, parts: { model } })
    const { url } = fixture
    const [lost, operator] = [await sign({}), await sign({ sub: 'otto', roles: ['operator'] })]
    await using client = connectClient(url, lost)
    const { threadId } = await client.createThread('A thread')
    const over = new Promise<unknown>((resolve) => {
      client.onStatus((status) => {
        if (status.state === 'closed') resolve(status)
      })
    })
    const { runId } = await client.send(threadId, 'Go on')

    await postJson(`${url}/v1/revocations`, { user: 'ann' }, bearer(operator))

    expect(await over).toMatchObject({ code: 'CREDENTIALS_REVOKED' })
    expect(fixture.server.supervisor.active().map((run) => run.runId)).toEqual([runId])
    gate.resolve()
    const later = await sign({ iat: Date.now() / 1_000 + 6 })
    const events = `${url}/v1/threads/${threadId}/events`
    const read = async (): Promise<string> => (await fetch(events, { headers: bearer(later) })).text()
    await expect.poll(read).toContain('"outcome":"completed"')
  })
})

describe('signing out everywhere', () => {
  it('ends all sessions of the user, and lets the user in again at once [CONN-05]', async () => {
    await using fixture = await startFixture()
    const { url } = fixture
    const [laptop, phone, bob] = [await signIn(url, 'Ann'), await signIn(url, 'Ann'), await signIn(url, 'Bob')]
    const gone = farewell(await openSocket(url, phone.token))

    const out = await postJson(`${url}/v1/sign-out`, { everywhere: true }, { cookie: laptop.cookie, origin: url })
    const again = await signIn(url, 'Ann')

    expect(out.status).toBe(204)
    expect(await gone).toEqual(['CREDENTIALS_REVOKED', 4401])
    expect(await Promise.all([laptop, phone, bob, again].map(({ token }) => codeAt(url, token)))).toEqual([
      '401 TOKEN_REVOKED',
      '401 TOKEN_REVOKED',
      'ok',
      'ok',
    ])
  })

  it('takes the session to which a connection was refreshed, and not the one it came with [CONN-05]', async () => {
    await using fixture = await startFixture()
    const { url } = fixture
    const [old, fresh] = [await signIn(url, 'Ann'), await signIn(url, 'Ann')]
    const open = await openSocket(url, old.token)
    const { socket } = open
    await command(socket, { type: 'auth.refresh', token: fresh.token })

    await postJson(`${url}/v1/sign-out`, {}, bearer(old.token))
    const afterOld = (await command(socket, { type: 'ping' })).type
    const gone = farewell(open)
    await postJson(`${url}/v1/sign-out`, {}, bearer(fresh.token))

    expect(afterOld).toBe('ok')
    expect(await gone).toEqual(['CREDENTIALS_REVOKED', 4401])
  })
})

describe('credentials that are revoked in any moment', () => {
  it('hold nothing open once it is acknowledged: no socket, no stream, no refreshed connection [CONN-05]', async () => {
    await using fixture = await startFixture({ config: { limits: { maxConnectionsPerUser: 200 } } })
    const { url, server } = fixture
    const bob = await signIn(url, 'Bob')
    const deed = fc.constantFrom('socket', 'ticket', 'stream', 'refresh', 'request')
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(deed, fc.nat(6)), { minLength: 1, maxLength: 8 }),
        fc.nat(6),
        async (deeds, when) => {
          const { token } = await signIn(url, 'Ann')
          const spare = await signIn(url, 'Ann')
          const { threadId } = (await (await postJson(`${url}/v1/threads`, {}, bearer(token))).json()) as {
            threadId: string
          }
          const ticket = await takeTicket(url, token)
          const before = await openSocket(url, spare.token)
          const begun = deeds.map(async ([what, turns]) => {
            await turnsOfTheLoop(turns)
            if (what === 'socket') return ended(await knock(url, { headers: bearer(token) }))
            if (what === 'ticket') return ended(await knock(url, { ticket }))
            if (what === 'refresh') return (await command(before.socket, { type: 'auth.refresh', token })).type
            const accept = what === 'stream' ? { accept: 'text/event-stream' } : {}
            return (
              await fetch(`${url}/v1/threads/${threadId}/events`, { headers: { ...bearer(token), ...accept } })
            ).text()
          })

          await turnsOfTheLoop(when)
          const out = await postJson(`${url}/v1/sign-out`, {}, bearer(token))

          expect(out.status).toBe(204)
          // Whatever was let in before is closed: each of these ends.
          const results = await Promise.all(begun)
          const after = await knock(url, { headers: bearer(token) })
          expect(after).toMatchObject({ accepted: false, failure: { code: 'TOKEN_REVOKED' } })
          if (results.includes('ok')) expect(await before.closed).toBe(4401)
          else before.socket.terminate()
          expect(await codeAt(url, bob.token)).toBe('ok')
        },
      ),
      { numRuns: 25 },
    )
    await expect.poll(() => server.gateway.connections().length).toBe(0)
  }, 60_000)
})

async function ended(result: Awaited<ReturnType<typeof knock>>): Promise<string> {
  return result.accepted ? `close ${await result.closed}` : result.failure.code
}

async function turnsOfTheLoop(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => void setImmediate(resolve))
}

function cancelled(response: Response): AsyncDisposable & { readonly response: Response } {
  return { response, [Symbol.asyncDispose]: async () => response.body?.cancel() }
}
