/** What operators may ask, one file a question. The law: every one of these routes needs the role. @module */
import type { FastifyInstance } from 'fastify'
import type { HttpContext } from './context.ts'
import { auditRoutes } from './operations/audit.ts'
import { healthQuestion } from './operations/health.ts'
import { judgementRoute } from './operations/judgement.ts'
import { limitsQuestion } from './operations/limits.ts'
import { nowQuestion } from './operations/now.ts'
import { registryQuestion } from './operations/registry.ts'
import { runQuestions } from './operations/runs.ts'
import { scopesQuestion } from './operations/scopes.ts'

export function operationsRoutes(app: FastifyInstance, context: HttpContext): void {
  auditRoutes(app, context)
  healthQuestion(app, context)
  limitsQuestion(app, context)
  nowQuestion(app, context)
  registryQuestion(app, context)
  scopesQuestion(app, context)
  judgementRoute(app, context)
  runQuestions(app, context)
}
