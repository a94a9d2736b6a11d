/**
 * What the routes work with. Everything is handed in: a route opens nothing and owns nothing.
 *
 * @module
 */
import type { AuditStore, Clock, Supervisor } from 'toolcrib/agent'
import type { Gateway } from 'toolcrib/gateway'
import type { AddressRules } from '../auth/addresses.ts'
import type { Credentials } from '../auth/credentials.ts'
import type { RevocationList } from '../auth/revocations.ts'
import type { Tickets } from '../auth/tickets.ts'
import type { Secret } from '../config/secret.ts'
import type { ServerConfig } from '../config.ts'
import type { HealthCheck, Phase } from '../health.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Audit } from '../operations/audit.ts'
import type { HealthHistory } from '../operations/health-history.ts'
import type { House } from '../operations/house.ts'
import type { LimitsReporter } from '../operations/limits.ts'
import type { Readings } from '../operations/readings.ts'
import type { Runs } from '../operations/runs.ts'
import type { WaitingRuns } from '../operations/waiting-runs.ts'
import type { Uploads } from './uploads.ts'

export interface HttpContext {
  readonly config: ServerConfig
  readonly supervisor: Supervisor
  readonly gateway: Gateway
  readonly credentials: Credentials
  readonly tickets: Tickets
  readonly addresses: AddressRules
  readonly revocations: RevocationList
  /** Null when an issuer is configured: there is nothing to sign in to here. */
  readonly sessions: { readonly secret: Secret } | null
  readonly house: House
  readonly health: HealthCheck
  readonly metrics: Metrics
  /** What the house puts on record. */
  readonly audit: Audit
  /** Reads across owners: only for what asks for the role, and within the operator's sight. */
  readonly auditStore: Pick<AuditStore, 'list'>
  /** For operators: reads across owners. */
  readonly runs: Runs
  readonly healthHistory: HealthHistory
  readonly readings: Readings
  readonly uploads: Uploads
  readonly limits: LimitsReporter
  readonly waitingRuns: WaitingRuns
  readonly phase: () => Phase
  readonly clock: Clock
  readonly log: Log
  /** Where the built console lies. */
  readonly consoleFolder: string
}
