/**
 * Whether the models answer, as the runs found out: nothing is asked of a provider just to know. The law: what one model
 * does says nothing of another, and nothing that was said is in it, for operators of every tenant are told.
 *
 * @module
 */
import type { Failure, RunOutcome } from 'toolcrib/protocol'
import type { ComponentHealth } from '../health.ts'

/** A run that ended, also one of an agent inside a run. */
export interface EndedRun {
  /** Null: not known. */
  readonly model: string | null
  readonly outcome: RunOutcome
  readonly error?: Failure
}

export interface ModelState {
  ended(run: EndedRun): void
  state(): ComponentHealth
}

/** Their messages quote what was answered, and with it what somebody may have said. */
const quoting: ReadonlySet<string> = new Set(['MODEL_REQUEST_REFUSED', 'MODEL_BAD_RESPONSE'])

/** Degraded from a run that failed by its model until the next one with the same model that does not. */
export function createModelState(): ModelState {
  const reasons = new Map<string, string>()
  return {
    ended({ model, outcome, error }) {
      if (model === null) return
      if (outcome === 'completed') reasons.delete(model)
      else if (error?.code.startsWith('MODEL_') === true) reasons.set(model, reasonOf(model, error))
    },
    state: () =>
      reasons.size === 0 ? { state: 'healthy', reasons: [] } : { state: 'degraded', reasons: [...reasons.values()] },
  }
}

function reasonOf(model: string, { code, message }: Failure): string {
  if (!quoting.has(code)) return `${code}: ${message}`
  return `${code}: "${model}" did not answer as it should; the run that failed by it has its provider's words`
}
