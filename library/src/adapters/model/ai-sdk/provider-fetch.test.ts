import { once } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { describe, expect, it } from 'vitest'
import { createSystemClock } from '../../../agent/clock.ts'
import { type AiSdkModelOptions, createAiSdkModel } from '../ai-sdk.ts'
import { createProviderFetch, type ProviderFetchOptions } from './provider-fetch.ts'

describe('the fetch of a provider', () => {
  it('takes a key and a conversation nowhere else, whatever the provider says [CALL-08]', async () => {
    const stolen: unknown[] = []
    await using elsewhere = await serve((request, response) => {
      stolen.push(request.headers)
      response.end()
    })
    await using server = await serve((_request, response) => {
      response.writeHead(308, { location: elsewhere.url }).end()
    })
    const provider = createAnthropic({ apiKey: 'hunter2', baseURL: server.url, fetch: createProviderFetch() })

    const error = await failure({ model: provider('claude-sonnet-4-5') })

    expect(error).toMatchObject({
      code: 'MODEL_REQUEST_REFUSED',
      details: { status: 308, detail: 'it redirects to another address' },
    })
    expect(stolen).toEqual([])
  })

  it('ends an answer that does not end, and does not ask for it again [RUN-13]', async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {"')
      flood(response)
    })

    const error = await failure(compatible(server.url, { maxAnswerBytes: 1_000_000 }))

    expect(error).toMatchObject({ code: 'MODEL_BAD_RESPONSE', details: { detail: 'it has over 1000000 bytes' } })
    expect(server.requests).toBe(1)
  })

  it('counts an answer unpacked [RUN-13]', async () => {
    const packed = gzipSync(Buffer.alloc(2_000_000, 'x'))
    await using server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' }).end(packed)
    })

    const error = await failure(compatible(server.url, { maxAnswerBytes: 1_000_000 }))

    expect(packed.byteLength).toBeLessThan(10_000)
    expect(error).toMatchObject({ code: 'MODEL_BAD_RESPONSE', details: { detail: 'it has over 1000000 bytes' } })
  })

  it('reads of a refusal no more than it may, and tells it as the refusal it is [RUN-13]', async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(401, { 'content-type': 'application/json' })
      flood(response)
    })

    const error = await failure(compatible(server.url))

    expect(error).toMatchObject({ code: 'MODEL_KEY_REFUSED', details: { status: 401 } })
  })

  it('says that a web page is no answer, and does not ask for it again [RUN-13]', async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<title>Sign in</title>')
    })

    const error = await failure(compatible(server.url))

    expect(error).toMatchObject({ code: 'MODEL_BAD_RESPONSE', details: { detail: 'it is a web page' } })
    expect(server.requests).toBe(1)
  })
})

function compatible(baseURL: string, options?: ProviderFetchOptions): Pick<AiSdkModelOptions, 'model'> {
  const provider = createOpenAICompatible({ name: 'local', baseURL, fetch: createProviderFetch(options) })
  return { model: provider('llama') }
}

async function failure(options: Pick<AiSdkModelOptions, 'model'>): Promise<unknown> {
  const model = createAiSdkModel({ clock: createSystemClock(), retryBaseMs: 1, ...options })
  const signal = new AbortController().signal
  const request = { instructions: '', messages: [], tools: [], now: 0, signal }
  return await Array.fromAsync(model.stream(request)).then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** Writes for as long as somebody reads. */
function flood(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write('x'.repeat(65_536)));
  }
  response.on('drain', more)
  more()
}

async function serve(
  answer: RequestListener,
): Promise<AsyncDisposable & { readonly url: string; readonly requests: number }> {
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    request.resume()
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return requests
    },
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}
