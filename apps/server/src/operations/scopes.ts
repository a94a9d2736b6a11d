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

/** Listed in one answer. */
export const maxListedScopes = 2_000
const defaultMost = 200
/** Named of one scope. */
const maxNamed = 50
/** How long a scope that closed is still shown. */
const closedShownMs = 30_000
const maxClosedShown = 100

export function reportScopes(
  house: House,
  sight: Sight,
  { open = '', find = '', most = defaultMost }: ScopesQuestion['query'],
): ScopesReport {
  const { registry, record, clock } = house
  const at = clock.now()
  const needle = find.trim().toLowerCase()
  const { scopes, resources } = registry.metrics()
  const app = registry.inspect()
  const findings = needle === '' ? undefined : findScopes(app, sight, needle)
  const listing: Listing = {
    sight,
    findings,
    asked: new Set(open.split(',')),
    facts: createFacts(house),
    most,
    left: maxListedScopes,
  }
  const listed = listScope(app, listing)
  return {
    at,
    counts: Object.entries(scopes.byKind).map(([kind, counts]) => ({ kind, ...counts })),
    resources,
    app: listed,
    room: Math.max(0, listing.left),
    outOfSight: countOutOfSight(app, sight),
    found: findings?.found ?? null,
    closed: record.closed(sight, at - closedShownMs).slice(0, maxClosedShown),
    leaked: record.leaked(sight),
  }
}

/** What was looked for, by the ids of the scopes. */
interface Findings {
  readonly found: number
  /** They lie above something that was found. */
  readonly leading: ReadonlySet<number>
  /** They were found, or lie above or below what was found. */
  readonly shown: ReadonlySet<number>
}

function findScopes(app: ScopeView<Tool>, sight: Sight, needle: string): Findings {
  const leading = new Set<number>()
  const shown = new Set<number>()
  let found = 0

  /** Answers whether it, or one below it, was found. */
  function visit(view: ScopeView<Tool>, isBelowFound: boolean): boolean {
    const isFound = matches(view, needle)
    if (isFound) found += 1
    let leads = false
    for (const child of inSight(view, sight)) leads = visit(child, isFound || isBelowFound) || leads
    if (leads) leading.add(view.id)
    if (isFound || isBelowFound || leads) shown.add(view.id)
    return isFound || leads
  }

  visit(app, false)
  return { found, leading, shown }
}

function* inSight(view: ScopeView<Tool>, sight: Sight): Iterable<ScopeView<Tool>> {
  for (const child of view.children()) if (child.kind !== 'tenant' || sight.sees({ tenant: child.name })) yield child
}

function matches(view: ScopeView<Tool>, needle: string): boolean {
  if (`${view.kind}:${view.name}`.toLowerCase().includes(needle)) return true
  // The app's tools are everybody's, and would lead to every scope.
  if (view.kind === 'app' || view.entryCount === 0) return false
  return view.entries().some(({ name }) => name.toLowerCase().includes(needle))
}

function countOutOfSight(app: ScopeView<Tool>, sight: Sight): number {
  let count = 0
  for (const child of app.children()) {
    if (child.kind !== 'tenant' || sight.sees({ tenant: child.name })) continue
    count += 1 + Object.values(countBelow(child, sight)).reduce((sum, of) => sum + of, 0)
  }
  return count
}

function countBelow(view: ScopeView<Tool>, sight: Sight, below: Record<string, number> = {}): Record<string, number> {
  for (const child of inSight(view, sight)) {
    below[child.kind] = (below[child.kind] ?? 0) + 1
    countBelow(child, sight, below)
  }
  return below
}

type Facts = (view: ScopeView<Tool>) => Pick<ScopeReport, 'connection' | 'run'>

interface Listing {
  readonly sight: Sight
  /** Undefined: nothing was looked for. */
  readonly findings: Findings | undefined
  readonly asked: ReadonlySet<string>
  readonly facts: Facts
  /** Right below one scope. */
  readonly most: number
  /** How many more there is room for. */
  left: number
}

function listScope(view: ScopeView<Tool>, listing: Listing): ScopeReport {
  const { sight, findings, asked, facts, most } = listing
  const { id, kind, name, path, openedAt, closing, frozen, entryCount, holdingCount } = view
  listing.left -= 1
  const isAlwaysOpen = kind === 'app' || (kind === 'tenant' && sight.tenant !== null)
  const isOpen = isAlwaysOpen || findings?.leading.has(id) === true || asked.has('all') || asked.has(String(id))
  const listed: ScopeReport[] = []
  let omitted = 0
  for (const child of isOpen ? inSight(view, sight) : []) {
    if (findings?.shown.has(child.id) === false) continue
    if (listed.length < most && listing.left > 0) listed.push(listScope(child, listing))
    else omitted += 1
  }
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
    below: countBelow(view, sight),
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
