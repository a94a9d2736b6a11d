/**
 * Who am I, a ticket for a socket, and the end of a session. The law: a sign-out lasts, and closes what was held open.
 *
 * @module
 */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { cookieName } from '../auth/credentials.ts'
import { ServerError } from '../errors.ts'
import { requireCaller } from './caller.ts'
import type { HttpContext } from './context.ts'
import { parseInput } from './input.ts'

const signOutSchema = z.strictObject({ everywhere: z.boolean().default(false) }).nullish()

export function sessionRoutes(app: FastifyInstance, context: HttpContext): void {
  const { addresses, audit, config, revocations, tickets } = context

  app.get('/v1/me', async (request) => {
    const { identity } = await requireCaller(request, context)
    const { principal, expiresAt } = identity
    return { principal, expiresAt, operator: principal.roles.includes(config.auth.operatorRole) }
  })

  app.post('/v1/tickets', async (request, reply) => {
    const { identity } = await requireCaller(request, context)
    return reply.code(201).send(tickets.issue(identity))
  })

  app.post('/v1/sign-out', async (request, reply) => {
    const { identity } = await requireCaller(request, context)
    const { tokenId, expiresAt } = identity
    const { tenant, user } = identity.principal
    const everywhere = parseInput(signOutSchema, request.body)?.everywhere === true
    if (everywhere) {
      await revocations.add({ tenant, user, tokenId: null })
    } else if (tokenId === undefined) {
      throw new ServerError('TOKEN_WITHOUT_ID', {})
    } else {
      await revocations.add({ tenant, user, tokenId, expiresAt })
    }
    audit.record({ kind: 'signed_out', tenant, user, facts: { everywhere } })
    const { secure } = addresses
    reply.clearCookie(cookieName(secure), { path: '/', httpOnly: true, sameSite: 'strict', secure })
    return reply.code(204).send()
  })
}
