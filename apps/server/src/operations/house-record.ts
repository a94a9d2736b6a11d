/**
 * What the registry has told since the start: scopes that closed or leaked, and what was refused. The law: it keeps a fixed
 * number of each, cut to a fixed length, and never holds up the registry.
 *
 * @module
 */
import type { Tool } from 'toolcrib'
import type { ClosedScope, LeakedScope, RecordedVerdict } from 'toolcrib/operations'
import type { AuditRecord, CloseReport, Registry } from 'toolcrib/registry'
import { recordedVerdict } from './recorded-verdict.ts'
import { tenantOfPath } from './scope-path.ts'
import type { Sight } from './sight.ts'

export interface HouseRecord extends Disposable {
  /** Closed at `since` or later, the newest first. */
  closed(sight: Sight, since: number): readonly ClosedScope[]
  /** The newest first. */
  leaked(sight: Sight): readonly LeakedScope[]
  /** Refused, and let pass by `report` mode; the newest first: a hundred that clients offered, and a hundred others. */
  objections(sight: Sight): readonly RecordedVerdict[]
}

const maxClosed = 512
const maxLeaked = 100
/** Of what clients offered, and of all else: kept apart, so that no client washes away what is wrong with the house. */
const maxObjections = 500
const maxToldObjections = 100
const maxFaults = 20
const maxErrorChars = 300

export function recordHouse(registry: Registry<Tool>): HouseRecord {
  const closed: ClosedScope[] = []
  const leaked: LeakedScope[] = []
  const objections = { client: [] as RecordedVerdict[], house: [] as RecordedVerdict[] }
  /** Leaked, and being closed by the registry. */
  const letGo = new Set<string>()
  const subscription = registry.subscribe(hear)

  function hear(record: AuditRecord): void {
    const { at, path } = record
    switch (record.type) {
      case 'closed':
        return keep(closed, { ...closedScope(at, record.kind, record.report), leaked: letGo.delete(path) }, maxClosed)
      case 'leaked':
        letGo.add(path)
        return keep(leaked, { at, path, kind: record.kind }, maxLeaked)
      case 'verdict': {
        const { verdict, trust, advisories = [] } = record.verdict
        if (verdict === 'refused' || advisories.length > 0) {
          const ring = trust === 'client' ? objections.client : objections.house
          keep(ring, recordedVerdict(record.verdict), maxObjections)
        }
        return
      }
      default:
        return
    }
  }

  return {
    closed: (sight, since) => seen(closed, sight).filter(({ at }) => at >= since),
    leaked: (sight) => seen(leaked, sight),
    objections: (sight) =>
      [objections.client, objections.house]
        .flatMap((ring) => seen(ring, sight).slice(0, maxToldObjections))
        .sort((one, other) => other.at - one.at),
    [Symbol.dispose]: () => subscription[Symbol.dispose](),
  }
}

function keep<T>(ring: T[], item: T, max: number): void {
  ring.push(item)
  if (ring.length > max) ring.shift()
}

function seen<T extends { readonly path: string }>(ring: readonly T[], sight: Sight): readonly T[] {
  return ring.filter(({ path }) => seesPath(sight, path)).reverse()
}

function seesPath(sight: Sight, path: string): boolean {
  const tenant = tenantOfPath(path)
  return tenant === undefined || sight.sees({ tenant })
}

function closedScope(at: number, kind: string, report: CloseReport): Omit<ClosedScope, 'leaked'> {
  const { path, reason, scopes, closed, durationMs, failed, overdue } = report
  const facts = { at, kind, path, reason, scopes, closed, durationMs }
  // Nearly all close well, and share the report's own empty lists.
  if (failed.length + overdue.length === 0) return { ...facts, failed: [], overdue }
  const faults = failed.slice(0, maxFaults).map(({ error, ...fault }) => ({ ...fault, error: textOf(error) }))
  return { ...facts, failed: faults, overdue: overdue.slice(0, maxFaults) }
}

/** It is what a tool threw: anything. */
function textOf(error: unknown): string {
  try {
    return (error instanceof Error ? error.message : String(error)).slice(0, maxErrorChars)
  } catch {
    return 'an error that cannot be shown'
  }
}
