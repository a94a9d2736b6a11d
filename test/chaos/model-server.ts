/**
 * A model behind HTTP, as OpenAI-compatible servers are, that says what the last message scripts. The law: which step it
 * is at is read from the request, so that a step that is asked for again is told again.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { chunksOf, type Script, type ScriptedStep } from './plan.ts'

export interface ModelServer extends AsyncDisposable {
  readonly url: string
  /** What was asked of it that no script foresees. */
  readonly surprises: readonly string[]
  /** How often each step was asked for, by `SCRIPT/STEP`. */
  readonly asked: ReadonlyMap<string, number>
}

interface Asked {
  readonly messages: readonly { readonly role: string; readonly content?: unknown }[]
}

export async function startModelServer(): Promise<ModelServer> {
  const surprises: string[] = []
  const asked = new Map<string, number>()
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      // Whoever asked has gone: that is what most of them do here.
      if (!response.destroyed) surprises.push(String(error))
      response.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {})
    const { messages } = (await json(request)) as Asked
    const script = scriptIn(messages)
    const at = stepsSince(messages)
    const step = script?.steps[at]
    if (script === undefined || step === undefined) {
      surprises.push(`step ${at} of ${script?.id ?? 'what is no script'} was asked for`)
      return refuse(response, 400)
    }
    const key = `${script.id}/${at}`
    const times = (asked.get(key) ?? 0) + 1
    asked.set(key, times)
    const { trouble } = step
    const kind = trouble !== null && times <= trouble.times ? trouble.kind : undefined
    // What was refused once is refused again: it is the request that will not do.
    if (trouble?.kind === 'refused') return refuse(response, 400)
    if (kind === 'rate_limited') return refuse(response, 429)
    if (kind === 'overloaded') return refuse(response, 503)
    await tell(response, { script, at, step, breaksBy: kind === 'cut' || kind === 'stall' ? kind : undefined })
  }

  return {
    url: `http://127.0.0.1:${port}/v1`,
    surprises,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Telling {
  readonly script: Script
  readonly at: number
  readonly step: ScriptedStep
  readonly breaksBy: 'cut' | 'stall' | undefined
}

async function tell(response: ServerResponse, { script, at, step, breaksBy }: Telling): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const write = async (delta: object, finish: string | null = null): Promise<void> => {
    const choice = { index: 0, delta, finish_reason: finish }
    const usage = finish === null ? {} : { usage: { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 } }
    const chunk = { id: 'chunk', object: 'chat.completion.chunk', created: 1, model: 'scripted', choices: [choice] }
    if (!response.write(`data: ${JSON.stringify({ ...chunk, ...usage })}\n\n`)) {
      await once(response, 'drain', { signal: gone.signal })
    }
  }

  await write({ role: 'assistant', content: '' })
  const texts = chunksOf(script.id, at, step)
  for (const [index, content] of texts.entries()) {
    await write({ content })
    if (breaksBy !== undefined && index >= texts.length / 2) return breakOff(response, breaksBy, gone.signal)
    if (step.pauseMs > 0) await delay(step.pauseMs, undefined, { signal: gone.signal })
  }
  if (breaksBy === 'cut') return breakOff(response, breaksBy, gone.signal)
  for (const [index, { tool, input }] of step.calls.entries()) {
    const id = step.sameIds ? 'call_1' : `call_${at}_${index}`
    const name = { name: tool, arguments: '' }
    await write({ tool_calls: [{ index, id, type: 'function', function: name }] })
    await write({ tool_calls: [{ index, function: { arguments: JSON.stringify(input) } }] })
  }
  await write({}, step.calls.length > 0 ? 'tool_calls' : 'stop')
  response.end('data: [DONE]\n\n')
}

async function breakOff(response: ServerResponse, by: 'cut' | 'stall', gone: AbortSignal): Promise<void> {
  if (by === 'cut') response.destroy()
  else if (!gone.aborted) await once(gone, 'abort')
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'application/json', 'retry-after-ms': '10' })
  response.end(JSON.stringify({ error: { message: `As scripted: ${status}`, type: 'scripted', code: null } }))
}

/** The last message of a person, or of an agent that called this one. */
function scriptIn(messages: Asked['messages']): Script | undefined {
  const content = messages.findLast(({ role }) => role === 'user')?.content
  const text = Array.isArray(content) ? content.map((part) => String(part?.text ?? '')).join('') : String(content)
  try {
    return JSON.parse(text) as Script
  } catch {
    return undefined
  }
}

function stepsSince(messages: Asked['messages']): number {
  const from = messages.findLastIndex(({ role }) => role === 'user')
  return messages.slice(from).filter(({ role }) => role === 'assistant').length
}
