/**
 * How the process does, as Prometheus reads it: taken when asked.
 *
 * @module
 */
import { Counter, Gauge, type Registry as PrometheusRegistry } from 'prom-client'
import type { MetricsParts } from '../metrics.ts'
import type { StrayFaults } from '../stray-faults.ts'

export function exportStrayFaults({ counts }: StrayFaults, registers: PrometheusRegistry[]): void {
  new Counter({
    name: 'toolcrib_stray_faults_total',
    help: 'Exceptions and rejections that nobody caught; the server served on',
    labelNames: ['kind'] as const,
    registers,
    collect() {
      this.reset()
      for (const [kind, count] of Object.entries(counts)) this.inc({ kind }, count)
    },
  })
}

export function exportHealth({
  health,
  lag,
  supervisor,
  registers,
}: Pick<MetricsParts, 'health' | 'lag' | 'supervisor'> & { readonly registers: PrometheusRegistry[] }): void {
  new Gauge({
    name: 'toolcrib_runs_active',
    help: 'Runs at work on this node',
    registers,
    collect() {
      this.set(supervisor.active().length)
    },
  })
  new Gauge({
    name: 'toolcrib_health',
    help: 'By component: 1 healthy, 0.5 degraded, 0 unhealthy',
    labelNames: ['component'] as const,
    registers,
    collect() {
      for (const [component, { state }] of Object.entries(health.components())) {
        this.set({ component }, state === 'healthy' ? 1 : state === 'degraded' ? 0.5 : 0)
      }
    },
  })
  new Gauge({
    name: 'toolcrib_event_loop_lag_seconds',
    help: 'How late the event loop was over the last seconds',
    labelNames: ['quantile'] as const,
    registers,
    collect() {
      const { p50Ms, p99Ms, maxMs } = lag.last()
      this.set({ quantile: '0.5' }, p50Ms / 1_000)
      this.set({ quantile: '0.99' }, p99Ms / 1_000)
      this.set({ quantile: '1' }, maxMs / 1_000)
    },
  })
}
