/** How the server does, for the console's page: the same checks as `GET /health`. @module */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { HttpContext } from '../context.ts'
import { answerQuestion } from './question.ts'

export function healthQuestion(app: FastifyInstance, context: HttpContext): void {
  answerQuestion(app, context, 'health', {
    schema: z.strictObject({}),
    answer() {
      const { state, phase, live, ready, version, node, model, uptimeMs, components } = context.health.details()
      return {
        ...{ state, phase, live, ready, version, node, model, uptimeMs },
        components: Object.entries(components).map(([name, component]) => ({ name, ...component })),
      }
    },
  })
}
