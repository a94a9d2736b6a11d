import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { createManualClock } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import {
  bearer,
  closed,
  connectClient,
  knock,
  postJson,
  type ServerFixture,
  signIn,
  startFixture,
  takeTicket,
} from '../server.fixture.ts'

const secret = 'a-shared-secret-of-more-than-32-bytes'
const issuer = 'https://issuer.example'
const audience = 'toolcrib-test'
const env = { TOOLCRIB_JWT_SECRET: secret, TOOLCRIB_ISSUER: issuer, TOOLCRIB_AUDIENCE: audience }

function sign(claims: JWTPayload, key: string = secret): Promise<string> {
  const payload = {
    sub: 'ann',
    tenant: 'acme',
    roles: ['user'],
    iss: issuer,
    aud: audience,
    exp: inSeconds(60),
    ...claims,
  }
  return new SignJWT(payload).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(key))
}

function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1_000) + seconds
}

async function refusal(url: string, token: string): Promise<readonly [number, string]> {
  const result = await knock(url, { headers: bearer(token) })
  if (result.accepted) throw new Error('expected to be refused')
  return [result.status, result.failure.code]
}

describe('the socket, with an issuer', () => {
  it('is opened for a good token, as the principal it names [CONN-01]', async () => {
    await using fixture = await startFixture({ env })

    const result = await knock(fixture.url, {
      headers: bearer(await sign({ name: 'Ann', scope: 'notes:read notes:write' })),
    })

    expect(result).toMatchObject({
      accepted: true,
      hello: {
        principal: { tenant: 'acme', user: 'ann', name: 'Ann', roles: ['user'], scopes: ['notes:read', 'notes:write'] },
      },
    })
  })

  it('is refused before the upgrade, each time with 401 and the code of the reason [CONN-01]', async () => {
    await using fixture = await startFixture({ env })
    const { url } = fixture
    const unsigned = new UnsecuredJWT({ sub: 'ann', tenant: 'acme' }).setExpirationTime('1m').encode()
    const [head = '', body = ''] = (await sign({})).split('.')

    const missing = await knock(url, {})
    const refusals = {
      notBearer: await refusal(url, '').catch(() => 'the client refuses to send it'),
      garbage: await refusal(url, 'garbage'),
      none: await refusal(url, unsigned),
      cut: await refusal(url, `${head}.${body}.`),
      otherKey: await refusal(url, await sign({}, 'another-secret-of-more-than-32-bytes!')),
      issuer: await refusal(url, await sign({ iss: 'https://other.example' })),
      noIssuer: await refusal(url, await sign({ iss: undefined as unknown as string })),
      audience: await refusal(url, await sign({ aud: 'another-app' })),
      expired: await refusal(url, await sign({ exp: inSeconds(-60) })),
      early: await refusal(url, await sign({ nbf: inSeconds(60) })),
      noExpiry: await refusal(url, await sign({ exp: undefined as unknown as number })),
      noUser: await refusal(url, await sign({ sub: '' })),
      noTenant: await refusal(url, await sign({ tenant: 7 })),
      roles: await refusal(url, await sign({ roles: [1] })),
      long: await refusal(url, await sign({ filler: 'x'.repeat(8_000) })),
      endless: await refusal(url, await sign({ filler: 'x'.repeat(30_000) })),
    }

    expect(missing).toMatchObject({ accepted: false, status: 401, failure: { code: 'TOKEN_MISSING', retry: 'never' } })
    expect(refusals).toEqual({
      notBearer: [401, 'TOKEN_MALFORMED'],
      garbage: [401, 'TOKEN_MALFORMED'],
      none: [401, 'TOKEN_ALGORITHM'],
      cut: [401, 'TOKEN_SIGNATURE'],
      otherKey: [401, 'TOKEN_SIGNATURE'],
      issuer: [401, 'TOKEN_ISSUER'],
      noIssuer: [401, 'TOKEN_ISSUER'],
      audience: [401, 'TOKEN_AUDIENCE'],
      expired: [401, 'TOKEN_EXPIRED'],
      early: [401, 'TOKEN_NOT_YET_VALID'],
      noExpiry: [401, 'TOKEN_CLAIMS'],
      noUser: [401, 'TOKEN_CLAIMS'],
      noTenant: [401, 'TOKEN_CLAIMS'],
      roles: [401, 'TOKEN_CLAIMS'],
      long: [401, 'TOKEN_MALFORMED'],
      endless: [431, 'HEADERS_TOO_LARGE'],
    })
    expect(fixture.server.gateway.metrics().connections.accepted).toBe(0)
  })

  it('takes public keys from the issuer, and no HMAC made with them [CONN-01]', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
    const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
    await using keys = await serveJson({ keys: [jwk] })
    await using fixture = await startFixture({
      env: { TOOLCRIB_JWKS_URL: keys.url, TOOLCRIB_ISSUER: issuer, TOOLCRIB_AUDIENCE: audience },
    })
    const payload = { sub: 'ann', tenant: 'acme', iss: issuer, aud: audience, exp: inSeconds(60) }
    const good = await new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(privateKey)
    const unknownKey = await new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'two' }).sign(privateKey)
    const confused = await new SignJWT(payload)
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(new TextEncoder().encode(JSON.stringify(jwk)))

    expect((await knock(fixture.url, { headers: bearer(good) })).accepted).toBe(true)
    expect(await refusal(fixture.url, confused)).toEqual([401, 'TOKEN_ALGORITHM'])
    expect(await refusal(fixture.url, unknownKey)).toEqual([401, 'TOKEN_SIGNATURE'])
    expect(keys.requests()).toBe(1)
  })

  it('answers 503 when the issuer publishes no keys [CONN-01]', async () => {
    await using keys = await serveJson({ oops: true })
    await using fixture = await startFixture({
      env: { TOOLCRIB_JWKS_URL: keys.url, TOOLCRIB_ISSUER: issuer, TOOLCRIB_AUDIENCE: audience },
    })
    const { privateKey } = await generateKeyPair('RS256')
    const token = await new SignJWT({ sub: 'ann' }).setProtectedHeader({ alg: 'RS256' }).sign(privateKey)

    expect(await refusal(fixture.url, token)).toEqual([503, 'KEYS_UNAVAILABLE'])
  })

  it('has no sign-in by name', async () => {
    await using fixture = await startFixture({ env })

    const told = await fetch(`${fixture.url}/v1/sign-in`)
    const response = await postJson(`${fixture.url}/v1/sign-in`, { name: 'Ann' })

    expect(await told.json()).toEqual({ byName: false })
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error: { code: 'SIGN_IN_DISABLED' } })
  })

  it('never takes a token from the address', async () => {
    await using fixture = await startFixture({ env })
    const token = await sign({})

    const result = await knock(fixture.url, { path: `/v1/socket?token=${token}&access_token=${token}` })

    expect(result).toMatchObject({ accepted: false, status: 401, failure: { code: 'TOKEN_MISSING' } })
  })
})

describe('the socket, with a session cookie', () => {
  it('is opened from a page of this server and refused from any other, and from none [CONN-03]', async () => {
    await using fixture = await startFixture({ config: { auth: { allowedOrigins: ['https://chat.example'] } } })
    const { url } = fixture
    const { cookie } = await signIn(url, 'Ann')
    const from = (origin: string) => knock(url, { headers: { cookie, origin } })

    const own = await from(url)
    const allowed = await from('https://chat.example')
    const foreign = await from('https://evil.example')
    const opaque = await from('null')
    const otherPort = await from('http://127.0.0.1:1')
    const without = await knock(url, { headers: { cookie } })

    expect([own.accepted, allowed.accepted]).toEqual([true, true])
    for (const refused of [foreign, opaque, otherPort, without]) {
      expect(refused).toMatchObject({ accepted: false, status: 403, failure: { code: 'ORIGIN_REFUSED' } })
    }
  })

  it('keeps pages of other origins from changing anything with the cookie [CONN-03]', async () => {
    await using fixture = await startFixture()
    const { cookie } = await signIn(fixture.url, 'Ann')
    const send = (origin: string) => postJson(`${fixture.url}/v1/threads`, {}, { cookie, origin })

    const foreign = await send('https://evil.example')
    const own = await send(fixture.url)

    expect([foreign.status, ((await foreign.json()) as { error: { code: string } }).error.code]).toEqual([
      403,
      'ORIGIN_REFUSED',
    ])
    expect(own.status).toBe(201)
  })

  it('answers only to its own names on this machine, so that a name that was pointed here reads nothing', async () => {
    await using fixture = await startFixture()
    const { cookie } = await signIn(fixture.url, 'Ann')

    const rebound = await knock(fixture.url, {
      headers: { cookie, host: 'evil.example', origin: 'http://evil.example' },
    })

    expect(rebound).toMatchObject({ accepted: false, status: 421, failure: { code: 'HOST_REFUSED' } })
  })

  it('is closed with 4401 by a sign-out, which lasts [CONN-05]', async () => {
    await using fixture = await startFixture()
    const { url } = fixture
    const { cookie, token } = await signIn(url, 'Ann')
    const ticket = await takeTicket(url, token)
    const open = await knock(url, { headers: { cookie, origin: url } })
    if (!open.accepted) throw new Error('expected to be accepted')
    const code = closed(open.socket)

    const out = await postJson(`${url}/v1/sign-out`, {}, { cookie, origin: url })

    expect(out.status).toBe(204)
    expect(out.headers.getSetCookie()[0]).toMatch(/^toolcrib_session=;.*(Max-Age=0|Expires=Thu, 01 Jan 1970)/)
    expect(await code).toBe(4401)
    expect(await knock(url, { headers: { cookie, origin: url } })).toMatchObject({ failure: { code: 'TOKEN_REVOKED' } })
    expect(await knock(url, { headers: bearer(token) })).toMatchObject({ failure: { code: 'TOKEN_REVOKED' } })
    expect(await knock(url, { ticket })).toMatchObject({ failure: { code: 'TOKEN_REVOKED' } })
  })
})

describe('a ticket', () => {
  it('opens one socket as the principal it was issued to, and no second one [CONN-04]', async () => {
    await using fixture = await startFixture()
    const ann = await signIn(fixture.url, 'Ann')
    const bob = await signIn(fixture.url, 'Bob')
    const ticket = await takeTicket(fixture.url, ann.token)

    const first = await knock(fixture.url, { ticket, headers: { cookie: bob.cookie, origin: fixture.url } })
    const second = await knock(fixture.url, { ticket })

    expect(Buffer.from(ticket, 'base64url')).toHaveLength(32)
    expect(first).toMatchObject({ accepted: true, hello: { principal: { user: 'ann' } } })
    expect(second).toMatchObject({ accepted: false, status: 401, failure: { code: 'TICKET_REFUSED' } })
  })

  it('is refused after 30 seconds, and when it was never issued [CONN-04]', async () => {
    const clock = createManualClock()
    await using fixture = await startFixture({ parts: { clock } })
    const { token } = await signIn(fixture.url, 'Ann')
    const early = await takeTicket(fixture.url, token)
    const late = await takeTicket(fixture.url, token)

    await clock.advance(29_999)
    const inTime = await knock(fixture.url, { ticket: early })
    await clock.advance(1)
    const tooLate = await knock(fixture.url, { ticket: late })

    expect(inTime.accepted).toBe(true)
    expect(tooLate).toMatchObject({ accepted: false, status: 401, failure: { code: 'TICKET_REFUSED' } })
    expect(await knock(fixture.url, { ticket: 'made-up' })).toMatchObject({ failure: { code: 'TICKET_REFUSED' } })
  })

  it('lasts its 30 seconds and no longer, however the clock is set meanwhile [CONN-04]', async () => {
    const clock = createManualClock()
    await using fixture = await startFixture({ parts: { clock } })
    const { token } = await signIn(fixture.url, 'Ann')
    const [first, second, third] = [
      await takeTicket(fixture.url, token),
      await takeTicket(fixture.url, token),
      await takeTicket(fixture.url, token),
    ]

    clock.jump(3_600_000)
    const setForth = await knock(fixture.url, { ticket: first })
    clock.jump(-7_200_000)
    const setBack = await knock(fixture.url, { ticket: second })
    await clock.advance(30_000)
    const later = await knock(fixture.url, { ticket: third })

    expect([setForth, setBack, later]).toMatchObject([
      { accepted: true },
      { accepted: true },
      { accepted: false, failure: { code: 'TICKET_REFUSED' } },
    ])
  })

  it('does not outlive the identity it stands for [CONN-04]', async () => {
    const clock = createManualClock(Date.now())
    await using fixture = await startFixture({ parts: { clock }, config: { limits: { sessionTtlMs: 60_000 } } })
    const { token } = await signIn(fixture.url, 'Ann')
    await clock.advance(55_000)
    const ticket = await takeTicket(fixture.url, token)

    await clock.advance(10_000)

    expect(await knock(fixture.url, { ticket })).toMatchObject({ failure: { code: 'TOKEN_EXPIRED' } })
  })

  it('can be had only so many times before any is used', async () => {
    await using fixture = await startFixture({ config: { limits: { maxTickets: 1 } } })
    const { token } = await signIn(fixture.url, 'Ann')
    await takeTicket(fixture.url, token)

    const second = await postJson(`${fixture.url}/v1/tickets`, {}, bearer(token))

    expect(second.status).toBe(429)
    expect(await second.json()).toMatchObject({ error: { code: 'TICKETS_FULL', retry: 'later' } })
  })

  it('takes the place of the oldest of its user, so that one user cannot have them all', async () => {
    await using fixture = await startFixture({ config: { limits: { maxTickets: 3, maxConnectionsPerUser: 2 } } })
    const ann = await signIn(fixture.url, 'Ann')
    const bob = await signIn(fixture.url, 'Bob')
    const [first, second, third] = [
      await takeTicket(fixture.url, ann.token),
      await takeTicket(fixture.url, ann.token),
      await takeTicket(fixture.url, ann.token),
    ]

    const ofBob = await knock(fixture.url, { ticket: await takeTicket(fixture.url, bob.token) })
    const ofAnn = [await knock(fixture.url, { ticket: first }), await knock(fixture.url, { ticket: second })]
    const newest = await knock(fixture.url, { ticket: third })

    expect([ofBob, ...ofAnn, newest].map(({ accepted }) => accepted)).toEqual([true, false, true, true])
  })
})

describe('the door', () => {
  it('is shut with 429 to one connection more than a user may have', async () => {
    await using fixture = await startFixture({ config: { limits: { maxConnectionsPerUser: 1 } } })
    const { token } = await signIn(fixture.url, 'Ann')
    const first = await knock(fixture.url, { headers: bearer(token) })

    const second = await knock(fixture.url, { headers: bearer(token) })

    expect(first.accepted).toBe(true)
    expect(second).toMatchObject({
      accepted: false,
      status: 429,
      failure: { code: 'TOO_MANY_CONNECTIONS', retry: 'later' },
    })
  })

  it('says why it is shut to who asks without an upgrade, because a browser is not told', async () => {
    await using fixture = await startFixture({ config: { limits: { maxConnectionsPerUser: 1 } } })
    const { token } = await signIn(fixture.url, 'Ann')
    const ask = async () => {
      const response = await fetch(`${fixture.url}/v1/socket`, { headers: bearer(token) })
      return [response.status, ((await response.json()) as { error: { code: string } }).error.code]
    }

    const before = await ask()
    await knock(fixture.url, { headers: bearer(token) })

    expect(before).toEqual([426, 'UPGRADE_REQUIRED'])
    expect(await ask()).toEqual([429, 'TOO_MANY_CONNECTIONS'])
  })

  it('leads to the socket only, and to those who speak its protocol', async () => {
    await using fixture = await startFixture()
    const { token } = await signIn(fixture.url, 'Ann')

    const elsewhere = await knock(fixture.url, { headers: bearer(token), path: '/v1/elsewhere' })
    const plain = await fetch(`${fixture.url}/v1/socket`)

    expect(elsewhere).toMatchObject({ accepted: false, status: 404, failure: { code: 'ROUTE_UNKNOWN' } })
    expect([plain.status, ((await plain.json()) as { error: { code: string } }).error.code]).toEqual([
      426,
      'UPGRADE_REQUIRED',
    ])
  })

  it('lets a client in by ticket, again and again', async () => {
    await using fixture: ServerFixture = await startFixture()
    const { token } = await signIn(fixture.url, 'Ann')
    await using one = connectClient(fixture.url, token)
    await using two = connectClient(fixture.url, token)

    const thread = await one.createThread('Shared')

    expect((await two.listThreads()).map(({ threadId }) => threadId)).toEqual([thread.threadId])
  })
})

async function serveJson(body: object): Promise<{ readonly url: string; requests(): number } & AsyncDisposable> {
  let requests = 0
  const server = createServer((_request, response) => {
    requests += 1
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/keys`,
    requests: () => requests,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
