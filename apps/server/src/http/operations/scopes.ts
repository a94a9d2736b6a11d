/** What is open, what closed lately, and what leaked. @module */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { maxListedScopes, reportScopes } from '../../operations/scopes.ts'
import type { HttpContext } from '../context.ts'
import { answerQuestion } from './question.ts'

/** Ids of scopes; a page that has more open than this lists them by what it looks for. */
const maxOpenChars = 8_000
const maxFindChars = 200

export function scopesQuestion(app: FastifyInstance, context: HttpContext): void {
  answerQuestion(app, context, 'scopes', {
    schema: z.strictObject({
      open: z
        .string()
        .max(maxOpenChars)
        .regex(/^(?:all|[\d,]*)$/, 'Expected ids joined by commas, or "all"')
        .optional(),
      find: z.string().max(maxFindChars).optional(),
      most: z.coerce.number().int().min(1).max(maxListedScopes).optional(),
    }),
    answer: ({ query, sight }) => reportScopes(context.house, sight, query),
  })
}
