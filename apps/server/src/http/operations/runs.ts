/** The list of runs, and a run as its events. @module */
import type { FastifyInstance } from 'fastify'
import type { RunPlace } from 'toolcrib/agent'
import { z } from 'zod'
import { ServerError } from '../../errors.ts'
import { parsePlace } from '../../operations/runs.ts'
import type { HttpContext } from '../context.ts'
import { answerQuestion } from './question.ts'

const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'expected a whole number')
  .transform(Number)
const atMost = (max: number) => wholeNumber.pipe(z.number().min(1).max(max))
const name = z.string().min(1).max(200)

const runsSchema = z.strictObject({
  state: z
    .enum(['working', 'waiting', 'ended', 'completed', 'failed', 'stopped', 'timed_out', 'limit_reached'])
    .optional(),
  agent: name.optional(),
  user: name.optional(),
  id: name.optional(),
  from: wholeNumber.optional(),
  to: wholeNumber.optional(),
  after: z.string().max(300).optional(),
  limit: atMost(200).optional(),
})

const runSchema = z.strictObject({ runId: name, after: wholeNumber.optional(), limit: atMost(1_000).optional() })

export function runQuestions(app: FastifyInstance, context: HttpContext): void {
  const { runs } = context
  answerQuestion(app, context, 'runs', {
    schema: runsSchema,
    answer: ({ query: { after, ...query }, sight }) =>
      runs.list({ ...query, ...(after === undefined ? {} : { after: placeOf(after) }) }, sight),
  })
  answerQuestion(app, context, 'run', {
    schema: runSchema,
    answer: ({ query, sight, operator }) => runs.read(query, { sight, operator }),
  })
}

function placeOf(after: string): RunPlace {
  const place = parsePlace(after)
  if (place !== undefined) return place
  const message = 'expected the `next` of the page before'
  throw new ServerError('REQUEST_INVALID', { issues: [{ path: '/after', message }] })
}
