/**
 * The tools of the house, as one operator may see them. The law: the catalogue is everybody's; what a connection offers is
 * its tenant's.
 *
 * @module
 */
import type { Tool } from 'toolcrib'
import type { RegistryReport, ToolDetail, ToolRow } from 'toolcrib/operations'
import { selectTools } from 'toolcrib/policy'
import type { EntryView, ScopeView } from 'toolcrib/registry'
import type { House } from './house.ts'
import { codePlace } from './recorded-verdict.ts'
import type { Sight } from './sight.ts'

/** Different tools of connections in one answer. The catalogue has a limit of its own. */
const maxOffered = 500
const maxHolders = 20

/** One tool with all who hold the very same. */
interface Holding {
  readonly tool: Tool
  readonly held: EntryView<Tool>
  readonly from: ToolRow['from']
  readonly paths: string[]
  holders: number
}

export async function reportRegistry(house: House, sight: Sight): Promise<RegistryReport> {
  const { registry, record, clock } = house
  const { verdicts, refusals, advisories } = registry.metrics()
  const { holdings, omitted } = collect(registry.inspect(), sight, () => true)
  const calls = await house.metrics.callsByTool()
  return {
    at: clock.now(),
    verdicts,
    refusals,
    advisories,
    omitted,
    tools: holdings.map((holding) => rowOf(holding, house, calls)),
    objections: record.objections(sight),
  }
}

export async function reportTool(house: House, sight: Sight, name: string): Promise<readonly ToolDetail[]> {
  const { holdings } = collect(house.registry.inspect(), sight, (one) => one === name)
  const calls = await house.metrics.callsByTool()
  return holdings.map((holding) => ({ ...rowOf(holding, house, calls), ...detailsOf(holding, house) }))
}

function collect(
  app: ScopeView<Tool>,
  sight: Sight,
  isWanted: (name: string) => boolean,
): { readonly holdings: readonly Holding[]; readonly omitted: number } {
  const catalogue: Holding[] = []
  const offered = new Map<string, Holding>()
  const left = new Set<string>()
  for (const held of app.entries()) {
    const { entry: tool } = held
    if (tool !== undefined && isWanted(held.name)) {
      catalogue.push({ tool, held, from: 'catalogue', paths: [app.path], holders: 1 })
    }
  }

  function gather(view: ScopeView<Tool>): void {
    for (const held of view.entryCount === 0 ? [] : view.entries()) {
      const { entry: tool } = held
      if (tool === undefined || !isWanted(held.name)) continue
      const known = offered.get(tool.fingerprint)
      if (known === undefined && offered.size >= maxOffered) {
        left.add(tool.fingerprint)
        continue
      }
      const holding = known ?? { tool, held, from: 'connection', paths: [], holders: 0 }
      holding.holders += 1
      if (holding.paths.length < maxHolders) holding.paths.push(view.path)
      offered.set(tool.fingerprint, holding)
    }
    for (const child of view.children())
      if (child.kind !== 'tenant' || sight.sees({ tenant: child.name })) gather(child)
  }
  for (const child of app.children()) if (child.kind !== 'tenant' || sight.sees({ tenant: child.name })) gather(child)
  const byName = (a: Holding, b: Holding): number => (a.tool.name < b.tool.name ? -1 : 1)
  return { holdings: [...catalogue, ...[...offered.values()].sort(byName)], omitted: left.size }
}

function rowOf(
  { tool, held, from, holders }: Holding,
  { policy }: House,
  calls: ReadonlyMap<string, Readonly<Record<string, number>>>,
): ToolRow {
  const { name, title, effect, category, tags, version, deprecated, fingerprint } = tool
  const { allow, approval } = policy.rulesOf(tool)
  return {
    name,
    title,
    from,
    holders,
    effect,
    category,
    tags,
    version,
    deprecated,
    fingerprint,
    approval,
    origin: held.origin,
    usable: allow.length > 0,
    calls: (from === 'catalogue' ? calls.get(name) : undefined) ?? {},
  }
}

function detailsOf({ tool, held, paths }: Holding, { policy, agents }: House): Omit<ToolDetail, keyof ToolRow> {
  const { description, input, output, idempotent, timeoutMs, maxConcurrent, lifetime, requires } = tool
  const { allow, approvers } = policy.rulesOf(tool)
  return {
    description,
    idempotent,
    lifetime,
    approvers,
    inputSchema: input.jsonSchema,
    outputSchema: output?.jsonSchema,
    vendor: input.vendor,
    timeoutMs: Number.isFinite(timeoutMs) ? timeoutMs : null,
    maxConcurrent: Number.isFinite(maxConcurrent) ? maxConcurrent : null,
    requires: { roles: requires.roles ?? [], scopes: requires.scopes ?? [] },
    rules: allow,
    agents: agents.filter(({ tools }) => selectTools([tool], tools).length > 0).map((agent) => agent.name),
    // Where the server makes a connection's tool says nothing of who described it.
    definedAt: held.trust === 'client' ? undefined : codePlace(tool.definedAt ?? held.place),
    heldBy: paths,
  }
}
