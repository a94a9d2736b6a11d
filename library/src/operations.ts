/** What an operator may ask of a server, and the client that asks it: `toolcrib/operations`. Safe in browsers. @module */

export type { AuditFilters, AuditQuestion, SeenAuditEntry } from './operations/audit.ts'
export { createOperationsClient, type OperationsClient, type OperationsClientOptions } from './operations/client.ts'
export type { ComponentReport, HealthChange, HealthQuestion, HealthReport, HealthWord } from './operations/health.ts'
export type { CandidateForm, JudgedCandidate, Judgement, JudgementRequest } from './operations/judgement.ts'
export { addLatencies, type LatencyCounts, latencyBucket, latencyQuantile } from './operations/latency.ts'
export type {
  BudgetReport,
  LimitGroup,
  LimitReport,
  LimitsQuestion,
  LimitsReport,
  LimitUse,
} from './operations/limits.ts'
export type { LatencyName, ModelErrorCount, NowQuestion, NowReading, NowReport, Tally } from './operations/now.ts'
export type { OperationsQuestion, OperationsQuestions, OperationsReply } from './operations/questions.ts'
export type {
  CandidateTrust,
  CodePlace,
  RecordedVerdict,
  RegistryQuestion,
  RegistryReport,
  ToolDetail,
  ToolQuestion,
  ToolRow,
} from './operations/registry.ts'
export type { RunQuestion, RunSummary, RunSummaryState, RunsQuestion, RunUse } from './operations/runs.ts'
export type {
  ClosedScope,
  ConnectionFacts,
  LeakedScope,
  RunFacts,
  ScopeKindCounts,
  ScopeReport,
  ScopesQuestion,
  ScopesReport,
} from './operations/scopes.ts'
