/** Entries that tell of one thing, together: a call from its start over its approval to its end, a run and its end. */
import type { SeenAuditEntry } from 'toolcrib/operations'
import type { JsonValue } from 'toolcrib/protocol'

export interface Act {
  readonly key: string
  /** A `call` or a `run` may have entries that are not loaded. */
  readonly about: 'call' | 'run' | 'other'
  /** Oldest first. */
  readonly entries: readonly SeenAuditEntry[]
}

/** In the order of their newest entries. @param entries Newest first. */
export function actsOf(entries: readonly SeenAuditEntry[]): readonly Act[] {
  const acts = new Map<string, { readonly about: Act['about']; readonly entries: SeenAuditEntry[] }>()
  for (const entry of entries) {
    const { about, key } = subjectOf(entry)
    const known = acts.get(key)
    if (known === undefined) acts.set(key, { about, entries: [entry] })
    else known.entries.unshift(entry)
  }
  return [...acts].map(([key, act]) => ({ key, ...act }))
}

function subjectOf(entry: SeenAuditEntry): Pick<Act, 'about' | 'key'> {
  const { kind, runId, callId, number } = entry
  if (callId !== null) return { about: 'call', key: `call ${runId} ${callId}` }
  if (kind === 'run_started' || kind === 'run_ended') {
    return { about: 'run', key: `run ${textFact(entry, 'agentRunId') ?? runId}` }
  }
  return { about: 'other', key: `entry ${number}` }
}

/** The first of its entries that says something of it. */
export function toldBy<T>(act: Act, read: (entry: SeenAuditEntry) => T | null | undefined): T | undefined {
  for (const entry of act.entries) {
    const told = read(entry)
    if (told !== null && told !== undefined) return told
  }
  return undefined
}

export function fact(entry: SeenAuditEntry, name: string): JsonValue | undefined {
  return Object.hasOwn(entry.facts, name) ? entry.facts[name] : undefined
}

export function textFact(entry: SeenAuditEntry, name: string): string | undefined {
  const value = fact(entry, name)
  return typeof value === 'string' ? value : undefined
}

export function entryOf(act: Act, kind: SeenAuditEntry['kind']): SeenAuditEntry | undefined {
  return act.entries.findLast((entry) => entry.kind === kind)
}
