/**
 * How each component did before. The law: only changes are kept, so many of each component, and the oldest goes first.
 *
 * @module
 */
import type { Clock } from 'toolcrib/agent'
import type { ComponentReport, HealthChange } from 'toolcrib/operations'
import type { ComponentHealth } from '../health.ts'

export interface HealthHistory {
  /** Looks whether anything changed. Costs little: it is called every second. */
  note(): void
  of(component: string): Pick<ComponentReport, 'history' | 'more'>
}

export interface HealthHistoryOptions {
  readonly components: () => Readonly<Record<string, ComponentHealth>>
  readonly clock: Clock
}

const maxChanges = 50
const maxReasons = 5

interface Kept {
  readonly state: ComponentHealth['state']
  readonly at: number
  /** On the clock that nobody sets. */
  readonly since: number
  reasons: readonly string[]
}

export function createHealthHistory({ components, clock }: HealthHistoryOptions): HealthHistory {
  const changes = new Map<string, Kept[]>()
  const forgot = new Set<string>()

  function keep(name: string, { state, reasons }: ComponentHealth): void {
    const kept = changes.get(name) ?? []
    changes.set(name, kept)
    const last = kept.at(-1)
    if (last?.state !== state) {
      kept.push({ state, at: clock.now(), since: clock.monotonic(), reasons: reasons.slice(-maxReasons) })
      if (kept.length > maxChanges && kept.shift() !== undefined) forgot.add(name)
      return
    }
    const fresh = reasons.filter((reason) => !last.reasons.includes(reason))
    if (fresh.length > 0) last.reasons = [...last.reasons, ...fresh].slice(-maxReasons)
  }

  return {
    note() {
      for (const [name, health] of Object.entries(components())) keep(name, health)
    },
    of(component) {
      const kept = changes.get(component) ?? []
      const history = kept.map(({ state, at, since, reasons }, index): HealthChange => {
        const until = kept[index + 1]?.since ?? clock.monotonic()
        return { state, at, lastedMs: Math.round(until - since), reasons }
      })
      return { history, more: forgot.has(component) }
    },
  }
}
