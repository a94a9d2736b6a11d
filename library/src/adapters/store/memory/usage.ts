/** What is used and reserved, in memory. The law: an owner's part sees its own rows, and of its tenant only sums. @module */
import { StoreError } from '../../../agent/errors.ts'
import type { UsageStore } from '../../../agent/ports.ts'
import type { Owner } from '../../../protocol/vocabulary.ts'
import {
  type Counter,
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

type MutableUse = { -readonly [Resource in keyof Use]: number }

/** By tool, then by window and its start. */
type Counters = Map<string, Map<string, Counter & MutableUse>>

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
    const known: Counters = counters.get(key) ?? new Map()
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
      add(counter, use) {
        const { per, window, startsAt, tool } = counter
        const ofTool = countersOf(owner, per).get(tool) ?? new Map<string, Counter & MutableUse>()
        countersOf(owner, per).set(tool, ofTool)
        const key = `${window} ${startsAt}`
        const known = ofTool.get(key)
        const counted = known ?? { ...counter, ...noUse }
        ofTool.set(key, counted)
        addTo(counted, use)
        return known === undefined
      },
      used({ per, tool, window, from, to }) {
        const total: MutableUse = { ...noUse }
        for (const counted of countersOf(owner, per).get(tool)?.values() ?? []) {
          const isWithin = counted.startsAt >= from && counted.startsAt < to
          if (isWithin && isNoLonger(counted.window, window)) addTo(total, counted)
        }
        return total
      },
      takeOlder({ per, window, before, keep }) {
        const kept = countersOf(owner, per)
        const starts = [...(kept.get('')?.values() ?? [])]
          .filter((counted) => counted.window === window && counted.startsAt <= before)
          .map(({ startsAt }) => startsAt)
        const last = starts.toSorted((a, b) => b - a)[keep]
        if (last === undefined) return []
        const taken: (Counter & MutableUse)[] = []
        for (const [tool, ofTool] of kept) {
          for (const [key, counted] of ofTool) {
            if (counted.window !== window || counted.startsAt > last) continue
            taken.push(counted)
            ofTool.delete(key)
          }
          if (ofTool.size === 0) kept.delete(tool)
        }
        return taken
      },
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

function addTo(counted: MutableUse, use: Partial<Use>): void {
  counted.steps = sum(counted.steps, use.steps ?? 0)
  counted.calls = sum(counted.calls, use.calls ?? 0)
  counted.tokens = sum(counted.tokens, use.tokens ?? 0)
  counted.costMicros = sum(counted.costMicros, use.costMicros ?? 0)
  counted.runMs = sum(counted.runMs, use.runMs ?? 0)
}

const lengths: { readonly [W in Counter['window']]: number } = { hour: 1, day: 2, month: 3 }

function isNoLonger(window: Counter['window'], than: Counter['window']): boolean {
  return lengths[window] <= lengths[than]
}
