/** What of a running server its operators look at. Everything is handed in: a question opens nothing and owns nothing. @module */
import type { Tool } from 'toolcrib'
import type { Agent, Clock, Supervisor } from 'toolcrib/agent'
import type { Gateway, Limits } from 'toolcrib/gateway'
import type { DefinedPolicy } from 'toolcrib/policy'
import type { Registry } from 'toolcrib/registry'
import type { Metrics } from '../metrics.ts'
import type { HouseRecord } from './house-record.ts'

export interface House {
  readonly registry: Registry<Tool>
  readonly record: HouseRecord
  readonly policy: DefinedPolicy
  readonly agents: readonly Agent[]
  readonly gateway: Pick<Gateway, 'connections'>
  readonly supervisor: Pick<Supervisor, 'active'>
  readonly metrics: Pick<Metrics, 'callsByTool'>
  readonly clock: Clock
  readonly limits: Limits
}
