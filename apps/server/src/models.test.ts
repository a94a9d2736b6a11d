import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LLMock } from '@copilotkit/aimock'
import { createSystemClock, type Model, type ModelRequest } from 'toolcrib/agent'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { selectModel } from './models.ts'

const mock = new LLMock({ port: 0 })
const clock = createSystemClock()
const keys = {
  OPENAI_API_KEY: 'sk-openai-key-of-a-test',
  ANTHROPIC_API_KEY: 'sk-ant-key-of-a-test',
  GOOGLE_GENERATIVE_AI_API_KEY: 'AIza-key-of-a-test',
}

beforeAll(async () => {
  await mock.start()
  mock.onMessage('hello', { content: 'Good morning' })
})
afterAll(() => mock.stop())

describe('the choice of a model', () => {
  it('takes the built-in one without any key', () => {
    expect(selectModel('builtin', {}, { clock }).name).toBe('builtin-planner')
  })

  it('speaks to each provider with its own key, and with no other', async () => {
    const baseUrls = { openai: `${mock.url}/v1`, anthropic: `${mock.url}/v1`, google: `${mock.url}/v1beta` }
    mock.clearRequests()

    const answers = [
      await answer(selectModel('openai:gpt-5', keys, { clock, baseUrls })),
      await answer(selectModel('anthropic:claude-sonnet-4-5', keys, { clock, baseUrls })),
      await answer(selectModel('google:gemini-2.5-flash', keys, { clock, baseUrls })),
    ]

    expect(answers).toEqual(['Good morning', 'Good morning', 'Good morning'])
    expect(mock.getRequests().map((request) => request.path.replace(/\?.*/, ''))).toEqual([
      '/v1/responses',
      '/v1/messages',
      '/v1beta/models/gemini-2.5-flash:streamGenerateContent',
    ])
  })

  it('sends each key to its own provider only, and asks OpenAI to keep nothing', async () => {
    await using server = await recordRequests()
    const baseUrls = { openai: server.url, anthropic: server.url, google: server.url }

    const failures = await Promise.allSettled([
      answer(selectModel('openai:gpt-5', keys, { clock, baseUrls })),
      answer(selectModel('anthropic:claude-sonnet-4-5', keys, { clock, baseUrls })),
      answer(selectModel('google:gemini-2.5-flash', keys, { clock, baseUrls })),
    ])

    expect(failures.map((failure) => failure.status)).toEqual(['rejected', 'rejected', 'rejected'])
    const byPath = (end: string) => server.requests.find((request) => request.path.includes(end))
    expect(byPath('responses')).toMatchObject({ keys: [`Bearer ${keys.OPENAI_API_KEY}`], body: { store: false } })
    expect(byPath('messages')).toMatchObject({ keys: [keys.ANTHROPIC_API_KEY] })
    expect(byPath('gemini')).toMatchObject({ keys: [keys.GOOGLE_GENERATIVE_AI_API_KEY] })
  })

  it('takes neither a key nor a conversation to where a provider redirects [CALL-08]', async () => {
    await using elsewhere = await recordRequests()
    await using redirecting = await recordRequests({ status: 307, location: elsewhere.url })
    const { url } = redirecting
    const baseUrls = { openai: url, anthropic: url, google: url }

    const failures = await Promise.allSettled([
      answer(selectModel('openai:gpt-5', keys, { clock, baseUrls })),
      answer(selectModel('anthropic:claude-sonnet-4-5', keys, { clock, baseUrls })),
      answer(selectModel('google:gemini-2.5-flash', keys, { clock, baseUrls })),
      answer(selectModel(`openai-compatible:llama@${url}`, { OPENAI_COMPATIBLE_API_KEY: 'key' }, { clock })),
    ])

    const refused = {
      code: 'MODEL_REQUEST_REFUSED',
      details: { status: 307, detail: 'it redirects to another address' },
    }
    expect(failures).toMatchObject([refused, refused, refused, refused].map((reason) => ({ reason })))
    expect(redirecting.requests).toHaveLength(4)
    expect(elsewhere.requests).toEqual([])
  })

  it('speaks to any compatible server, with and without a key', async () => {
    const spec = `openai-compatible:library/llama3.2@${mock.url}/v1/`

    const without = selectModel(spec, {}, { clock })
    const withKey = selectModel(spec, { OPENAI_COMPATIBLE_API_KEY: 'a-key-of-a-test' }, { clock })

    expect(without.name).toBe(spec)
    expect(await answer(without)).toBe('Good morning')
    expect(await answer(withKey)).toBe('Good morning')
    expect(mock.getLastRequest()?.body).toMatchObject({ model: 'library/llama3.2' })
  })

  it('says which variable lacks a key', () => {
    expect(() => selectModel('openai:gpt-5', {}, { clock })).toThrow(
      expect.objectContaining({
        code: 'MODEL_KEY_MISSING',
        details: { model: 'openai:gpt-5', variable: 'OPENAI_API_KEY' },
      }),
    )
    expect(() => selectModel('anthropic:claude', { ANTHROPIC_API_KEY: ' ' }, { clock })).toThrow('ANTHROPIC_API_KEY')
    expect(() => selectModel('google:gemini', keysWithout(), { clock })).toThrow('GOOGLE_GENERATIVE_AI_API_KEY')
  })

  it('refuses a name of no known form, with what was expected and what came', () => {
    expect(() => selectModel('gpt-5', keys, { clock })).toThrow(
      expect.objectContaining({
        code: 'MODEL_SPEC_INVALID',
        details: { expected: expect.stringContaining('"openai:MODEL"'), received: 'gpt-5' },
      }),
    )
    expect(() => selectModel('openai:', keys, { clock })).toThrow('such as "openai:gpt-5", got "openai:"')
    expect(() => selectModel('mistral:large', keys, { clock })).toThrow('got "mistral:large"')
    expect(() => selectModel('openai-compatible:llama', {}, { clock })).toThrow('got "openai-compatible:llama"')
    expect(() => selectModel('openai-compatible:llama@ftp://host', {}, { clock })).toThrow('got "openai-compatible')
  })

  it('does not repeat a password that somebody put into an address', () => {
    const spec = 'openai-compatible:llama@http://ann:hunter2@host/v1'

    expect(() => selectModel(spec, {}, { clock })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    )
  })

  it('refuses an address with a query, which would be shown with the name of the model', () => {
    const spec = 'openai-compatible:llama@http://host/v1?key=hunter2'

    expect(() => selectModel(spec, {}, { clock })).toThrow(
      expect.objectContaining({
        code: 'MODEL_SPEC_INVALID',
        details: expect.objectContaining({ received: 'openai-compatible:llama@http://host/v1' }),
      }),
    )
  })
})

interface Recorded {
  readonly path: string
  readonly keys: readonly unknown[]
  readonly body: unknown
}

/** A server that refuses every request and keeps what came. */
async function recordRequests(
  refusal: { readonly status: number; readonly location?: string } = { status: 400 },
): Promise<AsyncDisposable & { readonly url: string; readonly requests: Recorded[] }> {
  const { status, location } = refusal
  const requests: Recorded[] = []
  const record = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { authorization, 'x-api-key': anthropic, 'x-goog-api-key': google } = request.headers
    const body: unknown = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString())
    const sent = [authorization, anthropic, google].filter((key) => key !== undefined)
    requests.push({ path: request.url ?? '', keys: sent, body })
    response.writeHead(status, location === undefined ? {} : { location }).end('{}')
  }
  const server = createServer((request, response) => void record(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function keysWithout(): object {
  const { GOOGLE_GENERATIVE_AI_API_KEY: _key, ...rest } = keys
  return rest
}

async function answer(model: Model): Promise<string> {
  const request: ModelRequest = {
    instructions: '',
    messages: [{ role: 'user', parts: [{ type: 'text', text: 'hello' }] }],
    tools: [],
    now: clock.now(),
    signal: new AbortController().signal,
  }
  const parts = await Array.fromAsync(model.stream(request))
  return parts.flatMap((part) => (part.type === 'text' ? [part.delta] : [])).join('')
}
