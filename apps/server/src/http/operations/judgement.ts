/**
 * What would happen if something were offered as tools: posted, because it is long, and it changes nothing. The law: it is
 * taken from operators only, at the pace of commands.
 *
 * @module
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Judgement, JudgementRequest } from 'toolcrib/operations'
import { z } from 'zod'
import { judge } from '../../operations/judgement.ts'
import { requireOperator } from '../caller.ts'
import type { HttpContext } from '../context.ts'
import { parseInput } from '../input.ts'

const requestSchema: z.ZodType<JudgementRequest> = z.strictObject({
  text: z.string().min(1, 'Expected something to judge'),
  trust: z.enum(['code', 'source', 'client']).optional(),
})

export function judgementRoute(app: FastifyInstance, context: HttpContext): void {
  app.post('/v1/operations/judgement', async (request): Promise<Judgement> => {
    const { identity } = await requireOperator(request, context)
    const { text, trust = 'source' } = parseInput(requestSchema, request.body)
    using _place = context.gateway.admit(identity)
    return await judge(context.house, { text, trust, nextTurn: () => nextTurn() })
  })
}
