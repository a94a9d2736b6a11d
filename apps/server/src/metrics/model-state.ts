/**
 * Whether the models answer, as the runs found out: nothing is asked of a provider just to know.
 *
 * @module
 */
import type { LoggedEvent } from 'toolcrib/protocol'
import type { ComponentHealth } from '../health.ts'

export interface ModelState {
  observe(event: LoggedEvent['event']): void
  state(): ComponentHealth
}

/** Degraded from a run that failed by its model until the next one that does not. */
export function createModelState(): ModelState {
  let reason: string | undefined
  return {
    observe(event) {
      if (event.type !== 'agent_completed') return
      if (event.outcome === 'completed') reason = undefined
      else if (event.error?.code.startsWith('MODEL_') === true) reason = `${event.error.code}: ${event.error.message}`
    },
    state: () => (reason === undefined ? { state: 'healthy', reasons: [] } : { state: 'degraded', reasons: [reason] }),
  }
}
