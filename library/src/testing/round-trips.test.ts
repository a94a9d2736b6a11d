import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { endToEnd } from './round-trips.ts'

describe('endToEnd', () => {
  it('fails a test that never touched the network as one that did not run [OPS-06]', async () => {
    const offline = endToEnd(async () => {
      expect(1 + 1).toBe(2)
    })

    await expect(offline()).rejects.toMatchObject({ code: 'DID_NOT_RUN' })
  })

  it('fails a test whose connection was refused [OPS-06]', async () => {
    const refused = endToEnd(async () => {
      const socket = connect(1, '127.0.0.1')
      await once(socket, 'error')
    })

    await expect(refused()).rejects.toMatchObject({ code: 'DID_NOT_RUN' })
  })

  it('passes a test that asked a server and was answered [OPS-06]', async () => {
    const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const online = endToEnd(async () => {
      expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('hello')
    })

    await expect(online()).resolves.toBeUndefined()
    server.close()
    server.closeAllConnections()
  })

  it('lets the failure of the body through', async () => {
    const failing = endToEnd(() => Promise.reject(new Error('mine')))

    await expect(failing()).rejects.toThrow('mine')
  })
})
