/** The tools of the house, one tool with all that is known of it, and what was refused. @module */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { reportRegistry, reportTool } from '../../operations/registry.ts'
import type { HttpContext } from '../context.ts'
import { answerQuestion } from './question.ts'

const maxNameChars = 64

export function registryQuestion(app: FastifyInstance, context: HttpContext): void {
  answerQuestion(app, context, 'registry', {
    schema: z.strictObject({}),
    answer: ({ sight }) => reportRegistry(context.house, sight),
  })
  answerQuestion(app, context, 'tool', {
    schema: z.strictObject({ name: z.string().max(maxNameChars) }),
    answer: async ({ query, sight }) => ({ tools: await reportTool(context.house, sight, query.name) }),
  })
}
