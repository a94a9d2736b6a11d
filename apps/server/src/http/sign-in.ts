/**
 * Development sign-in: a name, and no proof. The law: it exists only where nobody else can reach it, on this machine and
 * without an issuer.
 *
 * @module
 */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Principal } from 'toolcrib/protocol'
import { z } from 'zod'
import { cookieName } from '../auth/credentials.ts'
import { issueToken } from '../auth/sessions.ts'
import { ServerError } from '../errors.ts'
import type { HttpContext } from './context.ts'
import { parseInput } from './input.ts'
import { createSignInRate } from './sign-in-rate.ts'

const signInSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u, 'expected 1 to 64 letters, digits, spaces and . _ -'),
})

export function signInRoutes(app: FastifyInstance, context: HttpContext): void {
  const { audit, clock, config, sessions, addresses } = context
  const perMinute = config.limits.signInsPerMinute
  const rate = createSignInRate(perMinute, clock)

  const takesNames = sessions !== null && config.auth.developmentSignIn

  app.get('/v1/sign-in', () => ({ byName: takesNames }))

  app.post('/v1/sign-in', async (request, reply) => {
    if (sessions === null || !config.auth.developmentSignIn) throw new ServerError('SIGN_IN_DISABLED', {})
    const { origin } = request.headers
    if (origin !== undefined && !addresses.isAllowedOrigin(origin)) {
      audit.tally({ kind: 'access_refused', outcome: 'ORIGIN_REFUSED' })
      throw new ServerError('ORIGIN_REFUSED', { origin })
    }
    const { name } = parseInput(signInSchema, request.body)
    if (!rate.take()) {
      audit.tally({ kind: 'access_refused', outcome: 'SIGN_INS_LIMIT' })
      throw new ServerError('SIGN_INS_LIMIT', { perMinute })
    }

    const principal = developmentPrincipal(name, config.auth.operatorRole)
    const { sessionTtlMs } = config.limits
    const { token, expiresAt } = await issueToken(sessions.secret, { principal, ttlMs: sessionTtlMs, now: clock.now() })
    audit.record({ kind: 'signed_in', tenant: principal.tenant, user: principal.user })
    setSessionCookie(reply, { token, maxAgeMs: sessionTtlMs, secure: addresses.secure })
    return { token, principal, expiresAt }
  })
}

/** Whoever is on this machine operates it too. */
export function developmentPrincipal(name: string, operatorRole: string): Principal {
  const user = name.normalize('NFKC').toLowerCase().replace(/ +/g, '-')
  return { tenant: 'local', user, name, roles: ['user', operatorRole], scopes: [] }
}

export function setSessionCookie(
  reply: FastifyReply,
  { token, maxAgeMs, secure }: { readonly token: string; readonly maxAgeMs: number; readonly secure: boolean },
): void {
  reply.setCookie(cookieName(secure), token, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure,
    maxAge: Math.floor(maxAgeMs / 1_000),
  })
}
