/** What operators may ask, one file a question. The law: every one of these routes needs the role. @module */
import type { FastifyInstance } from 'fastify'
import type { HttpContext } from './context.ts'
import { healthQuestion } from './operations/health.ts'

export function operationsRoutes(app: FastifyInstance, context: HttpContext): void {
  healthQuestion(app, context)
}
