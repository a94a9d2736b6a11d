import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOperationsClient } from 'toolcrib/operations'
import { describe, expect, it } from 'vitest'

async function serve(listener: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('a client of the operations', () => {
  it('takes an answer that was cut off for none [OPS-01]', async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"state":', () => response.destroy())
    })

    const asked = createOperationsClient({ url: server.url }).ask('health', {})

    await expect(asked).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
  })

  it('rejects with the reason when it is called off in the middle of an answer [OPS-01]', async () => {
    const begun = Promise.withResolvers<void>()
    await using server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"state":', () => begun.resolve())
    })
    const calledOff = new AbortController()

    const asked = createOperationsClient({ url: server.url }).ask('health', {}, calledOff)
    void begun.promise.then(() => calledOff.abort(new Error('left the page')))

    await expect(asked).rejects.toThrow('left the page')
  })

  it('passes on a refusal with its code [OPS-01]', async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(403, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { code: 'OPERATOR_REQUIRED', message: 'No.', retry: 'never' } }))
    })

    await expect(createOperationsClient({ url: server.url }).ask('health', {})).rejects.toMatchObject({
      code: 'OPERATOR_REQUIRED',
    })
  })
})
