/** A scope as plain data. The law: the answer is bounded, whatever is open. @module */

import type { Entry } from './entry.ts'
import type { ScopeNode } from './node.ts'
import type { ScopeSnapshot } from './registry.ts'

/** Takes at most `budget.left` scopes, counting itself. */
export function snapshotNode<T extends Entry>(node: ScopeNode<T>, budget: { left: number }): ScopeSnapshot {
  budget.left -= 1
  const children: ScopeSnapshot[] = []
  let omitted = 0
  for (const child of node.below ?? []) {
    if (budget.left > 0) children.push(snapshotNode(child, budget))
    else omitted += 1
  }
  return {
    name: node.name,
    kind: node.kind,
    path: node.path,
    ageMs: Math.max(0, node.tree.clock.now() - node.openedAt),
    frozen: node.frozen,
    entries: [...(node.shelf?.byName.keys() ?? [])].sort(),
    resources: node.holdings?.owned.size ?? 0,
    children,
    omitted,
  }
}
