/** What is used and reserved, in memory. The law: an owner's part sees its own rows, and of its tenant only sums. @module */
import { StoreError } from '../../../agent/errors.ts'
import type { UsageStore } from '../../../agent/ports.ts'
import type { Owner } from '../../../protocol/vocabulary.ts'
import {
  type Counter,
  keptWindows,
  noUse,
  type Reservation,
  report,
  reserve,
  sum,
  type UsageTable,
  type Use,
} from '../rules/usage.ts'
import type { MemoryState } from './state.ts'

export interface MemoryUsage {
  of(owner: Owner): UsageTable
}

interface Counters {
  /** By window, its start and the tool. */
  readonly uses: Map<string, Use>
  /** By window: the starts that are kept, in the order in which they came. */
  readonly starts: Map<string, number[]>
}

interface Held extends Reservation {
  readonly runId: string
  readonly owner: Owner
}

export function createMemoryUsage(): MemoryUsage {
  const counters = new Map<string, Counters>()
  /** By owner, then by run. */
  const held = new Map<string, Map<string, Held[]>>()

  function countersOf(owner: Owner, per: Counter['per']): Counters {
    const key = JSON.stringify([owner.tenant, per === 'user' ? owner.user : null])
    const known = counters.get(key) ?? { uses: new Map(), starts: new Map() }
    counters.set(key, known)
    return known
  }

  function of(owner: Owner): UsageTable {
    const runs = new Map<string, Held[]>()
    held.set(JSON.stringify([owner.tenant, owner.user]), runs)
    const replace = (runId: string, rows: Held[]): void => {
      if (rows.length === 0) runs.delete(runId)
      else runs.set(runId, rows)
    }
    return {
      add({ per, window, startsAt, tool }, use) {
        const { uses, starts } = countersOf(owner, per)
        const key = `${window} ${startsAt} ${tool}`
        const known = uses.get(key)
        if (known === undefined && tool === '') forget({ uses, starts }, window, startsAt)
        uses.set(key, added(known ?? noUse, use))
      },
      used: ({ per, window, startsAt, tool }) =>
        countersOf(owner, per).uses.get(`${window} ${startsAt} ${tool}`) ?? noUse,
      reservations: (runId, holder) => (runs.get(runId) ?? []).filter((row) => row.holder === holder),
      hold(runId, reservation) {
        const { holder, resource } = reservation
        const others = (runs.get(runId) ?? []).filter((row) => row.holder !== holder || row.resource !== resource)
        runs.set(runId, [...others, { ...reservation, runId, owner }])
      },
      drop(runId, holder) {
        replace(
          runId,
          (runs.get(runId) ?? []).filter((row) => row.holder !== holder),
        )
      },
      dropAll(runId, ended) {
        const marks = (runs.get(runId) ?? []).filter(({ resource, amount }) => resource === 'calls' && amount === 0)
        replace(runId, ended ? [] : marks)
      },
      reserved({ per, resource, tool, from, to }) {
        const all = per === 'user' ? [runs] : [...held.values()]
        let total = 0
        for (const rows of all.flatMap((byRun) => [...byRun.values()])) {
          for (const row of rows) {
            if (row.owner.tenant !== owner.tenant || row.resource !== resource) continue
            if (tool !== undefined && row.tool !== tool) continue
            if (row.at >= from && row.at < to) total += row.amount
          }
        }
        return total
      },
    }
  }

  return { of }
}

export function createMemoryUsageStore(state: MemoryState): UsageStore {
  return {
    async reserve(owner, request) {
      const mine = state.of(owner)
      const { runId, epoch } = request.fence
      const record = mine.runs.get(runId)?.record
      if (record?.outcome !== null || record.epoch !== epoch || record.parked) {
        throw new StoreError('FENCED', { runId, epoch })
      }
      return reserve(mine.usage, request)
    },
    async read(owner, { at, budgets }) {
      return report(state.of(owner).usage, at, budgets)
    },
  }
}

function added(known: Use, use: Partial<Use>): Use {
  return {
    steps: sum(known.steps, use.steps ?? 0),
    calls: sum(known.calls, use.calls ?? 0),
    tokens: sum(known.tokens, use.tokens ?? 0),
    costMicros: sum(known.costMicros, use.costMicros ?? 0),
    runMs: sum(known.runMs, use.runMs ?? 0),
  }
}

/** A new window drives out the one that begins first, once there are too many. */
function forget({ uses, starts }: Counters, window: Counter['window'], startsAt: number): void {
  const kept = [...(starts.get(window) ?? []), startsAt].toSorted((a, b) => b - a)
  const dropped = kept.splice(keptWindows[window])
  starts.set(window, kept)
  for (const start of dropped) {
    for (const key of uses.keys()) if (key.startsWith(`${window} ${start} `)) uses.delete(key)
  }
}
