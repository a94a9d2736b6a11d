import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLocalBus } from '../adapters/bus/local.ts'
import { startTestServer } from '../testing/server.ts'
import { createGateway } from './create-gateway.ts'
import type { Identity, Revocations, SocketHandlers, SocketLike } from './ports.ts'

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

function identity(tokenId: string): Identity {
  return { principal: { tenant: 'acme', user: 'ann', roles: ['user'], scopes: [] }, expiresAt: null, tokenId }
}

/** So many steps of what is under way later, within the same turn of the event loop. */
async function microtasks(count: number): Promise<void> {
  for (let step = 0; step < count; step++) await Promise.resolve()
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => void setImmediate(resolve))
}

function revocationList(): Revocations & { readonly revoke: (tokenId: string) => void } {
  const revoked = new Set<string | undefined>()
  const listeners = new Set<Parameters<Revocations['subscribe']>[0]>()
  return {
    has: ({ tokenId }) => revoked.has(tokenId),
    subscribe(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    revoke(tokenId) {
      revoked.add(tokenId)
      for (const listener of listeners) listener({ tenant: 'acme', user: 'ann' })
    },
  }
}

function peer(): SocketLike & { readonly said: string[]; readonly code: number | undefined; say(text: string): void } {
  const said: string[] = []
  let handlers: SocketHandlers | undefined
  let code: number | undefined
  const close = (closeCode: number): void => {
    code ??= closeCode
    setImmediate(() => {
      handlers?.onClose(closeCode, '')
      handlers = undefined
    })
  }
  return {
    said,
    get code() {
      return code
    },
    say: (text) => handlers?.onMessage(text),
    bind: (bound) => {
      handlers = bound
    },
    send: (frames) => void said.push(...frames.map(({ text }) => text)),
    bufferedBytes: 0,
    takenBytes: 0,
    onDrained: (listener) => setImmediate(listener),
    ping: () => {},
    close,
    terminate: () => close(1006),
  }
}

async function startGateway(onAuthenticate: (tokenId: string) => void, list: Revocations) {
  const server = await startTestServer()
  const bus = createLocalBus()
  const gateway = createGateway({
    supervisor: server.supervisor,
    authenticator: {
      async authenticate(token) {
        onAuthenticate(token)
        return { ok: true, identity: identity(token) }
      },
    },
    revocations: list,
    bus,
    logger: quiet,
    server: { version: '0', model: 'none' },
  })
  const dispose = async (): Promise<void> => {
    await gateway.drain()
    await bus[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  }
  return { server, gateway, [Symbol.asyncDispose]: dispose }
}

describe('credentials that are revoked so soon after they were verified', () => {
  it('keep no connection that is refreshed to them, however soon, and take none that has others [CONN-05]', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(12), async (steps) => {
        const list = revocationList()
        const revokeSoon = (token: string): void => void microtasks(steps).then(() => list.revoke(token))
        await using place = await startGateway(revokeSoon, list)
        const socket = peer()
        place.gateway.accept(socket, identity('old'))

        socket.say(JSON.stringify({ id: '1', type: 'auth.refresh', token: 'fresh' }))
        await settled()

        // Refused, and the connection goes on with what it had; or taken, and closed with what it has now.
        const reply = socket.said.map((text) => JSON.parse(text)).find(({ id }) => id === '1')
        expect([reply?.error?.code ?? 'ok', socket.code]).toEqual(
          reply?.type === 'error' ? ['CREDENTIALS_REVOKED', undefined] : ['ok', 4401],
        )
      }),
      { numRuns: 13 },
    )
  })

  it('open no connection that lasts, which is told so in a goodbye [CONN-05]', async () => {
    const list = revocationList()
    await using place = await startGateway(() => {}, list)
    const socket = peer()
    list.revoke('gone')

    place.gateway.accept(socket, identity('gone'))
    await settled()

    expect(socket.said.map((text) => JSON.parse(text)).map(({ type, code }) => [type, code])).toEqual([
      ['hello', undefined],
      ['goodbye', 'CREDENTIALS_REVOKED'],
    ])
    expect([socket.code, place.gateway.connections()]).toEqual([4401, []])
  })

  it('carry out no command and follow no thread [CONN-05]', async () => {
    const list = revocationList()
    await using place = await startGateway(() => {}, list)
    const { gateway } = place
    const { threadId } = await gateway.execute(identity('good'), { type: 'thread.create' })
    list.revoke('gone')
    const never = new AbortController().signal

    const command = gateway.execute(identity('gone'), { type: 'thread.list' })
    const events = await Array.fromAsync(gateway.follow(identity('gone'), threadId, { after: 0, signal: never }))

    await expect(command).rejects.toMatchObject({ code: 'CREDENTIALS_REVOKED' })
    expect(events).toEqual([])
  })

  it('end a thread that is being followed', async () => {
    const list = revocationList()
    await using place = await startGateway(() => {}, list)
    const { gateway } = place
    const { threadId } = await gateway.execute(identity('good'), { type: 'thread.create' })
    const never = new AbortController().signal
    const followed = Array.fromAsync(gateway.follow(identity('mine'), threadId, { after: 0, signal: never }))
    await settled()

    list.revoke('mine')

    expect(await followed).toEqual([])
  })
})
