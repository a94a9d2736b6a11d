/** The registry's health. The law: each state has its reasons, and each can be reached. @module */

export type HealthState = 'healthy' | 'degraded' | 'unhealthy'

export interface RegistryHealth {
  readonly state: HealthState
  /** Empty when healthy; the worst first. */
  readonly reasons: readonly HealthReason[]
}

export interface HealthReason {
  readonly code:
    | 'REGISTRY_CLOSED'
    | 'CLOSE_OVERDUE'
    | 'SCOPES_LEAKED'
    | 'CLEANUP_FAILED'
    | 'FACTORY_FAILING'
    | 'RULES_NOT_ENFORCED'
    | 'AUDIT_DROPPED'
    | 'LISTENER_FAILING'
    | 'TOO_MANY_SCOPES'
  readonly state: 'degraded' | 'unhealthy'
  readonly message: string
  readonly count: number
  /** Up to ten of the scopes concerned, the latest last. */
  readonly paths: readonly string[]
}
