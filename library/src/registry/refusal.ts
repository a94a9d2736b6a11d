/** Makes and records verdicts. The law: no verdict is given that is not counted and told. @module */

import { emit } from './audit.ts'
import type { Entry } from './entry.ts'
import { type RegistryCode, RegistryError, registryCatalogue } from './errors.ts'
import type { ScopeNode } from './node.ts'
import type { Verdict, VerdictCode } from './verdict.ts'

/** Why something was refused; the rest of its verdict is known by the scope. */
export interface Refusal extends Pick<Verdict, 'kind' | 'where' | 'existing' | 'existingName' | 'existingPath'> {
  readonly code: VerdictCode
  readonly name?: string | undefined
  readonly found: string
  readonly cause: string
  readonly fix: string
}

/** A refusal of this layer, with the catalogue's advice. */
export function refusal(
  code: RegistryCode,
  facts: Omit<Refusal, 'code' | 'fix'> & { readonly fix?: string | undefined },
): Refusal {
  return { ...facts, code, fix: facts.fix ?? registryCatalogue[code][1] }
}

export function closedRefusal<T extends Entry>(node: ScopeNode<T>, doing: string): Refusal {
  return refusal('SCOPE_CLOSED', {
    found: `${doing} on a scope that is ${node.phase}`,
    cause: `The scope was closed: ${node.closeReason}.`,
  })
}

/** Counts a verdict and tells the audit stream. */
export function recordVerdict<T extends Entry>(node: ScopeNode<T>, facts: Omit<Verdict, 'path' | 'at'>): Verdict {
  const verdict: Verdict = Object.freeze({ ...facts, path: node.path, at: node.tree.clock.now() })
  node.tree.ledger.countVerdict(verdict)
  emit(node, { type: 'verdict', verdict })
  return verdict
}

/** @throws {@link RegistryError} `SCOPE_CLOSED`, recorded, unless the scope is open. */
export function assertOpen<T extends Entry>(node: ScopeNode<T>, doing: string): void {
  if (node.phase !== 'open') throw refused(node, closedRefusal(node, doing))
}

export function refused<T extends Entry>(node: ScopeNode<T>, why: Refusal): RegistryError {
  return new RegistryError(recordVerdict(node, { verdict: 'refused', ...why }))
}
