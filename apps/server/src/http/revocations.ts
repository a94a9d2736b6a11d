/**
 * Calls credentials back: all of a user's, or one token. The law: an operator reaches their own tenant, and no other.
 *
 * @module
 */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Revoking } from '../auth/revocations.ts'
import { requireOperator } from './caller.ts'
import type { HttpContext } from './context.ts'
import { parseInput } from './input.ts'

const id = z.string().min(1).max(256)

const revocationSchema = z.union([z.strictObject({ user: id }), z.strictObject({ tokenId: id })], {
  error: 'expected { "user" } or { "tokenId" }, a text of 1 to 256 characters, and nothing else',
})

export function revocationRoutes(app: FastifyInstance, context: HttpContext): void {
  const { audit, log, revocations } = context

  app.post('/v1/revocations', async (request, reply) => {
    const { identity } = await requireOperator(request, context)
    const { tenant, user: by } = identity.principal
    const asked = parseInput(revocationSchema, request.body)
    const revoking: Revoking =
      'user' in asked ? { tenant, user: asked.user, tokenId: null } : { tenant, user: null, tokenId: asked.tokenId }
    const { at, until } = await revocations.add(revoking)
    const whose = 'user' in asked ? { user: asked.user } : { facts: { tokenId: asked.tokenId } }
    audit.record({ kind: 'credentials_revoked', tenant, by, ...whose })
    log.info({ tenant, by, ...asked }, 'credentials were revoked')
    return reply.code(201).send({ ...asked, at, until })
  })
}
