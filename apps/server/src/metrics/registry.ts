/**
 * The registry's own counts, as Prometheus reads them: taken when asked, kept nowhere twice.
 *
 * @module
 */
import { Counter, Gauge, type Registry as PrometheusRegistry } from 'prom-client'
import type { Tool } from 'toolcrib'
import type { Registry, ScopeCounts } from 'toolcrib/registry'

export function exportRegistry(registry: Registry<Tool>, registers: PrometheusRegistry[]): void {
  new Counter({
    name: 'toolcrib_admission_verdicts_total',
    help: 'What was offered as a tool, by verdict',
    labelNames: ['verdict'] as const,
    registers,
    collect() {
      this.reset()
      for (const [verdict, count] of Object.entries(registry.metrics().verdicts)) this.inc({ verdict }, count)
    },
  })
  new Counter({
    name: 'toolcrib_admission_refusals_total',
    help: 'What was refused as a tool, by code',
    labelNames: ['code'] as const,
    registers,
    collect() {
      this.reset()
      for (const [code, count] of Object.entries(registry.metrics().refusals)) this.inc({ code }, count)
    },
  })
  // There is no code path that could count here: a name is declared, or the tool is refused NAME_MISSING. The series
  // exists so that an alert on it can be written, and stays at its only possible value.
  new Counter({
    name: 'toolcrib_inferred_names_total',
    help: 'Tools whose name was derived instead of declared: 0 by construction',
    registers,
  }).inc(0)
  new Gauge({
    name: 'toolcrib_registry_entries',
    help: 'Tools held now, over all scopes',
    registers,
    collect() {
      this.set(registry.metrics().entries)
    },
  })
  scopeCounter('opened', 'Scopes opened, by kind')
  scopeCounter('closed', 'Scopes closed, by kind')
  scopeCounter('leaked', 'Scopes collected without having been closed, by kind')
  new Gauge({
    name: 'toolcrib_scopes_open',
    help: 'Scopes open now, by kind',
    labelNames: ['kind'] as const,
    registers,
    collect() {
      for (const [kind, counts] of kinds()) this.set({ kind }, counts.open)
    },
  })
  new Gauge({
    name: 'toolcrib_resources_open',
    help: 'Things owned by scopes now',
    registers,
    collect() {
      this.set(registry.metrics().resources.open)
    },
  })

  function scopeCounter(what: 'opened' | 'closed' | 'leaked', help: string): void {
    new Counter({
      name: `toolcrib_scopes_${what}_total`,
      help,
      labelNames: ['kind'] as const,
      registers,
      collect() {
        this.reset()
        for (const [kind, counts] of kinds()) this.inc({ kind }, counts[what])
      },
    })
  }

  function kinds(): readonly (readonly [string, ScopeCounts])[] {
    return Object.entries(registry.metrics().scopes.byKind)
  }
}
