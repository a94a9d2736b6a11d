/**
 * What an operator may ask: one row a question, asked as `GET /v1/operations/<question>?<query>`. The law: each answers
 * within the operator's sight, and nothing here changes anything.
 *
 * @module
 */
import type { HealthQuestion } from './health.ts'

export interface OperationsQuestions {
  readonly health: HealthQuestion
}

export type OperationsQuestion = keyof OperationsQuestions
export type OperationsReply<Q extends OperationsQuestion> = OperationsQuestions[Q]['reply']
