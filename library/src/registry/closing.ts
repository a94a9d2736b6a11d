/**
 * Closing a scope. The law: what is new is refused at once; then the scopes below close, then what is owned, newest
 * first, once, past failures, inside the deadline; and the report tells the truth. @module
 */

import { emit, endSubscriptions } from './audit.ts'
import { createDeadline, type Deadline } from './deadline.ts'
import type { Entry } from './entry.ts'
import { disposeHolding, type Holdings } from './holdings.ts'
import type { ScopeNode } from './node.ts'
import type { CloseReport } from './registry.ts'
import { takeHeld } from './shelf.ts'

interface Tally {
  scopes: number
  closed: number
  readonly failed: CloseReport['failed'][number][]
  readonly overdue: CloseReport['overdue'][number][]
}

const nothingToClose: Pick<CloseReport, keyof Tally> = Object.freeze({
  scopes: 1,
  closed: 0,
  failed: Object.freeze([]),
  overdue: Object.freeze([]),
})

/** Closes once; every further call answers with the promise of the first. */
export function closeNode<T extends Entry>(
  node: ScopeNode<T>,
  reason: string,
  within?: Deadline,
): Promise<CloseReport> {
  if (node.closing) return node.closing
  const closing = Promise.withResolvers<CloseReport>()
  const startedAt = node.tree.clock.now()
  node.closing = closing.promise
  // Before anybody is told: a listener must not add to a scope below that is about to go.
  if (node.phase === 'open') refuseNew(node, reason)
  node.tree.finalizers.unregister(node)
  withdrawAll(node)
  if (!node.below?.size && !node.holdings) {
    closing.resolve(finishClose(node, reason, startedAt, nothingToClose))
  } else {
    const tally: Tally = { scopes: 1, closed: 0, failed: [], overdue: [] }
    void closeParts(node, reason, tally, within).then(() =>
      closing.resolve(finishClose(node, reason, startedAt, tally)),
    )
  }
  return closing.promise
}

function refuseNew<T extends Entry>(node: ScopeNode<T>, reason: string): void {
  node.phase = 'closing'
  node.closeReason = reason
  for (const child of node.below ?? []) if (child.phase === 'open') refuseNew(child, reason)
}

/** Counts, names and closes a scope whose handle is gone, and those below it, whose handles kept it alive till now. */
export function closeLeaked<T extends Entry>(node: ScopeNode<T>): void {
  if (node.phase !== 'open') return
  tellLeaked(node)
  void closeNode(node, 'it was dropped without being closed')
}

async function closeParts<T extends Entry>(
  node: ScopeNode<T>,
  reason: string,
  tally: Tally,
  within: Deadline | undefined,
): Promise<void> {
  const { clock } = node.tree
  const endsAt = clock.now() + node.closeDeadlineMs
  const isBounded = within !== undefined && within.endsAt <= endsAt
  const deadline = isBounded ? within : createDeadline(clock, endsAt)
  try {
    // First, because what is below may be waiting for them, and this scope waits for both.
    for (const { ending } of node.holdings?.making.values() ?? []) ending.abort(new Error('The scope closed'))
    // Each starts to close in this very tick: none of them takes anything new from here on.
    const below = Array.from(node.below ?? [], (child) => closeBelow(child, reason, deadline, tally))
    await Promise.all(below)
    if (node.holdings) await closeHoldings(node, node.holdings, deadline, tally)
  } finally {
    if (!isBounded) deadline[Symbol.dispose]()
  }
}

async function closeBelow<T extends Entry>(
  child: ScopeNode<T>,
  reason: string,
  deadline: Deadline,
  tally: Tally,
): Promise<void> {
  const isJoined = child.closing !== undefined
  const closing = closeNode(child, reason, deadline)
  // One that was closing already keeps its own, perhaps later, deadline; one that starts now ends by this one.
  if (isJoined && !(await deadline.settles(closing))) {
    tally.overdue.push({ path: child.path, what: 'a scope that was closing before' })
    awaitOverdue(child, closing)
    return
  }
  const report = await closing
  tally.scopes += report.scopes
  tally.closed += report.closed
  tally.failed.push(...report.failed)
  tally.overdue.push(...report.overdue)
}

async function closeHoldings<T extends Entry>(
  node: ScopeNode<T>,
  { owned, making }: Holdings,
  deadline: Deadline,
  tally: Tally,
): Promise<void> {
  const { path } = node
  for (const [settled, instance] of Array.from(making)) {
    const { what } = instance
    if (!(await deadline.settles(settled))) {
      tally.overdue.push({ path, what: `${what}, which was being made` })
      awaitOverdue(node, settled)
    } else if (instance.disposed === 'badly') tally.failed.push({ path, what, error: instance.error })
    else if (instance.disposed === 'well') tally.closed += 1
  }
  for (const key of [...owned.keys()].reverse()) {
    const holding = owned.get(key)
    if (!holding) continue
    owned.delete(key)
    const { what } = holding
    const disposal = disposeHolding(node, holding)
    // Past the deadline the rest is still disposed of, without being waited for.
    if (disposal instanceof Promise && !(await deadline.settles(disposal))) {
      tally.overdue.push({ path, what })
      awaitOverdue(node, disposal)
      continue
    }
    const fault = await disposal
    if (fault) tally.failed.push({ path, what, error: fault.error })
    else tally.closed += 1
  }
}

function awaitOverdue<T extends Entry>(node: ScopeNode<T>, work: Promise<unknown>): void {
  const { ledger, clock } = node.tree
  ledger.resourcesOverdue += 1
  ledger.countIncident('CLOSE_OVERDUE', node.path, clock.now())
  void work.finally(() => {
    ledger.resourcesOverdue -= 1
  })
}

function finishClose<T extends Entry>(
  node: ScopeNode<T>,
  reason: string,
  startedAt: number,
  { scopes, closed, failed, overdue }: Pick<CloseReport, keyof Tally>,
): CloseReport {
  const { tree, above, kind, path } = node
  node.phase = 'closed'
  node.holdings = undefined
  node.below = undefined
  above?.below?.delete(node)
  tree.ledger.kind(kind).closed += 1
  const durationMs = Math.max(0, tree.clock.now() - startedAt)
  const report: CloseReport = { path, reason, scopes, closed, failed, overdue, durationMs }
  emit(node, { type: 'closed', kind, report })
  endSubscriptions(node)
  return report
}

function withdrawAll<T extends Entry>(node: ScopeNode<T>): void {
  if (!node.shelf) return
  const all = [...node.shelf.byName.values()]
  for (const held of all) takeHeld(held)
  node.shelf = undefined
  for (const { name } of all) emit(node, { type: 'withdrawn', name, why: 'closed' })
}

function tellLeaked<T extends Entry>(node: ScopeNode<T>): void {
  const { ledger, clock } = node.tree
  ledger.kind(node.kind).leaked += 1
  ledger.countIncident('SCOPES_LEAKED', node.path, clock.now())
  emit(node, { type: 'leaked', kind: node.kind })
  for (const child of node.below ?? []) if (child.phase === 'open') tellLeaked(child)
}
