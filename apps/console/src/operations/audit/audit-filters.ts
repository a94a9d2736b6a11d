/** From what stands in the address to what the server is asked. */
import type { AuditFilters } from 'toolcrib/operations'
import type { AuditKind } from 'toolcrib/protocol'
import type { AuditSearch } from './audit-search.ts'

export interface AuditTopic {
  readonly label: string
  readonly kinds: readonly AuditKind[]
}

/** What can be chosen to be shown, by its word in the address. */
export const auditTopics: ReadonlyMap<string, AuditTopic> = new Map<string, AuditTopic>([
  [
    'calls',
    {
      label: 'Tool calls',
      kinds: ['call_started', 'call_ended', 'call_late', 'approval_requested', 'approval_resolved'],
    },
  ],
  ['approvals', { label: 'Approvals', kinds: ['approval_requested', 'approval_resolved'] }],
  ['runs', { label: 'Runs', kinds: ['run_started', 'run_ended'] }],
  ['access', { label: 'Sign-ins', kinds: ['signed_in', 'signed_out', 'access_refused', 'credentials_revoked'] }],
  ['looks', { label: 'Looks of operators', kinds: ['looked'] }],
  [
    'house',
    { label: 'The server', kinds: ['server_started', 'server_stopped', 'tool_refused', 'scope_leaked', 'audit_lost'] },
  ],
])

export function filtersOf(search: AuditSearch): AuditFilters {
  const { show, outcome, user, tool, run, call, tenant, from, to } = search
  const said = {
    kinds: show === undefined ? undefined : auditTopics.get(show)?.kinds,
    outcome,
    user,
    tool,
    tenant,
    runId: run,
    callId: call,
    from: startOf(from, 0),
    // The day that is named is in it.
    to: startOf(to, 1),
  }
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
}

/** The same as an address of the server. */
export function exportAddress(filters: AuditFilters): string {
  const query = new URLSearchParams(Object.entries(filters).map(([name, value]) => [name, String(value)]))
  return query.size === 0 ? '/v1/operations/audit.jsonl' : `/v1/operations/audit.jsonl?${query}`
}

/** Midnight of a day such as `2026-11-22`, where the page is; undefined: it is no day. */
function startOf(day: string | undefined, daysLater: number): number | undefined {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day ?? '') ?? []
  if (year === undefined) return undefined
  const at = new Date(Number(year), Number(month) - 1, Number(date) + daysLater).getTime()
  return Number.isFinite(at) && at >= 0 ? at : undefined
}
