/**
 * Answers one question of operators. The law: no answer without the role, no query that was not parsed, no sight beyond
 * the operator's own.
 *
 * @module
 */
import type { FastifyInstance } from 'fastify'
import type { OperationsQuestion, OperationsQuestions, OperationsReply } from 'toolcrib/operations'
import type { Principal } from 'toolcrib/protocol'
import type { z } from 'zod'
import { type Sight, sightOf } from '../../operations/sight.ts'
import { requireOperator } from '../caller.ts'
import type { HttpContext } from '../context.ts'
import { parseInput } from '../input.ts'

export interface Asked<Q extends OperationsQuestion> {
  readonly query: OperationsQuestions[Q]['query']
  readonly sight: Sight
  readonly operator: Principal
}

export interface Answering<Q extends OperationsQuestion> {
  /** Of the query as it stands in the address: every value is a text. */
  readonly schema: z.ZodType<OperationsQuestions[Q]['query']>
  readonly answer: (asked: Asked<Q>) => OperationsReply<Q> | Promise<OperationsReply<Q>>
}

export function answerQuestion<Q extends OperationsQuestion>(
  app: FastifyInstance,
  context: HttpContext,
  question: Q,
  { schema, answer }: Answering<Q>,
): void {
  app.get(`/v1/operations/${question}`, async (request): Promise<OperationsReply<Q>> => {
    const { identity } = await requireOperator(request, context)
    const query = parseInput(schema, request.query)
    return answer({ query, sight: sightOf(identity.principal, context.config), operator: identity.principal })
  })
}
