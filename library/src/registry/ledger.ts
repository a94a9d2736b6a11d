/** Keeps the counts that metrics and health tell. The law: one ledger per tree, every change O(1). @module */

import type { HealthReason } from './health.ts'
import type { RegistryMetrics, ScopeCounts } from './metrics.ts'
import type { Verdict } from './verdict.ts'

export interface Incident {
  count: number
  lastAt: number
  readonly paths: string[]
}

interface KindCounts {
  opened: number
  closed: number
  leaked: number
}

const maxPaths = 10

/** A hot object: every read and every verdict of a tree counts here. */
export class Ledger {
  readonly startedAt: number
  readonly verdicts: { admitted: number; unchanged: number; replaced: number; refused: number } = {
    admitted: 0,
    unchanged: 0,
    replaced: 0,
    refused: 0,
  }
  readonly refusals: Map<string, number> = new Map()
  readonly advisories: Map<string, number> = new Map()
  readonly kinds: Map<string, KindCounts> = new Map()
  readonly incidents: Map<HealthReason['code'], Incident> = new Map()
  hits = 0
  misses = 0
  lists = 0
  entries = 0
  resourcesOpened = 0
  resourcesClosed = 0
  resourcesDisowned = 0
  resourcesFailed = 0
  resourcesOverdue = 0
  auditDropped = 0
  listenerFailures = 0

  constructor(startedAt: number) {
    this.startedAt = startedAt
  }

  countVerdict(verdict: Verdict): void {
    this.verdicts[verdict.verdict] += 1
    if (verdict.code !== undefined) increment(this.refusals, verdict.code)
    for (const advisory of verdict.advisories ?? []) this.countAdvisory(advisory.code, verdict.path, verdict.at)
  }

  countAdvisory(code: string, path: string, at: number): void {
    increment(this.advisories, code)
    this.countIncident('RULES_NOT_ENFORCED', path, at)
  }

  countIncident(code: HealthReason['code'], path: string, at: number): void {
    let incident = this.incidents.get(code)
    if (!incident) {
      incident = { count: 0, lastAt: at, paths: [] }
      this.incidents.set(code, incident)
    }
    incident.count += 1
    incident.lastAt = at
    incident.paths.push(path)
    if (incident.paths.length > maxPaths) incident.paths.shift()
  }

  kind(kind: string): KindCounts {
    let counts = this.kinds.get(kind)
    if (!counts) {
      counts = { opened: 0, closed: 0, leaked: 0 }
      this.kinds.set(kind, counts)
    }
    return counts
  }

  scopes(): ScopeCounts {
    const total = { opened: 0, closed: 0, leaked: 0 }
    for (const counts of this.kinds.values()) {
      total.opened += counts.opened
      total.closed += counts.closed
      total.leaked += counts.leaked
    }
    return { open: total.opened - total.closed, ...total }
  }

  metrics(nowMs: number, listeners: number): RegistryMetrics {
    const opened = this.resourcesOpened
    const closed = this.resourcesClosed
    const disowned = this.resourcesDisowned
    return {
      uptimeMs: Math.max(0, nowMs - this.startedAt),
      verdicts: { ...this.verdicts },
      refusals: Object.fromEntries(this.refusals),
      advisories: Object.fromEntries(this.advisories),
      reads: { hits: this.hits, misses: this.misses, lists: this.lists },
      entries: this.entries,
      scopes: {
        ...this.scopes(),
        byKind: Object.fromEntries(
          Array.from(this.kinds, ([kind, counts]) => [kind, { open: counts.opened - counts.closed, ...counts }]),
        ),
      },
      resources: {
        open: opened - closed - disowned,
        opened,
        closed,
        disowned,
        failed: this.resourcesFailed,
        overdue: this.resourcesOverdue,
      },
      audit: { listeners, dropped: this.auditDropped, listenerFailures: this.listenerFailures },
    }
  }
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
