/**
 * Health and metrics. The law: anybody may know whether the server lives; only an operator, how it does, and of runs and
 * scopes only what is in sight.
 *
 * @module
 */
import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { reportScopes } from '../operations/scopes.ts'
import { sightOf } from '../operations/sight.ts'
import { requireOperator } from './caller.ts'
import type { HttpContext } from './context.ts'

export function probeRoutes(app: FastifyInstance, context: HttpContext): void {
  const { config, health, house, metrics } = context

  app.get('/health/live', async (_request, reply) => {
    const live = health.isLive()
    return reply.code(live ? 200 : 503).send({ live })
  })

  app.get('/health/ready', async (_request, reply) => {
    const ready = health.isReady()
    return reply.code(ready ? 200 : 503).send({ ready })
  })

  app.get('/health', async (request) => {
    const { identity } = await requireOperator(request, context)
    const sight = sightOf(identity.principal, config)
    return {
      ...health.details(),
      runs: house.supervisor
        .active()
        .filter(({ owner }) => sight.sees(owner))
        .map(({ runId, agent, startedAt }) => ({ runId, agent, startedAt })),
      scopes: reportScopes(house, sight, { open: 'all' }).app,
    }
  })

  app.get('/metrics', async (request, reply) => {
    if (!config.auth.developmentSignIn && !isScraper(request)) await requireOperator(request, context)
    return reply.type(metrics.contentType).send(await metrics.text())
  })

  function isScraper({ headers }: FastifyRequest): boolean {
    const token = config.auth.metricsToken
    if (token === null || headers.authorization === undefined) return false
    const expected = Buffer.from(`Bearer ${token.reveal()}`)
    const given = Buffer.from(headers.authorization)
    return expected.length === given.length && timingSafeEqual(expected, given)
  }
}
