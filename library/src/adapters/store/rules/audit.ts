/**
 * What of the events is on record for good, and how its entries hang together. The law: nothing a person, a model or a tool
 * said is in an entry, but the reason that somebody gave for a decision.
 *
 * @module
 */
import { hash as hashOf } from 'node:crypto'
import type { AuditQuery } from '../../../agent/administration-ports.ts'
import type { AuditEntry, AuditKind, NewAuditEntry } from '../../../protocol/audit.ts'
import type { RunEvent, ToolCompleted } from '../../../protocol/events.ts'
import type { JsonObject, Owner } from '../../../protocol/vocabulary.ts'
import type { Wrapping } from './derived.ts'

/** An entry as its event tells it: flat, because each object in a message costs as much as its text. */
export interface Audited {
  readonly kind: AuditKind
  readonly by: string | null
  readonly runId: string
  readonly callId: string | null
  readonly tool: string | null
  readonly outcome: string | null
  /** JSON text. */
  readonly facts: string
}

const MAX_REASON_CHARS = 200
/** As every tool is named. */
const TOOL_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

/** What an event of a run, or of an agent within it, puts on record. */
export function auditedOf(event: RunEvent, wrapping: readonly Wrapping[]): Audited | undefined {
  switch (event.type) {
    case 'agent_started': {
      const { agent, attempt, model, manifest } = event
      return place('run_started', event, wrapping, { facts: { agent, attempt, model, manifest } })
    }
    case 'agent_completed': {
      const { outcome, steps, durationMs, usage, limit, error } = event
      const facts = { steps, durationMs, ...usage, ...(limit && { limit: limit.name }), ...codeOf(error) }
      return place('run_ended', event, wrapping, { outcome, facts })
    }
    case 'tool_executing': {
      const { step, callId, tool, effect, fingerprint, inputHash, offered } = event
      const facts = { step, effect, fingerprint, ...(inputHash && { inputHash }), ...(offered && { offered }) }
      return place('call_started', event, wrapping, { callId, tool, facts })
    }
    case 'tool_completed': {
      const { step, callId, outcome, durationMs, error } = event
      const facts = { step, durationMs, ...codeOf(error) }
      return place('call_ended', event, wrapping, { callId, tool: knownTool(event), outcome, facts })
    }
    case 'tool_late': {
      const { callId, tool, settled, afterMs } = event
      return place('call_late', event, wrapping, { callId, tool, outcome: settled, facts: { afterMs } })
    }
    case 'approval_requested': {
      const { step, approvalId, callId, tool, effect, fingerprint, inputHash, offered, expiresAt } = event
      const facts = { step, approvalId, effect, fingerprint, inputHash, expiresAt, ...(offered && { offered }) }
      return place('approval_requested', event, wrapping, { callId, tool, facts })
    }
    case 'approval_resolved': {
      const { approvalId, callId, decision: outcome, by = null, reason, input } = event
      const facts = {
        approvalId,
        ...(reason && { reason: reason.slice(0, MAX_REASON_CHARS) }),
        ...(input !== undefined && { edited: true }),
      }
      return place('approval_resolved', event, wrapping, { callId, outcome, by, facts })
    }
    default:
      return undefined
  }
}

/** The same entry as a store keeps it. */
export function entryOf({ tenant, user }: Owner, at: number, audited: Audited): NewAuditEntry {
  const { kind, by, runId, callId, tool, outcome, facts } = audited
  return { at, kind, tenant, user, by, runId, callId, tool, outcome, facts: JSON.parse(facts) as JsonObject }
}

/** Copied, in an order that no caller decides, and by no more than it should have. */
export function plainEntry(entry: NewAuditEntry): NewAuditEntry {
  const { at, kind, tenant, user, by, runId, callId, tool, outcome, facts } = entry
  return { at, kind, tenant, user, by, runId, callId, tool, outcome, facts: JSON.parse(JSON.stringify(facts)) }
}

export function sealed(entry: NewAuditEntry, last: Pick<AuditEntry, 'number' | 'hash'> | undefined): AuditEntry {
  const number = (last?.number ?? 0) + 1
  const { at, kind, tenant, user, by, runId, callId, tool, outcome, facts } = entry
  const parts = [last?.hash ?? '', number, at, kind, tenant, user, by, runId, callId, tool, outcome, facts]
  const hash = hashOf('sha256', JSON.stringify(parts))
  return { number, ...entry, hash }
}

/** Whether an entry is asked for. */
export function isAskedFor(entry: AuditEntry, query: AuditQuery): boolean {
  const { tenant, house = false, kinds, since = -Infinity, until = Infinity, after = 0, before = Infinity } = query
  const isSeen = tenant === undefined || entry.tenant === tenant || (house && entry.tenant === null)
  return (
    isSeen &&
    (kinds === undefined || kinds.includes(entry.kind)) &&
    same(query.user, entry.user) &&
    same(query.tool, entry.tool) &&
    same(query.outcome, entry.outcome) &&
    same(query.runId, entry.runId) &&
    same(query.callId, entry.callId) &&
    entry.at >= since &&
    entry.at < until &&
    entry.number > after &&
    entry.number < before
  )
}

/** How many of the oldest are to be forgotten: only what is in a row, so that the chain stays whole. */
export function countPrunable(
  oldest: readonly Pick<AuditEntry, 'number' | 'at'>[],
  lastNumber: number,
  { keepFrom, maxEntries }: { readonly keepFrom: number; readonly maxEntries: number },
): number {
  const isKept = ({ number, at }: Pick<AuditEntry, 'number' | 'at'>): boolean =>
    number === lastNumber || (at >= keepFrom && number > lastNumber - maxEntries)
  const first = oldest.findIndex(isKept)
  return first === -1 ? oldest.length : first
}

function same(asked: string | undefined, found: string | null): boolean {
  return asked === undefined || asked === found
}

/** What a model made up is no tool's name, but what it said. */
function knownTool({ tool, error }: ToolCompleted): string | null {
  return error?.code !== 'TOOL_UNKNOWN' && TOOL_NAME.test(tool) ? tool : null
}

function codeOf(error: { readonly code: string } | undefined): { readonly error?: string } {
  return error === undefined ? {} : { error: error.code }
}

type Told = Partial<Pick<Audited, 'by' | 'callId' | 'tool' | 'outcome'>> & { readonly facts: JsonObject }

function place(kind: AuditKind, { runId }: RunEvent, wrapping: readonly Wrapping[], told: Told): Audited {
  const [outermost] = wrapping
  const within = wrapping.at(-1)
  const facts =
    within === undefined ? told.facts : { ...told.facts, agentRunId: runId, parentCallId: within.parentCallId }
  const { by = null, callId = null, tool = null, outcome = null } = told
  return { kind, by, runId: outermost?.runId ?? runId, callId, tool, outcome, facts: JSON.stringify(facts) }
}
