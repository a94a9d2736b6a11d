import { describe, expect, it } from 'vitest'
import { bearer, postJson, rawPeer, signIn, startFixture } from '../server.fixture.ts'

const handshake = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol: toolcrib.v1',
]

function upgrade(url: string, lines: readonly string[] = handshake): readonly string[] {
  return ['GET /v1/socket HTTP/1.1', `Host: ${new URL(url).host}`, ...lines, '', '']
}

/** Status and code of an answer, as it came over the wire. */
function told(answer: string): readonly [number, string] {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  return [Number(head.split(' ')[1]), (JSON.parse(body) as { readonly error: { readonly code: string } }).error.code]
}

describe('a peer that does not hang up', () => {
  it('is cut after its refusal was told, so that refused sockets do not pile up', async () => {
    await using fixture = await startFixture()
    using peer = rawPeer(fixture.url, upgrade(fixture.url))

    const answer = told(await peer.answer)
    const nagging = setInterval(() => peer.write('more'), 50)
    await peer.closed
    clearInterval(nagging)

    expect(answer).toEqual([401, 'TOKEN_MISSING'])
  })

  it('is told that it does not speak HTTP, and is cut as well', async () => {
    await using fixture = await startFixture()
    using peer = rawPeer(fixture.url, ['HELO there', '', ''])

    const answer = told(await peer.answer)
    const nagging = setInterval(() => peer.write('more'), 50)
    await peer.closed
    clearInterval(nagging)

    expect(answer).toEqual([400, 'REQUEST_REFUSED'])
  })

  it('does not keep a server from closing', async () => {
    await using fixture = await startFixture()
    using peer = rawPeer(fixture.url, upgrade(fixture.url))
    await peer.answer

    await fixture.server.close({ drainMs: 0 })

    expect(fixture.server.health.isLive()).toBe(false)
  })
})

describe('a request that is not what it should be', () => {
  it('is refused as no handshake, with a code, before credentials are looked at', async () => {
    await using fixture = await startFixture()
    const { token } = await signIn(fixture.url, 'Ann')
    const credentials = `Authorization: Bearer ${token}`
    const without = (start: string): readonly string[] => handshake.filter((line) => !line.startsWith(start))
    using noKey = rawPeer(fixture.url, upgrade(fixture.url, [...without('Sec-WebSocket-Key'), credentials]))
    using noVersion = rawPeer(fixture.url, upgrade(fixture.url, [...without('Sec-WebSocket-Version'), credentials]))
    using twoKeys = rawPeer(fixture.url, upgrade(fixture.url, [...handshake, handshake[3] ?? '', credentials]))

    const answers = [told(await noKey.answer), told(await noVersion.answer), told(await twoKeys.answer)]

    expect(answers).toEqual([
      [400, 'REQUEST_REFUSED'],
      [400, 'REQUEST_REFUSED'],
      [400, 'REQUEST_REFUSED'],
    ])
  })

  it('is answered like any other when it offers to speak HTTP/2', async () => {
    await using fixture = await startFixture()
    const { token } = await signIn(fixture.url, 'Ann')
    using peer = rawPeer(fixture.url, [
      'GET /v1/me HTTP/1.1',
      `Host: ${new URL(fixture.url).host}`,
      'Connection: Upgrade, HTTP2-Settings, close',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA',
      `Authorization: Bearer ${token}`,
      '',
      '',
    ])

    expect(await peer.answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*"user":"ann"/)
  })

  it('is refused with a code and the usual headers when its address cannot be read', async () => {
    await using fixture = await startFixture()

    const broken = await fetch(`${fixture.url}/%zz`)
    const endless = await fetch(`${fixture.url}/v1/threads/${'a'.repeat(300)}/events`)

    expect([broken.status, await broken.json()]).toMatchObject([400, { error: { code: 'REQUEST_REFUSED' } }])
    expect([endless.status, await endless.json()]).toMatchObject([400, { error: { code: 'REQUEST_REFUSED' } }])
    expect(broken.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('opens no stream when only the head of one is asked for', async () => {
    await using fixture = await startFixture()
    const { token } = await signIn(fixture.url, 'Ann')
    const made = await postJson(`${fixture.url}/v1/threads`, {}, bearer(token))
    const { threadId } = (await made.json()) as { readonly threadId: string }
    const events = `${fixture.url}/v1/threads/${threadId}/events`
    const headers = { ...bearer(token), accept: 'text/event-stream' }

    const head = await fetch(events, { method: 'HEAD', headers })

    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
  })
})
