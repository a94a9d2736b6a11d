/** How the house does this second, and the quarter of an hour before. @module */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { HttpContext } from '../context.ts'
import { answerQuestion } from './question.ts'

const maxCursorChars = 64

export function nowQuestion(app: FastifyInstance, context: HttpContext): void {
  const { readings, waitingRuns } = context
  answerQuestion(app, context, 'now', {
    schema: z.strictObject({ after: z.string().max(maxCursorChars).optional() }),
    answer: async ({ query: { after } }) => ({ ...readings.read(after), waiting: await waitingRuns.read() }),
  })
}
