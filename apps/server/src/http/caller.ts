/**
 * Who sends a request. The law: every route but sign-in, liveness and the console's files asks this first.
 *
 * @module
 */
import type { FastifyRequest } from 'fastify'
import type { Identity } from 'toolcrib/gateway'
import { ServerError } from '../errors.ts'
import type { HttpContext } from './context.ts'
import { Refusal } from './refusal.ts'

/** Somebody who was verified. */
export interface Caller {
  readonly identity: Identity
}

/** @throws {@link Refusal} with the reason's code. */
export async function requireCaller(request: FastifyRequest, { credentials }: HttpContext): Promise<Caller> {
  const changes = request.method !== 'GET' && request.method !== 'HEAD'
  const checked = await credentials.ofRequest(request.raw.headers, { changes })
  if (!checked.ok) throw new Refusal(checked.failure)
  return { identity: checked.identity }
}

/** @throws {@link Refusal}, and {@link ServerError} `OPERATOR_REQUIRED`. */
export async function requireOperator(request: FastifyRequest, context: HttpContext): Promise<Caller> {
  const caller = await requireCaller(request, context)
  const role = context.config.auth.operatorRole
  const { tenant, user, roles } = caller.identity.principal
  if (!roles.includes(role)) {
    context.audit.tally({ kind: 'access_refused', tenant, user, outcome: 'OPERATOR_REQUIRED' })
    throw new ServerError('OPERATOR_REQUIRED', { role })
  }
  return caller
}
