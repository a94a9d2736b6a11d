/**
 * How the server does: whether it lives, whether it takes work, and why not. The law: a state is never told without its
 * reasons, and each can be reached.
 *
 * @module
 */

import type { Tool } from 'toolcrib'
import type { Store } from 'toolcrib/agent'
import type { Gateway } from 'toolcrib/gateway'
import type { Registry } from 'toolcrib/registry'
import type { EventLoopLag } from './metrics/event-loop-lag.ts'
import type { Audit } from './operations/audit.ts'
import type { StrayFaults } from './stray-faults.ts'

export type HealthState = 'healthy' | 'degraded' | 'unhealthy'
export type Phase = 'starting' | 'serving' | 'draining' | 'closed'

export interface ComponentHealth {
  readonly state: HealthState
  readonly reasons: readonly string[]
}

export interface HealthDetails {
  readonly state: HealthState
  readonly phase: Phase
  readonly live: boolean
  readonly ready: boolean
  readonly version: string
  readonly node: string
  readonly model: string
  readonly uptimeMs: number
  readonly components: {
    readonly store: ComponentHealth
    readonly registry: ComponentHealth
    readonly model: ComponentHealth
    readonly eventLoop: ComponentHealth
    readonly strayFaults: ComponentHealth
    readonly audit: ComponentHealth
  }
  readonly connections: ReturnType<Gateway['metrics']>['connections']
  readonly registry: ReturnType<Registry<Tool>['metrics']>
}

export interface HealthCheck {
  /** False: only a restart can help. */
  isLive(): boolean
  /** False: send new work elsewhere. */
  isReady(): boolean
  state(): HealthState
  components(): HealthDetails['components']
  /** It names nobody; for operators all the same. */
  details(): HealthDetails
}

export interface HealthOptions {
  readonly store: Pick<Store, 'health'>
  readonly registry: Registry<Tool>
  readonly gateway: Gateway
  readonly lag: EventLoopLag
  readonly modelState: () => ComponentHealth
  readonly strayFaults: StrayFaults
  readonly audit: Pick<Audit, 'health'>
  readonly phase: () => Phase
  readonly monotonic: () => number
  readonly version: string
  readonly model: string
}

const maxLagMs = 250

export function createHealth(options: HealthOptions): HealthCheck {
  const { store, registry, gateway, lag, modelState, strayFaults, audit, phase, monotonic, version, model } = options
  const startedAt = monotonic()

  const components = (): HealthDetails['components'] => ({
    store: store.health(),
    registry: registryHealth(registry),
    model: modelState(),
    eventLoop: lagHealth(lag),
    strayFaults: strayFaults.health(),
    audit: audit.health(),
  })
  const state = (): HealthState => worst(Object.values(components()))
  // What closes during a shutdown closes on purpose.
  const isLive = (): boolean => phase() === 'draining' || (phase() !== 'closed' && state() !== 'unhealthy')
  const isReady = (): boolean => phase() === 'serving' && state() !== 'unhealthy'

  return {
    isLive,
    isReady,
    state,
    components,
    details: () => ({
      state: state(),
      phase: phase(),
      live: isLive(),
      ready: isReady(),
      version,
      node: process.version,
      model,
      uptimeMs: Math.round(monotonic() - startedAt),
      components: components(),
      connections: gateway.metrics().connections,
      registry: registry.metrics(),
    }),
  }
}

function registryHealth(registry: Registry<Tool>): ComponentHealth {
  const { state, reasons } = registry.health()
  return { state, reasons: reasons.map(({ code, message }) => `${code}: ${message}`) }
}

function lagHealth(lag: EventLoopLag): ComponentHealth {
  const { p99Ms } = lag.last()
  if (p99Ms <= maxLagMs) return { state: 'healthy', reasons: [] }
  return { state: 'degraded', reasons: [`The event loop is late by ${Math.round(p99Ms)} ms (99th percentile)`] }
}

function worst(components: readonly ComponentHealth[]): HealthState {
  if (components.some(({ state }) => state === 'unhealthy')) return 'unhealthy'
  return components.some(({ state }) => state === 'degraded') ? 'degraded' : 'healthy'
}
