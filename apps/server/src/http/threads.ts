/**
 * The commands of a socket, for clients that speak HTTP only. The law: the same parsing, limits and answers; a route adds
 * nothing but the address.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { CommandBody, CommandType } from 'toolcrib/protocol'
import { z } from 'zod'
import { requireCaller } from './caller.ts'
import type { HttpContext } from './context.ts'
import { bodyObject, parseInput } from './input.ts'

interface WithId {
  readonly Params: { readonly id: string }
}

const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'expected a whole number')
  .transform(Number)

const inboxSchema = z.strictObject({ limit: wholeNumber.optional(), after: z.string().optional() })

const listSchema = z.strictObject({
  query: z.string().optional(),
  limit: wholeNumber.optional(),
  before: wholeNumber.optional(),
})

export function threadRoutes(app: FastifyInstance, context: HttpContext): void {
  const { gateway } = context

  app.get('/v1/threads', async (request) => {
    const { identity } = await requireCaller(request, context)
    return gateway.execute(identity, command('thread.list', parseInput(listSchema, request.query)))
  })

  app.post('/v1/threads', async (request, reply) => {
    const { identity } = await requireCaller(request, context)
    const made = await gateway.execute(identity, command('thread.create', bodyObject(request.body)))
    return reply.code(201).send(made)
  })

  app.patch<WithId>('/v1/threads/:id', async (request) => {
    const { identity } = await requireCaller(request, context)
    const body = bodyObject(request.body)
    return gateway.execute(identity, command('thread.rename', { ...body, threadId: request.params.id }))
  })

  app.delete<WithId>('/v1/threads/:id', async (request, reply) => {
    const { identity } = await requireCaller(request, context)
    await gateway.execute(identity, command('thread.delete', { threadId: request.params.id }))
    return reply.code(204).send()
  })

  app.post<WithId>('/v1/threads/:id/messages', async (request, reply) => {
    const { identity } = await requireCaller(request, context)
    const key = request.headers['idempotency-key'] ?? randomUUID()
    const body = { idempotencyKey: key, ...bodyObject(request.body), threadId: request.params.id }
    const sent = await gateway.execute(identity, command('message.send', body))
    return reply.code(sent.duplicate ? 200 : 202).send(sent)
  })

  app.post<WithId>('/v1/runs/:id/stop', async (request, reply) => {
    const { identity } = await requireCaller(request, context)
    const stopped = await gateway.execute(identity, command('run.stop', { runId: request.params.id }))
    return reply.code(202).send(stopped)
  })

  app.get('/v1/approvals', async (request) => {
    const { identity } = await requireCaller(request, context)
    return gateway.execute(identity, command('approval.list', parseInput(inboxSchema, request.query)))
  })

  app.get<WithId>('/v1/approvals/:id', async (request) => {
    const { identity } = await requireCaller(request, context)
    const query = parseInput(z.strictObject({}), request.query)
    return gateway.execute(identity, command('approval.get', { ...query, approvalId: request.params.id }))
  })

  app.post<WithId>('/v1/approvals/:id/check', async (request) => {
    const { identity } = await requireCaller(request, context)
    const body = bodyObject(request.body)
    return gateway.execute(identity, command('approval.check', { ...body, approvalId: request.params.id }))
  })

  app.post<WithId>('/v1/approvals/:id', async (request) => {
    const { identity } = await requireCaller(request, context)
    const body = bodyObject(request.body)
    return gateway.execute(identity, command('approval.answer', { ...body, approvalId: request.params.id }))
  })

  app.get('/v1/usage', async (request) => {
    const { identity } = await requireCaller(request, context)
    return gateway.execute(identity, command('usage.get', parseInput(z.strictObject({}), request.query)))
  })

  app.get('/v1/tools', async (request) => {
    const { identity } = await requireCaller(request, context)
    const { agent } = parseInput(z.strictObject({ agent: z.string().optional() }), request.query)
    return gateway.execute(identity, command('tools.list', { agent }))
  })
}

/** Not parsed yet: the gateway does, as it does with what comes over a socket. */
function command<T extends CommandType>(
  type: T,
  fields: Readonly<Record<string, unknown>>,
): Extract<CommandBody, { readonly type: T }> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(given), type } as unknown as Extract<CommandBody, { readonly type: T }>
}
