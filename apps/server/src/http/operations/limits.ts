/** Every limit: what it is, what is used of it, and how often it refused. @module */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { HttpContext } from '../context.ts'
import { answerQuestion } from './question.ts'

export function limitsQuestion(app: FastifyInstance, context: HttpContext): void {
  answerQuestion(app, context, 'limits', {
    schema: z.strictObject({}),
    answer: ({ sight }) => context.limits.report(sight),
  })
}
