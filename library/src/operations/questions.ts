/**
 * What an operator may ask: one row a question, asked as `GET /v1/operations/<question>?<query>`. The law: each answers
 * within the operator's sight, and nothing here changes anything.
 *
 * @module
 */
import type { AuditQuestion } from './audit.ts'
import type { HealthQuestion } from './health.ts'
import type { LimitsQuestion } from './limits.ts'
import type { NowQuestion } from './now.ts'
import type { RegistryQuestion, ToolQuestion } from './registry.ts'
import type { RunQuestion, RunsQuestion } from './runs.ts'
import type { ScopesQuestion } from './scopes.ts'

export interface OperationsQuestions {
  readonly audit: AuditQuestion
  readonly health: HealthQuestion
  readonly limits: LimitsQuestion
  readonly now: NowQuestion
  readonly registry: RegistryQuestion
  readonly scopes: ScopesQuestion
  readonly tool: ToolQuestion
  readonly runs: RunsQuestion
  readonly run: RunQuestion
}

export type OperationsQuestion = keyof OperationsQuestions
export type OperationsReply<Q extends OperationsQuestion> = OperationsQuestions[Q]['reply']
