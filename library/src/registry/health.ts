/** The registry's health. The law: each state has its reasons, and each can be reached and left again. @module */

import type { Entry } from './entry.ts'
import type { Ledger } from './ledger.ts'
import type { ScopeNode } from './node.ts'

export type HealthState = 'healthy' | 'degraded' | 'unhealthy'

export interface RegistryHealth {
  readonly state: HealthState
  /** Empty when healthy; the worst first. */
  readonly reasons: readonly HealthReason[]
}

export interface HealthReason {
  readonly code: HealthCode
  readonly state: 'degraded' | 'unhealthy'
  readonly message: string
  readonly count: number
  /** Up to ten of the scopes concerned, the latest last. */
  readonly paths: readonly string[]
}

export type HealthCode =
  | 'REGISTRY_CLOSED'
  | 'CLOSE_OVERDUE'
  | 'SCOPES_LEAKED'
  | 'CLEANUP_FAILED'
  | 'FACTORY_FAILING'
  | 'RULES_NOT_ENFORCED'
  | 'AUDIT_DROPPED'
  | 'LISTENER_FAILING'
  | 'TOO_MANY_SCOPES'

/** Things that happened: each degrades for `windowMs` after it happened last. `count` is that since the start. */
const happenings: Readonly<Partial<Record<HealthCode, string>>> = {
  SCOPES_LEAKED: 'Scopes were dropped without being closed; find who opened them and close them',
  CLEANUP_FAILED: 'What a scope owned threw while it was disposed',
  FACTORY_FAILING: 'A factory did not make the entry it was added for',
  RULES_NOT_ENFORCED: 'Entries are held that `enforce` mode would refuse',
  AUDIT_DROPPED: 'A listener of the audit stream is too slow, and lost records',
  LISTENER_FAILING: 'A listener of the audit stream threw',
}

export function assessHealth<T extends Entry>(root: ScopeNode<T>): RegistryHealth {
  const { options, ledger, clock } = root.tree
  const { maxOpenScopes = Number.POSITIVE_INFINITY, windowMs = 300_000 } = options.health ?? {}
  const reasons: HealthReason[] = []
  if (root.phase !== 'open') {
    reasons.push(reason('REGISTRY_CLOSED', 'unhealthy', `The registry is closed: ${root.closeReason}`, 1, [root.path]))
  }
  const overdue = ledger.resourcesOverdue
  if (overdue > 0) {
    const message = `${overdue} closed beyond their deadline and are still open`
    reasons.push(reason('CLOSE_OVERDUE', 'unhealthy', message, overdue, pathsOf(ledger, 'CLOSE_OVERDUE')))
  }
  const since = clock.now() - windowMs
  for (const [code, incident] of ledger.incidents) {
    const message = happenings[code]
    if (message && incident.lastAt >= since)
      reasons.push(reason(code, 'degraded', message, incident.count, incident.paths))
  }
  // The root itself is no load.
  const open = ledger.scopes().open - (root.phase === 'closed' ? 0 : 1)
  if (open > maxOpenScopes) {
    const message = `${open} scopes are open, more than ${maxOpenScopes}`
    reasons.push(reason('TOO_MANY_SCOPES', 'degraded', message, open, []))
  }
  const worst = reasons.some(({ state }) => state === 'unhealthy') ? 'unhealthy' : 'degraded'
  return { state: reasons.length === 0 ? 'healthy' : worst, reasons }
}

function reason(
  code: HealthCode,
  state: HealthReason['state'],
  message: string,
  count: number,
  paths: readonly string[],
): HealthReason {
  return { code, state, message, count, paths: [...paths] }
}

function pathsOf(ledger: Ledger, code: HealthCode): readonly string[] {
  return ledger.incidents.get(code)?.paths ?? []
}
