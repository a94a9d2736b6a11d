/** How the server does, for the console's page: the same checks as `GET /health`, and how they went before. @module */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { HealthDetails } from '../../health.ts'
import { healthAdvice } from '../../operations/health-advice.ts'
import type { HttpContext } from '../context.ts'
import { answerQuestion } from './question.ts'

export function healthQuestion(app: FastifyInstance, context: HttpContext): void {
  const { clock, health, healthHistory } = context
  answerQuestion(app, context, 'health', {
    schema: z.strictObject({}),
    answer() {
      healthHistory.note()
      const { state, phase, live, ready, version, node, model, uptimeMs, components } = health.details()
      return {
        state,
        phase,
        live,
        ready,
        version,
        node,
        model,
        at: clock.now(),
        uptimeMs,
        components: (Object.keys(components) as (keyof HealthDetails['components'])[]).map((name) => ({
          name,
          ...components[name],
          ...healthAdvice[name],
          ...healthHistory.of(name),
        })),
      }
    },
  })
}
