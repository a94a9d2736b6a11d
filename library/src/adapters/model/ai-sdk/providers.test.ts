/**
 * Each provider package against a real HTTP model server: whole conversations, in the form the provider sends them.
 */
import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogle } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { LLMock } from '@copilotkit/aimock'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../../agent/clock.ts'
import type { Model, ModelMessage, ModelPart, ModelRequest, ModelTool } from '../../../agent/ports.ts'
import { createAiSdkModel } from '../ai-sdk.ts'

const mock = new LLMock({ port: 0, chunkSize: 3 })
const clock = createSystemClock()
/** What went out, as the providers' packages wrote it. */
const sent: string[] = []
const weather: ModelTool = {
  name: 'get_weather',
  description: 'Current weather in a city.',
  inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}

beforeAll(() => mock.start())
afterAll(() => mock.stop())
beforeEach(() => {
  mock.clearFixtures()
  mock.clearRequests()
  sent.length = 0
})

describe('an AI SDK model against a real model server', () => {
  it('streams text and usage from the OpenAI Responses API [RUN-13]', async () => {
    mock.onMessage('hello', { content: 'Grüße aus Oslo 🌊', usage: { input_tokens: 7, output_tokens: 5 } })

    const parts = await collect(openai(), ask('hello'))

    expect(textOf(parts)).toBe('Grüße aus Oslo 🌊')
    expect(parts.filter((part) => part.type === 'text').length).toBeGreaterThan(1)
    expect(parts.at(-1)).toMatchObject({ reason: 'stop', usage: { inputTokens: 7, outputTokens: 5 } })
  })

  it('streams text and usage from an OpenAI-compatible server [RUN-13]', async () => {
    mock.onMessage('hello', { content: 'Good morning', usage: { prompt_tokens: 3, completion_tokens: 2 } })

    const parts = await collect(compatible(), ask('hello'))

    expect(textOf(parts)).toBe('Good morning')
    expect(parts.at(-1)).toMatchObject({ reason: 'stop', usage: { inputTokens: 3, outputTokens: 2 } })
  })

  it('sends an image in the form of each provider, as its bytes [RUN-13]', async () => {
    mock.onMessage('What is it?', { content: 'A cat' })
    const attachment = {
      type: 'attachment',
      attachmentId: 'att_1',
      name: 'cat.png',
      mediaType: 'image/png',
      bytes: 3,
    } as const
    const parts = [
      { type: 'text', text: 'What is it?' },
      { ...attachment, content: { type: 'image', data: Uint8Array.of(1, 2, 3) } },
    ] as const
    const request: ModelRequest = { ...ask(''), messages: [{ role: 'user', parts }] }

    const answers = [
      await collect(openai(), request),
      await collect(compatible(), request),
      await collect(anthropic(), request),
      await collect(google(), request),
    ].map(textOf)

    expect(answers).toEqual(['A cat', 'A cat', 'A cat', 'A cat'])
    expect(sent.map((body) => /"[^"]*AQID"/.exec(body)?.[0])).toEqual([
      '"data:image/png;base64,AQID"',
      '"data:image/png;base64,AQID"',
      '"AQID"',
      '"AQID"',
    ])
    expect(sent.map((body) => body.includes('image/png'))).toEqual([true, true, true, true])
  })

  it('streams text from Gemini [RUN-13]', async () => {
    mock.onMessage('hello', { content: 'Good morning' })

    const parts = await collect(google(), ask('hello'))

    expect(textOf(parts)).toBe('Good morning')
    expect(parts.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' })
  })

  it('gives every one of several parallel calls whole and in order [RUN-13]', async () => {
    mock.onMessage('weather', twoCalls())

    const answers = await Promise.all(
      [openai(), compatible(), anthropic(), google()].map((model) => collect(model, ask('weather in two cities'))),
    )

    const expected = [
      { tool: 'get_weather', input: { city: 'Oslo' } },
      { tool: 'get_weather', input: { city: 'Łódź' } },
    ]
    expect(answers.map(callsOf)).toEqual([expected, expected, expected, expected])
    expect(answers.map((parts) => parts.at(-1))).toEqual([
      expect.objectContaining({ reason: 'calls' }),
      expect.objectContaining({ reason: 'calls' }),
      expect.objectContaining({ reason: 'calls' }),
      expect.objectContaining({ reason: 'calls' }),
    ])
  })

  it('sends the results back under the ids of their calls, failures marked as such', async () => {
    mock.on({ userMessage: 'weather', hasToolResult: false }, twoCalls())
    mock.on({ userMessage: 'weather', hasToolResult: true }, { content: 'Oslo: 4 °C. Łódź is unknown.' })
    const model = compatible()
    const first = await collect(model, ask('weather in two cities'))

    const second = await collect(model, { ...ask('weather in two cities'), messages: answered(first) })

    expect(textOf(second)).toBe('Oslo: 4 °C. Łódź is unknown.')
    const sent = mock.getLastRequest()?.body as { messages: { tool_call_id?: string; content: string }[] }
    expect(sent.messages.slice(-2)).toEqual([
      { role: 'tool', tool_call_id: 'first', content: '{"celsius":4}' },
      {
        role: 'tool',
        tool_call_id: 'second',
        content: '{"outcome":"failed","code":"STATION_SILENT","message":"The station does not answer"}',
      },
    ])
  })

  it('returns the signed thinking of Anthropic in the next step, byte for byte', async () => {
    mock.on(
      { userMessage: 'weather', hasToolResult: false },
      { ...twoCalls(), reasoning: 'Two cities, two calls.', reasoningSignature: 'signature-of-the-thought' },
    )
    mock.on({ userMessage: 'weather', hasToolResult: true }, { content: 'Done.' })
    const bodies: unknown[] = []
    const model = anthropic(bodies)
    const first = await collect(model, ask('weather in two cities'))

    const second = await collect(model, { ...ask('weather in two cities'), messages: answered(first) })

    expect(first.filter((part) => part.type === 'thinking').map((part) => part.delta)).not.toHaveLength(0)
    expect(textOf(second)).toBe('Done.')
    expect(contentOf(bodies[1])).toEqual([
      { type: 'thinking', thinking: 'Two cities, two calls.', signature: 'signature-of-the-thought' },
      expect.objectContaining({ type: 'tool_use', name: 'get_weather', input: { city: 'Oslo' } }),
      expect.objectContaining({ type: 'tool_use', name: 'get_weather', input: { city: 'Łódź' } }),
    ])
  })

  it('tells a refused key without repeating it', async () => {
    mock.nextRequestError(401, { message: 'Incorrect API key provided: sk-very-secret-key-1' })

    const error = await failure(compatible(), ask('hello'))

    expect(error).toMatchObject({ code: 'MODEL_KEY_REFUSED', retry: 'never', details: { status: 401 } })
    expect(everythingIn(error)).not.toContain('very-secret')
  })

  it('asks again after a 429 and goes on as if nothing had been [RUN-13]', async () => {
    mock.nextRequestError(429, { message: 'slow down' })
    mock.onMessage('hello', { content: 'Here I am' })

    const parts = await collect(compatible({ maxRetryWaitMs: 2_000 }), ask('hello'))

    expect(textOf(parts)).toBe('Here I am')
    expect(mock.getRequests().map((entry) => entry.response.status)).toEqual([429, 200])
  })

  it('tells that the model is unknown', async () => {
    mock.nextRequestError(404, { message: 'no such model' })

    const error = await failure(openai(), ask('hello'))

    expect(error).toMatchObject({ code: 'MODEL_NOT_FOUND', details: { model: 'openai:gpt-5' } })
  })

  it('tells that the stream was cut when it has given something away already [RUN-13]', async () => {
    mock.onMessage(
      'hello',
      { content: 'A rather long answer that will break off' },
      { truncateAfterChunks: 4, latency: 5 },
    )
    const got: ModelPart[] = []

    const error = await failure(compatible(), ask('hello'), got)

    expect(error).toMatchObject({ code: 'MODEL_STREAM_CUT', retry: 'later' })
    expect(got.length).toBeGreaterThan(0)
    expect(mock.getRequests()).toHaveLength(1)
  })
})

const recording: typeof fetch = (url, init) => {
  if (typeof init?.body === 'string') sent.push(init.body)
  return fetch(url, init)
}

function openai(): Model {
  const provider = createOpenAI({ baseURL: `${mock.url}/v1`, apiKey: 'sk-very-secret-key-1', fetch: recording })
  return createAiSdkModel({ model: provider('gpt-5'), name: 'openai:gpt-5', clock, retryBaseMs: 1 })
}

function compatible(options: { maxRetryWaitMs?: number } = {}): Model {
  const provider = createOpenAICompatible({
    name: 'local',
    baseURL: `${mock.url}/v1`,
    apiKey: 'sk-very-secret-key-1',
    includeUsage: true,
    fetch: recording,
  })
  return createAiSdkModel({ model: provider('llama'), name: 'local:llama', clock, retryBaseMs: 1, ...options })
}

function anthropic(bodies: unknown[] = []): Model {
  const provider = createAnthropic({
    baseURL: `${mock.url}/v1`,
    apiKey: 'sk-ant-secret',
    fetch: (url, init) => {
      if (typeof init?.body === 'string') bodies.push(JSON.parse(init.body))
      return recording(url, init)
    },
  })
  return createAiSdkModel({ model: provider('claude-sonnet-4-5'), name: 'anthropic:claude', clock, retryBaseMs: 1 })
}

function google(): Model {
  const provider = createGoogle({ baseURL: `${mock.url}/v1beta`, apiKey: 'AIza-secret', fetch: recording })
  return createAiSdkModel({ model: provider('gemini-2.5-flash'), name: 'google:gemini', clock, retryBaseMs: 1 })
}

function twoCalls() {
  return {
    toolCalls: [
      { id: 'first', name: 'get_weather', arguments: '{"city":"Oslo"}' },
      { id: 'second', name: 'get_weather', arguments: '{"city":"Łódź"}' },
    ],
  }
}

function ask(text: string): ModelRequest {
  return {
    instructions: 'Answer briefly.',
    messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
    tools: [weather],
    now: clock.now(),
    signal: new AbortController().signal,
  }
}

/** The conversation as the loop would go on with it: the first call worked, the second failed. */
function answered(parts: readonly ModelPart[]): readonly ModelMessage[] {
  const calls = parts.filter((part) => part.type === 'call')
  const finish = parts.find((part) => part.type === 'finish')
  const thinking = parts.filter((part) => part.type === 'thinking').map((part) => part.delta)
  return [
    ...ask('weather in two cities').messages,
    {
      role: 'assistant',
      text: textOf(parts),
      ...(thinking.length > 0 ? { thinking: thinking.join('') } : {}),
      calls: calls.map((call, index) => ({
        callId: `call_${index}`,
        tool: call.tool,
        input: call.input,
        ...(call.providerCallId === undefined ? {} : { providerCallId: call.providerCallId }),
      })),
      ...(finish?.providerData === undefined ? {} : { providerData: finish.providerData }),
    },
    {
      role: 'tool',
      results: [
        { callId: 'call_0', tool: 'get_weather', outcome: 'ok', output: { celsius: 4 } },
        {
          callId: 'call_1',
          tool: 'get_weather',
          outcome: 'failed',
          error: { code: 'STATION_SILENT', message: 'The station does not answer', retry: 'later' },
        },
      ],
    },
  ]
}

async function collect(model: Model, request: ModelRequest): Promise<readonly ModelPart[]> {
  return await Array.fromAsync(model.stream(request))
}

async function failure(model: Model, request: ModelRequest, got: ModelPart[] = []): Promise<unknown> {
  try {
    for await (const part of model.stream(request)) got.push(part)
  } catch (error) {
    return error
  }
  throw new Error('expected the stream to fail')
}

function textOf(parts: readonly ModelPart[]): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.delta] : [])).join('')
}

function callsOf(parts: readonly ModelPart[]): unknown[] {
  return parts.flatMap((part) => (part.type === 'call' ? [{ tool: part.tool, input: part.input }] : []))
}

function contentOf(body: unknown): unknown {
  const { messages } = body as { messages: { role: string; content: unknown }[] }
  return messages.find((message) => message.role === 'assistant')?.content
}

/** All that a logger could find in an error: its own properties and those of its causes. */
function everythingIn(error: unknown): string {
  const seen: string[] = []
  let link = error
  while (link instanceof Error) {
    seen.push(link.message, link.stack ?? '', JSON.stringify(Object.getOwnPropertyDescriptors(link)))
    link = link.cause
  }
  return seen.join('\n')
}
