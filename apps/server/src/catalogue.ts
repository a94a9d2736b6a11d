/**
 * The catalogue: every tool that the server offers, judged by the registry. The law: one bad tool stops the start, and all
 * bad ones are told.
 *
 * @module
 */
import { createToolRegistry, type Tool } from 'toolcrib'
import type { Clock, RecordStore } from 'toolcrib/agent'
import type { Registry, Verdict } from 'toolcrib/registry'
import type { ServerConfig } from './config.ts'
import { ownDocuments } from './own-documents.ts'
import { createStarterTools } from './tools/starter-tools.ts'

export interface Catalogue {
  readonly registry: Registry<Tool>
  readonly verdicts: readonly Verdict[]
}

export interface CatalogueOptions {
  readonly config: ServerConfig
  readonly records: RecordStore
  readonly clock: Clock
}

/** Offers the starter tools, then those of the config file. Refusals are verdicts, not errors. */
export function openCatalogue({ config, records, clock }: CatalogueOptions): Catalogue {
  const registry = createToolRegistry({
    name: 'app',
    clock,
    reservedNames: config.reservedNames,
    maxEntriesPerScope: config.limits.maxToolsPerScope,
  })
  const starters = config.starterTools
    ? createStarterTools({ records, clock, documentsFolder: config.documentsFolder ?? ownDocuments() })
    : []
  const verdicts = [
    ...registry.offer(starters, { origin: 'starter tools' }),
    ...registry.offer(config.tools, { origin: config.file ?? 'configuration' }),
  ]
  return { registry, verdicts }
}
