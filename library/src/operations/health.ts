/** How the server does, check by check, and how it did. Types only. @module */

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
  /** The server's time. */
  readonly at: number
  readonly uptimeMs: number
  readonly components: readonly ComponentReport[]
}

export interface ComponentReport {
  readonly name: string
  readonly state: HealthWord
  /** Empty when healthy. */
  readonly reasons: readonly string[]
  /** What is checked, in a sentence. */
  readonly about: string
  /** What an operator can do when it is not healthy. */
  readonly advice: string
  /** The section of docs/operations.md that says more. */
  readonly section: string
  /** Oldest first, the last one lasts. */
  readonly history: readonly HealthChange[]
  /** There were changes before these, which are not kept any more. */
  readonly more: boolean
}

export interface HealthChange {
  readonly state: HealthWord
  /** Since when, as the server's clock said then. */
  readonly at: number
  /** How long it lasted, or has lasted until now. */
  readonly lastedMs: number
  /** All that were given while it lasted, the latest last; of many, the latest. */
  readonly reasons: readonly string[]
}
