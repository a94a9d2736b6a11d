/**
 * Who am I, a ticket for a socket, and the end of a session. The law: a sign-out lasts, and closes what the session had open.
 *
 * @module
 */
import type { FastifyInstance } from 'fastify'
import { cookieName } from '../auth/credentials.ts'
import { requireCaller } from './caller.ts'
import type { HttpContext } from './context.ts'

export function sessionRoutes(app: FastifyInstance, context: HttpContext): void {
  const { addresses, sessions, sockets, tickets } = context

  app.get('/v1/me', async (request) => {
    const { identity } = await requireCaller(request, context)
    return { principal: identity.principal, expiresAt: identity.expiresAt }
  })

  app.post('/v1/tickets', async (request, reply) => {
    const issued = tickets.issue(await requireCaller(request, context))
    return reply.code(201).send(issued)
  })

  app.post('/v1/sign-out', async (request, reply) => {
    const { identity, sessionId } = await requireCaller(request, context)
    if (sessions !== null && sessionId !== undefined) {
      await sessions.signedOut.add(identity.principal, { tokenId: sessionId, expiresAt: identity.expiresAt })
      sockets.close(sessionId)
    }
    const { secure } = addresses
    reply.clearCookie(cookieName(secure), { path: '/', httpOnly: true, sameSite: 'strict', secure })
    return reply.code(204).send()
  })
}
