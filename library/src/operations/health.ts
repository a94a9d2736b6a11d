/** How the server does, check by check. Types only. @module */

export interface HealthQuestion {
  readonly query: Record<never, never>
  readonly reply: HealthReport
}

export type HealthWord = 'healthy' | 'degraded' | 'unhealthy'

export interface HealthReport {
  readonly state: HealthWord
  readonly phase: 'starting' | 'serving' | 'draining' | 'closed'
  readonly live: boolean
  readonly ready: boolean
  readonly version: string
  readonly node: string
  readonly model: string
  readonly uptimeMs: number
  readonly components: readonly ComponentReport[]
}

export interface ComponentReport {
  readonly name: string
  readonly state: HealthWord
  /** Empty when healthy. */
  readonly reasons: readonly string[]
}
