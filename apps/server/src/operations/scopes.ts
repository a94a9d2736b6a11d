/**
 * What is open, as one operator may see it. The law: what is out of sight is counted and not named, and the answer is
 * bounded, whatever is open.
 *
 * @module
 */
import type { Tool } from 'toolcrib'
import type { ScopeReport, ScopesQuestion, ScopesReport } from 'toolcrib/operations'
import type { ScopeView } from 'toolcrib/registry'
import type { House } from './house.ts'
import type { Sight } from './sight.ts'

/** Listed in one answer, and right below one scope. */
const maxListed = 2_000
const maxChildren = 200
/** Named of one scope. */
const maxNamed = 50
/** How long a scope that closed is still shown. */
const closedShownMs = 30_000
const maxClosedShown = 100

export function reportScopes(
  house: House,
  sight: Sight,
  { open = '', find = '' }: ScopesQuestion['query'],
): ScopesReport {
  const { registry, record, clock } = house
  const at = clock.now()
  const needle = find.trim().toLowerCase()
  const { scopes, resources } = registry.metrics()
  const walk = walkTree(registry.inspect(), sight, needle)
  return {
    at,
    counts: Object.entries(scopes.byKind).map(([kind, counts]) => ({ kind, ...counts })),
    resources,
    app: listBranch(walk.app, new Set(open.split(',')), sight, createFacts(house), { left: maxListed }),
    outOfSight: walk.outOfSight,
    found: needle === '' ? null : walk.found,
    closed: record.closed(sight, at - closedShownMs).slice(0, maxClosedShown),
    leaked: record.leaked(sight),
  }
}

/** A scope that is in sight, and whether it is shown. */
interface Branch {
  readonly view: ScopeView<Tool>
  readonly children: readonly Branch[]
  readonly below: Readonly<Record<string, number>>
  /** It is what is looked for. */
  readonly isMatch: boolean
  /** What is looked for lies below it. */
  readonly leads: boolean
  /** Nothing is looked for, or it is that, or lies above or below it. */
  readonly isShown: boolean
}

function walkTree(
  app: ScopeView<Tool>,
  sight: Sight,
  needle: string,
): { app: Branch; outOfSight: number; found: number } {
  let outOfSight = 0
  let found = 0

  function grow(view: ScopeView<Tool>, isBelowMatch: boolean): Branch {
    const isMatch = needle !== '' && matches(view, needle)
    if (isMatch) found += 1
    const children: Branch[] = []
    const below: Record<string, number> = {}
    for (const child of view.children()) {
      if (child.kind === 'tenant' && !sight.sees({ tenant: child.name })) {
        outOfSight += countAll(child)
        continue
      }
      const branch = grow(child, isMatch || isBelowMatch)
      children.push(branch)
      below[child.kind] = (below[child.kind] ?? 0) + 1
      for (const [kind, count] of Object.entries(branch.below)) below[kind] = (below[kind] ?? 0) + count
    }
    const leads = children.some((child) => child.isMatch || child.leads)
    return { view, children, below, isMatch, leads, isShown: needle === '' || isMatch || isBelowMatch || leads }
  }

  return { app: grow(app, false), outOfSight, found }
}

function matches(view: ScopeView<Tool>, needle: string): boolean {
  if (`${view.kind}:${view.name}`.toLowerCase().includes(needle)) return true
  // The app's tools are everybody's, and would lead to every scope.
  if (view.kind === 'app' || view.entryCount === 0) return false
  return view.entries().some(({ name }) => name.toLowerCase().includes(needle))
}

function countAll(view: ScopeView<Tool>): number {
  let count = 1
  for (const child of view.children()) count += countAll(child)
  return count
}

type Facts = (view: ScopeView<Tool>) => Pick<ScopeReport, 'connection' | 'run'>

function listBranch(
  { view, children, below, leads }: Branch,
  asked: ReadonlySet<string>,
  sight: Sight,
  facts: Facts,
  budget: { left: number },
): ScopeReport {
  budget.left -= 1
  const isAlwaysOpen = view.kind === 'app' || (view.kind === 'tenant' && sight.tenant !== null)
  const isOpen = isAlwaysOpen || leads || asked.has('all') || asked.has(String(view.id))
  const listed: ScopeReport[] = []
  let omitted = 0
  for (const child of isOpen ? children : []) {
    if (!child.isShown) continue
    if (listed.length < maxChildren && budget.left > 0) listed.push(listBranch(child, asked, sight, facts, budget))
    else omitted += 1
  }
  const { id, kind, name, path, openedAt, closing, frozen, entryCount, holdingCount } = view
  return {
    id,
    kind,
    name,
    path,
    openedAt,
    closing,
    frozen,
    tools: view
      .entries()
      .slice(0, maxNamed)
      .map((entry) => entry.name),
    toolCount: entryCount,
    holdings: view.holdings().slice(0, maxNamed),
    holdingCount,
    below,
    children: listed,
    omitted,
    ...facts(view),
  }
}

/** What connections and runs are about: found by the names of their scopes. */
function createFacts({ gateway, supervisor }: House): Facts {
  const connections = new Map(gateway.connections().map((connection) => [connection.connectionId, connection]))
  const runs = new Map(supervisor.active().map((run) => [run.runId, run]))
  return ({ kind, name }) => {
    const connection = kind === 'connection' ? connections.get(name) : undefined
    const run = kind === 'run' ? runs.get(name) : undefined
    if (connection !== undefined) {
      const { openThreads, offeredTools, bufferedBytes } = connection
      return { connection: { openThreads, offeredTools, bufferedBytes } }
    }
    if (run === undefined) return {}
    const { agent, threadId, startedAt, stopping } = run
    return { run: { agent, threadId, startedAt, stopping } }
  }
}
