/**
 * A thread's log over HTTP: a page as JSON, or all of it and then live as Server-Sent Events. The law: the same events
 * with the same sequence numbers as over a socket, and a stream lasts no longer than the credentials.
 *
 * @module
 */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { GatewayError } from 'toolcrib/gateway'
import type { LoggedEvent } from 'toolcrib/protocol'
import { z } from 'zod'
import { type Caller, requireCaller } from './caller.ts'
import type { HttpContext } from './context.ts'
import { parseInput } from './input.ts'
import { Refusal } from './refusal.ts'

const maxPageEvents = 500
const reconnectMs = 1_000

const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'expected a whole number')
  .transform(Number)

const rangeSchema = z
  .strictObject({
    after: wholeNumber.optional(),
    before: wholeNumber.pipe(z.int().min(1)).optional(),
    limit: z
      .string()
      .regex(/^\d{1,3}$/, `expected a whole number from 1 to ${maxPageEvents}`)
      .transform(Number)
      .pipe(z.int().min(1).max(maxPageEvents))
      .default(maxPageEvents),
  })
  .refine(({ after, before }) => after === undefined || before === undefined, {
    path: ['before'],
    message: 'expected only one of `after` and `before`',
  })

/** A stream begins somewhere and goes on: it has no other end. */
const streamSchema = z.strictObject({ after: wholeNumber.default(0) })

const lastEventIdSchema = z.object({ 'last-event-id': wholeNumber })

interface WithId {
  readonly Params: { readonly id: string }
}

export function eventRoutes(app: FastifyInstance, context: HttpContext): void {
  app.get<WithId>('/v1/threads/:id/events', async (request, reply) => {
    const caller = await requireCaller(request, context)
    const { identity } = caller
    const threadId = request.params.id
    if (wantsStream(request)) {
      const { after } = parseInput(streamSchema, request.query)
      return stream(reply, { context, caller, threadId, after: lastEventId(request) ?? after })
    }
    const { after = 0, before, limit } = parseInput(rangeSchema, request.query)
    if (before !== undefined) return context.gateway.execute(identity, { type: 'thread.read', threadId, before, limit })
    using _place = context.gateway.admit(identity)
    const events = await context.supervisor.readEvents(identity.principal, threadId, { after, limit })
    if (events.length === 0 && after > 0) await checkCursor(context, { caller, threadId, after })
    return { events }
  })
}

interface Cursor {
  readonly caller: Caller
  readonly threadId: string
  readonly after: number
}

interface StreamOptions extends Cursor {
  readonly context: HttpContext
}

/** @throws {@link GatewayError} `AFTER_AHEAD`, and AgentError `NOT_FOUND`. */
async function checkCursor({ supervisor }: HttpContext, { caller, threadId, after }: Cursor): Promise<void> {
  const { thread } = await supervisor.openThread(caller.identity.principal, threadId)
  if (after > thread.lastSeq) throw new GatewayError('AFTER_AHEAD', { after, lastSeq: thread.lastSeq })
}

async function stream(reply: FastifyReply, { context, caller, threadId, after }: StreamOptions): Promise<void> {
  const { clock, config, gateway } = context
  const { identity } = caller
  // Refused while it still can be an HTTP answer: too fast, a foreign thread, too many readers, draining.
  {
    using _command = gateway.admit(identity)
    await checkCursor(context, { caller, threadId, after })
  }
  const place = gateway.reserve(identity.principal, { for: 'stream' })
  if (!place.ok) throw new Refusal({ code: place.code, message: place.message, retry: 'later' })

  using _place = place
  const ended = new AbortController()
  const end = (): void => ended.abort()
  reply.hijack()
  const response = reply.raw
  response.once('close', end)
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) response.setHeader(name, value)
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })
  response.write(`retry: ${reconnectMs}\n\n`)
  using _heartbeat = every(clock, config.limits.sseHeartbeatMs, () => {
    // Who does not read has not missed it, and must not pile them up here.
    if (!response.writableNeedDrain) response.write(': still here\n\n')
  })

  try {
    for await (const event of gateway.follow(identity, threadId, { after, signal: ended.signal })) {
      if (!response.write(encode(event))) await drained(response, ended.signal)
    }
  } catch (error) {
    context.log.warn({ err: error, threadId }, 'a stream of events ended early')
  } finally {
    response.off('close', end)
    response.end()
  }
}

/** `event` is left to its default, so that `onmessage` gets all of them; their type is inside. */
function encode({ seq, at, event }: LoggedEvent): string {
  return `id: ${seq}\ndata: ${JSON.stringify({ seq, at, event })}\n\n`
}

async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  if (signal.aborted || response.destroyed) return
  await once(response, 'drain', { signal }).catch(() => {})
}

function every(clock: HttpContext['clock'], intervalMs: number, run: () => void): Disposable {
  let timer = clock.setTimeout(beat, intervalMs)
  function beat(): void {
    run()
    timer = clock.setTimeout(beat, intervalMs)
  }
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() }
}

function wantsStream(request: FastifyRequest): boolean {
  return request.method === 'GET' && request.headers.accept?.includes('text/event-stream') === true
}

function lastEventId(request: FastifyRequest): number | undefined {
  const value = request.headers['last-event-id']
  return value === undefined ? undefined : parseInput(lastEventIdSchema, { 'last-event-id': value })['last-event-id']
}
