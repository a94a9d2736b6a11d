/**
 * `toolcrib tools`: what would be admitted, what not, and why.
 *
 * @module
 */
import { catalogueReport, type Tool } from 'toolcrib'
import { createSystemClock } from 'toolcrib/agent'
import { definePolicy, unmatchedSelectors } from 'toolcrib/policy'
import type { Registry } from 'toolcrib/registry'
import { createMemoryStore } from 'toolcrib/store/memory'
import { openCatalogue } from '../catalogue.ts'
import type { ServerConfig } from '../config.ts'
import { parseOptions } from './options.ts'
import { configOf, settingRules } from './settings.ts'
import { type Command, exitCodes, print } from './terminal.ts'

export const tools: Command = async (terminal) => {
  const rules = { ...settingRules('config', 'data', 'documents', 'model'), json: { type: 'boolean' } as const }
  const parsed = parseOptions(terminal.args, rules)
  const config = await configOf(terminal, parsed)
  // No tool runs here, so nothing is read from the data folder or written to it, and a server may hold it.
  await using store = createMemoryStore()
  const { registry, verdicts } = openCatalogue({ config, records: store.records, clock: createSystemClock() })
  await using _registry = registry

  const refused = verdicts.filter(({ verdict }) => verdict === 'refused')
  if (parsed.values.json === true) print(terminal.stdout, JSON.stringify({ verdicts }, null, 2))
  else
    print(terminal.stdout, report({ registry, config, problems: catalogueReport(verdicts), refused: refused.length }))
  return refused.length === 0 ? exitCodes.done : exitCodes.failed
}

interface Report {
  readonly registry: Registry<Tool>
  readonly config: ServerConfig
  readonly problems: string
  readonly refused: number
}

function report({ registry, config, problems, refused }: Report): string {
  const admitted = registry.list()
  const rows = admitted.map(({ name, effect, category, tags, fingerprint }) => [
    name,
    effect,
    [...(category === undefined ? [] : [`category:${category}`]), ...tags.map((tag) => `tag:${tag}`)].join(' '),
    fingerprint.slice(0, 12),
  ])
  const sections = [`${admitted.length} admitted`, table(rows)]
  if (problems !== '') sections.push('', `${refused} refused`, '', problems)
  const idle = idleRules(admitted, config)
  if (idle.length > 0) sections.push('', 'These select no tool:', ...idle.map((line) => `  ${line}`))
  return sections.join('\n')
}

function idleRules(admitted: readonly Tool[], config: ServerConfig): readonly string[] {
  const ofPolicy = definePolicy(config.policy).unmatched(admitted)
  const ofAgents = config.agents.flatMap(({ name, tools: choice }) =>
    unmatchedSelectors(choice, admitted).map((selector) => `agent ${name}: ${selector}`),
  )
  return [...ofPolicy.map((source) => `policy: ${source}`), ...ofAgents]
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n')
}
