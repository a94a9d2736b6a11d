/**
 * Streams as they really come, byte by byte over a real socket: what a well-behaved mock server cannot do.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGoogle } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { describe, expect, it } from 'vitest'
import { createSystemClock } from '../../../agent/clock.ts'
import type { Clock, Model, ModelMessage, ModelPart, ModelRequest } from '../../../agent/ports.ts'
import { createManualClock } from '../../../testing/manual-clock.ts'
import { type AiSdkModelOptions, createAiSdkModel } from '../ai-sdk.ts'

describe('an AI SDK model and a stream as it really comes', () => {
  it('joins characters that are cut in the middle of their bytes [RUN-13]', async () => {
    const text = 'Smørrebrød 🥪 für Łódź'
    const bytes = Buffer.from(chunk({ content: text }) + chunk({}, 'stop') + DONE)
    await using server = await serve(async (_request, response) => {
      response.writeHead(200, SSE)
      for (const byte of bytes) {
        response.write(Buffer.of(byte))
        await turn()
      }
      response.end()
    })

    const parts = await collect(compatible(server.url))

    expect(textOf(parts)).toBe(text)
  })

  it('keeps parallel calls apart when the provider gives them one id [RUN-13]', async () => {
    await using server = await serve((_request, response) =>
      stream(response, [
        chunk({
          tool_calls: [
            { index: 0, id: 'same', function: { name: 'look', arguments: '{"at":' } },
            { index: 1, id: 'same', function: { name: 'look', arguments: '{"at":' } },
          ],
        }),
        chunk({ tool_calls: [{ index: 1, function: { arguments: '2}' } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '1}' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ]),
    )

    const parts = await collect(compatible(server.url))

    const calls = parts.filter((part) => part.type === 'call')
    expect(calls.map((call) => call.input)).toEqual([{ at: 1 }, { at: 2 }])
    expect(parts.at(-1)).toMatchObject({ reason: 'calls' })
  })

  it('hands on broken arguments as the text they are, marked [RUN-13]', async () => {
    await using server = await serve((_request, response) =>
      stream(response, [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'look', arguments: '{"at": oops' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ]),
    )

    const parts = await collect(compatible(server.url))

    expect(parts[0]).toEqual({
      type: 'call',
      tool: 'look',
      input: '{"at": oops',
      invalidJson: true,
      providerCallId: 'a',
    })
  })

  it('takes no arguments at all for the empty object [RUN-13]', async () => {
    await using server = await serve((_request, response) =>
      stream(response, [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'look', arguments: '' } }] }),
        chunk({}, 'stop'),
        DONE,
      ]),
    )

    const parts = await collect(compatible(server.url))

    expect(parts[0]).toMatchObject({ type: 'call', input: {} })
    expect(parts.at(-1)).toMatchObject({ reason: 'calls' })
  })

  it('ends as unknown when an answer ends cleanly without a finish reason [RUN-13]', async () => {
    await using server = await serve((_request, response) => stream(response, [chunk({ content: 'Hello' }), DONE]))

    const compatibly = await collect(compatible(server.url))
    const openly = await collect(chat(server.url))

    expect(compatibly.at(-1)).toMatchObject({ type: 'finish', reason: 'unknown' })
    expect(openly.at(-1)).toMatchObject({ type: 'finish', reason: 'unknown' })
  })

  it('calls a stream cut that ends cleanly without a word, after asking again [RUN-13]', async () => {
    await using server = await serve((_request, response) => stream(response, [DONE]))

    const error = await failure(compatible(server.url))

    expect(error).toMatchObject({ code: 'MODEL_STREAM_CUT', retry: 'later' })
    expect(server.requests).toHaveLength(4)
  })

  it('calls a stream cut whose arguments stop in the middle [RUN-13]', async () => {
    await using server = await serve((_request, response) =>
      stream(response, [chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'look', arguments: '{"at' } }] })]),
    )

    const error = await failure(compatible(server.url))

    expect(error).toMatchObject({ code: 'MODEL_STREAM_CUT' })
  })

  it('does not ask again once something was given away, when the socket breaks [RUN-13]', async () => {
    await using server = await serve(async (_request, response) => {
      response.writeHead(200, SSE)
      response.write(chunk({ content: 'Hel' }))
      await turn()
      await turn()
      response.destroy()
    })
    const got: ModelPart[] = []

    const error = await failure(compatible(server.url), got)

    expect(error).toMatchObject({ code: 'MODEL_STREAM_CUT' })
    expect(textOf(got)).toBe('Hel')
    expect(server.requests).toHaveLength(1)
  })

  it('reports an error frame inside of the stream by its code [RUN-13]', async () => {
    await using server = await serve((_request, response) =>
      stream(response, [
        chunk({ content: 'Hel' }),
        `data: ${JSON.stringify({ error: { message: 'the engine fell over', code: 503 } })}\n\n`,
      ]),
    )

    const error = await failure(compatible(server.url))

    expect(error).toMatchObject({ code: 'MODEL_OVERLOADED', details: { status: 503, attempts: 1 } })
  })

  it('reports what is no event stream as unreadable [RUN-13]', async () => {
    await using server = await serve((_request, response) => stream(response, ['data: {"choices": 7}\n\n', DONE]))

    const error = await failure(compatible(server.url, { maxAttempts: 1 }))

    expect(error).toMatchObject({ code: 'MODEL_BAD_RESPONSE' })
  })
})

describe('an AI SDK model that is asked to wait', () => {
  it('waits as long as Retry-After says, and not a millisecond less [RUN-13]', async () => {
    const clock = createManualClock()
    await using server = await serve((_request, response) => {
      if (server.requests.length > 1) return stream(response, [chunk({ content: 'Hello' }), chunk({}, 'stop'), DONE])
      response.writeHead(429, { 'retry-after': '7' }).end('{}')
    })

    const parts = collect(compatible(server.url, { clock }))
    await until(() => clock.pending === 1 && server.answered === 1)
    await clock.advance(6_999)
    const before = server.requests.length
    await clock.advance(1)

    expect(textOf(await parts)).toBe('Hello')
    expect(before).toBe(1)
    expect(server.requests).toHaveLength(2)
  })

  it('gives up at once when it would have to wait longer than it may [RUN-13]', async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(429, { 'retry-after': '3600' }).end('{}')
    })

    const error = await failure(compatible(server.url))

    expect(error).toMatchObject({ code: 'MODEL_RATE_LIMITED', retry: 'later', details: { attempts: 1 } })
  })

  it('backs off twice as long each time, half of it at random, and tells how often it asked', async () => {
    const clock = createManualClock()
    const start = clock.monotonic()
    const at: number[] = []
    await using server = await serve((_request, response) => {
      at.push(clock.monotonic() - start)
      response.writeHead(503).end('{}')
    })

    const error = failure(compatible(server.url, { clock, retryBaseMs: 100, random: () => 0 }))
    await until(() => server.answered === 1 && clock.pending === 1)
    await clock.advance(50)
    await until(() => server.answered === 2 && clock.pending === 1)
    await clock.advance(100)
    await until(() => server.answered === 3 && clock.pending === 1)
    await clock.advance(200)

    expect(await error).toMatchObject({ code: 'MODEL_OVERLOADED', details: { status: 503, attempts: 4 } })
    expect(at).toEqual([0, 50, 150, 350])
    expect(clock.pending).toBe(0)
  })

  it('does not ask again for a quota that is used up', async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(429).end(JSON.stringify({ error: { message: 'no money', code: 'insufficient_quota' } }))
    })

    const error = await failure(compatible(server.url))

    expect(error).toMatchObject({ code: 'MODEL_RATE_LIMITED', details: { attempts: 1 } })
  })
})

describe('an AI SDK model and a request that does not end well', () => {
  it('says where nobody answers', async () => {
    const server = await serve(() => {})
    await server[Symbol.asyncDispose]()

    const error = await failure(compatible(server.url))

    expect(error).toMatchObject({
      code: 'MODEL_UNREACHABLE',
      retry: 'later',
      details: { model: 'local:llama', address: new URL(server.url).origin },
    })
  })

  it('shows what the provider refused, without the key', async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(400).end(JSON.stringify({ error: { message: 'bad field, key=hunter2hunter2 was used' } }))
    })

    const error = await failure(compatible(server.url))

    expect(error).toMatchObject({
      code: 'MODEL_REQUEST_REFUSED',
      details: { status: 400, detail: 'bad field, key=[key] was used' },
    })
  })

  it('knows a conversation that is too long, from whichever provider, and asks no second time', async () => {
    const told = [
      { code: 'context_length_exceeded', type: 'invalid_request_error', message: 'Your input exceeds the window.' },
      { code: 400, type: 'exceed_context_size_error', message: 'request (9000 tokens) is larger than the context' },
      { type: 'invalid_request_error', message: 'prompt is too long: 205000 tokens > 200000 maximum' },
      { code: 400, message: 'The input token count (1100000) exceeds the maximum number of tokens allowed (1048576).' },
      { code: 400, type: 'BadRequestError', message: "This model's maximum context length is 4096 tokens." },
      { message: "This model's maximum prompt length is 131072 but the request contains 136973 tokens." },
    ]
    let asked = 0
    await using server = await serve((_request, response) => {
      response.writeHead(400).end(JSON.stringify({ error: told[asked++] }))
    })

    const failures = [
      await failure(compatible(server.url)),
      await failure(compatible(server.url)),
      await failure(compatible(server.url)),
      await failure(compatible(server.url)),
      await failure(compatible(server.url)),
      await failure(compatible(server.url)),
    ]

    expect(failures.map((error) => (error as { code?: string }).code)).toEqual(Array(6).fill('MODEL_CONTEXT_EXCEEDED'))
    expect(asked).toBe(6)
  })

  it('knows a key that Google refuses with 400', async () => {
    await using server = await serve((_request, response) => {
      const error = { code: 400, message: 'API key not valid.', status: 'INVALID_ARGUMENT' }
      response.writeHead(400).end(JSON.stringify({ error: { ...error, details: [{ reason: 'API_KEY_INVALID' }] } }))
    })
    const provider = createGoogle({ baseURL: server.url, apiKey: 'AIza-wrong' })

    const error = await failure(createAiSdkModel({ model: provider('gemini-2.5-flash'), clock: createSystemClock() }))

    expect(error).toMatchObject({ code: 'MODEL_KEY_REFUSED' })
  })

  it('ends soon after a stop, without an error, and hangs up', async () => {
    const stop = new AbortController()
    const hungUp = Promise.withResolvers<void>()
    await using server = await serve((_request, response) => {
      response.on('close', hungUp.resolve)
      response.writeHead(200, SSE)
      response.write(chunk({ content: 'Hello' }))
    })
    const got: ModelPart[] = []

    for await (const part of compatible(server.url).stream(ask({ signal: stop.signal }))) {
      got.push(part)
      stop.abort()
    }
    await hungUp.promise

    expect(got).toEqual([{ type: 'text', delta: 'Hello' }])
  })

  it('ends soon after a stop also before the provider has answered', async () => {
    const stop = new AbortController()
    const hungUp = Promise.withResolvers<void>()
    await using server = await serve((request) => {
      request.socket.on('close', () => hungUp.resolve())
      stop.abort()
    })

    const parts = await collect(compatible(server.url), ask({ signal: stop.signal }))
    await hungUp.promise

    expect(parts).toEqual([])
  })

  it('ends at once when it waits to ask again and is stopped', async () => {
    const stop = new AbortController()
    const clock = createManualClock()
    await using server = await serve((_request, response) => {
      response.writeHead(503).end('{}')
    })

    const parts = collect(compatible(server.url, { clock }), ask({ signal: stop.signal }))
    await until(() => server.answered === 1 && clock.pending === 1)
    stop.abort()

    expect(await parts).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('hangs up when its reader leaves early', async () => {
    const hungUp = Promise.withResolvers<void>()
    await using server = await serve((_request, response) => {
      response.on('close', hungUp.resolve)
      response.writeHead(200, SSE)
      response.write(chunk({ content: 'Hello' }))
    })

    for await (const part of compatible(server.url).stream(ask())) if (part.type === 'text') break

    await expect(hungUp.promise).resolves.toBeUndefined()
  })

  it('calls an answer cut that says nothing for too long', async () => {
    const clock = createManualClock()
    await using server = await serve((_request, response) => {
      response.writeHead(200, SSE)
      response.write(chunk({ content: 'Hello' }))
    })
    const got: ModelPart[] = []

    const error = failure(compatible(server.url, { clock, stallTimeoutMs: 60_000 }), got)
    await until(() => got.length === 1)
    await clock.advance(59_999)
    const early = clock.pending
    await clock.advance(60_000)

    expect(await error).toMatchObject({ code: 'MODEL_STREAM_CUT' })
    expect(early).toBe(1)
    expect(clock.pending).toBe(0)
  })

  it('says that nobody answers when no answer begins, and does not wait as long again', async () => {
    const clock = createManualClock()
    await using server = await serve(() => {})

    const error = failure(compatible(server.url, { clock, startTimeoutMs: 5_000 }))
    await until(() => server.requests.length === 1)
    await clock.advance(5_000)

    expect(await error).toMatchObject({ code: 'MODEL_UNREACHABLE' })
  })
})

describe('what a provider wants back', () => {
  it('returns the thought signatures of Gemini with the calls they belong to', async () => {
    await using server = await serve((_request, response) =>
      stream(response, [
        gemini([{ functionCall: { name: 'look', args: { at: 1 } }, thoughtSignature: 'sealed-1' }]),
        gemini([{ functionCall: { name: 'look', args: { at: 2 } } }], 'STOP'),
      ]),
    )
    const provider = createGoogle({ baseURL: server.url, apiKey: 'k' })
    const model = createAiSdkModel({ model: provider('gemini-3-pro-preview'), clock: createSystemClock() })
    const first = await collect(model)

    await collect(model, ask({ messages: continued(first) }))

    const sent = server.requests[1] as { contents: { role: string; parts: object[] }[] }
    expect(sent.contents.find((content) => content.role === 'model')?.parts).toMatchObject([
      { functionCall: { name: 'look', args: { at: 1 } }, thoughtSignature: 'sealed-1' },
      { functionCall: { name: 'look', args: { at: 2 } } },
    ])
  })

  it('returns the reasoning items of OpenAI, encrypted and with their ids, ahead of their calls', async () => {
    await using server = await serve((_request, response) => stream(response, reasoned))
    const provider = createOpenAI({ baseURL: server.url, apiKey: 'k' })
    const model = createAiSdkModel({
      model: provider('gpt-5'),
      clock: createSystemClock(),
      providerOptions: { openai: { store: false } },
    })
    const first = await collect(model)

    await collect(model, ask({ messages: continued(first) }))

    const sent = server.requests[1] as { input: { type?: string; role?: string }[]; store: boolean }
    expect(sent.store).toBe(false)
    expect(sent.input.filter((item) => item.role === undefined)).toMatchObject([
      {
        type: 'reasoning',
        id: 'rs_1',
        encrypted_content: 'sealed',
        summary: [{ type: 'summary_text', text: 'Look.' }],
      },
      { type: 'function_call', call_id: 'call_of_openai', name: 'look', arguments: '{"at":1}' },
      { type: 'function_call_output', call_id: 'call_of_openai', output: '{"seen":true}' },
    ])
  })

  it('shows a provider nothing that another one wrote', async () => {
    await using server = await serve((_request, response) =>
      stream(response, [chunk({ content: 'Fine' }), chunk({}, 'stop'), DONE]),
    )
    const foreign = {
      version: 1,
      provider: 'anthropic.messages',
      blocks: [{ type: 'reasoning', text: 'secret thought' }],
    }

    await collect(
      compatible(server.url),
      ask({
        messages: [
          ...ask().messages,
          { role: 'assistant', text: 'I looked.', calls: [], providerData: foreign },
          { role: 'user', parts: [{ type: 'text', text: 'And?' }] },
        ],
      }),
    )

    expect(JSON.stringify(server.requests[0])).not.toContain('secret thought')
    expect(JSON.stringify(server.requests[0])).toContain('I looked.')
  })
})

describe('the options of an AI SDK model', () => {
  it('refuses what is no model of a known specification', () => {
    const old = { specificationVersion: 'v1' } as unknown as AiSdkModelOptions['model']

    expect(() => createAiSdkModel({ model: old, clock: createSystemClock() })).toThrow(
      'Expected `model` to be a language model of specification v3 or v4, got "v1"',
    )
  })

  it('refuses an option out of range, with what was expected and what came', () => {
    const { model } = { model: createOpenAI({ apiKey: 'k' })('gpt-5') }
    const clock = createSystemClock()

    expect(() => createAiSdkModel({ model, clock, maxAttempts: 0 })).toThrow('`maxAttempts` to be a positive integer')
    expect(() => createAiSdkModel({ model, clock, retryBaseMs: -1 })).toThrow('`retryBaseMs` to be at least 0, got -1')
    expect(() => createAiSdkModel({ model, clock, maxRetryWaitMs: Number.NaN })).toThrow('`maxRetryWaitMs`')
    expect(() => createAiSdkModel({ model, clock, startTimeoutMs: 0 })).toThrow('`startTimeoutMs` to be above 0')
    expect(() => createAiSdkModel({ model, clock, stallTimeoutMs: 0 })).toThrow('`stallTimeoutMs` to be above 0')
  })
})

const SSE = { 'content-type': 'text/event-stream' }
const DONE = 'data: [DONE]\n\n'

const reasoned: readonly string[] = [
  { type: 'response.created', response: { id: 'resp_1', created_at: 1, model: 'gpt-5' } },
  {
    type: 'response.output_item.added',
    output_index: 0,
    item: { type: 'reasoning', id: 'rs_1', encrypted_content: 'early', summary: [] },
  },
  { type: 'response.reasoning_summary_part.added', item_id: 'rs_1', summary_index: 0 },
  { type: 'response.reasoning_summary_text.delta', item_id: 'rs_1', summary_index: 0, delta: 'Look.' },
  { type: 'response.reasoning_summary_part.done', item_id: 'rs_1', summary_index: 0 },
  {
    type: 'response.output_item.done',
    output_index: 0,
    item: { type: 'reasoning', id: 'rs_1', encrypted_content: 'sealed', summary: [] },
  },
  {
    type: 'response.output_item.added',
    output_index: 1,
    item: { type: 'function_call', id: 'fc_1', call_id: 'call_of_openai', name: 'look', arguments: '' },
  },
  { type: 'response.function_call_arguments.delta', item_id: 'fc_1', output_index: 1, delta: '{"at":1}' },
  {
    type: 'response.output_item.done',
    output_index: 1,
    item: {
      type: 'function_call',
      id: 'fc_1',
      call_id: 'call_of_openai',
      name: 'look',
      arguments: '{"at":1}',
      status: 'completed',
    },
  },
  { type: 'response.completed', response: { usage: { input_tokens: 1, output_tokens: 1 } } },
].map((event) => `data: ${JSON.stringify(event)}\n\n`)

interface Served extends AsyncDisposable {
  readonly url: string
  /** Bodies, in the order they came. */
  readonly requests: unknown[]
  /** Responses that have ended. */
  readonly answered: number
}

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): Promise<Served> {
  const requests: unknown[] = []
  let answered = 0
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.on('finish', () => {
      answered += 1
    })
    requests.push(JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString()))
    await answer(request, response)
  }
  const server = createServer((request, response) => void receive(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    get answered() {
      return answered
    },
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function stream(response: ServerResponse, frames: readonly string[]): void {
  response.writeHead(200, SSE).end(frames.join(''))
}

function chunk(delta: object, finish_reason: string | null = null): string {
  return `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta, finish_reason }] })}\n\n`
}

function gemini(parts: readonly object[], finishReason?: string): string {
  return `data: ${JSON.stringify({ candidates: [{ content: { role: 'model', parts }, finishReason }] })}\n\n`
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Turns of the event loop until it is so; the runner's own time-out ends a wait in vain. */
async function until(so: () => boolean): Promise<void> {
  while (!so()) await turn()
}

function compatible(baseURL: string, options: Partial<AiSdkModelOptions> & { clock?: Clock } = {}): Model {
  const provider = createOpenAICompatible({ name: 'local', baseURL, apiKey: 'hunter2hunter2' })
  return createAiSdkModel({
    model: provider('llama'),
    name: 'local:llama',
    clock: createSystemClock(),
    retryBaseMs: 1,
    secrets: ['hunter2hunter2'],
    ...options,
  })
}

function chat(baseURL: string): Model {
  return createAiSdkModel({
    model: createOpenAI({ baseURL, apiKey: 'k' }).chat('gpt-4o'),
    clock: createSystemClock(),
    maxAttempts: 1,
  })
}

function ask(changes: Partial<ModelRequest> = {}): ModelRequest {
  return {
    instructions: '',
    messages: [{ role: 'user', parts: [{ type: 'text', text: 'hello' }] }],
    tools: [],
    now: 0,
    signal: new AbortController().signal,
    ...changes,
  }
}

/** The conversation after the calls of an answer have all come back. */
function continued(parts: readonly ModelPart[]): readonly ModelMessage[] {
  const calls = parts
    .filter((part) => part.type === 'call')
    .map(({ tool, input, providerCallId }, index) => ({
      callId: `call_${index}`,
      tool,
      input,
      ...(providerCallId === undefined ? {} : { providerCallId }),
    }))
  const providerData = parts.find((part) => part.type === 'finish')?.providerData
  return [
    ...ask().messages,
    { role: 'assistant', text: textOf(parts), calls, ...(providerData === undefined ? {} : { providerData }) },
    {
      role: 'tool',
      results: calls.map(({ callId, tool }) => ({ callId, tool, outcome: 'ok', output: { seen: true } })),
    },
  ]
}

async function collect(model: Model, request: ModelRequest = ask()): Promise<readonly ModelPart[]> {
  return await Array.fromAsync(model.stream(request))
}

async function failure(model: Model, got: ModelPart[] = []): Promise<unknown> {
  try {
    for await (const part of model.stream(ask())) got.push(part)
  } catch (error) {
    return error
  }
  throw new Error('expected the stream to fail')
}

function textOf(parts: readonly ModelPart[]): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.delta] : [])).join('')
}
