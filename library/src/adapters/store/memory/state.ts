/**
 * What the memory store holds. The law: everything hangs below its owner, so that no look-up can meet another's data.
 *
 * @module
 */

import type { RunReport } from '../../../agent/administration-ports.ts'
import type { RunRecord } from '../../../agent/ports.ts'
import type { ApprovalDecision, ApprovalRequested, LoggedEvent, ThreadEvent } from '../../../protocol/events.ts'
import type { Attachment, Owner, Thread } from '../../../protocol/vocabulary.ts'
import { entryOf } from '../rules/audit.ts'
import { changesOf, type Wrapping } from '../rules/derived.ts'
import { foldText } from '../rules/folded-text.ts'
import { endTime, settle, sum, type UsageTable } from '../rules/usage.ts'
import { createMemoryAudit, type MemoryAudit } from './audit.ts'
import { createMemoryUsage } from './usage.ts'

export interface MemoryRun {
  record: RunRecord
  readonly idempotencyKey: string
  leaseUntil: number
  /** By `callId`, as JSON text. */
  readonly inputs: Map<string, string>
  began: Pick<RunReport, 'model' | 'attempts'>
  used: RunReport['used']
  endedAt: number | null
  /** Of its message, and of the last event that was written for it after it had ended. */
  readonly firstSeq: number
  lastSeq: number
}

export interface MemoryApproval {
  readonly threadId: string
  /** The run whose end cancels it: the outermost, when a sub-agent asked. */
  readonly runId: string
  readonly request: ApprovalRequested
  readonly requestedAt: number
  readonly wrapping: readonly Wrapping[]
  status: 'open' | ApprovalDecision
  /** Who answered. */
  by?: string
}

export interface MemoryThread {
  thread: Thread
  /** JSON text, as a database would keep it: nobody can change what was logged. */
  readonly log: { readonly at: number; readonly json: string }[]
  readonly texts: string[]
  readonly outputs: Set<string>
  /** Ids of what its messages name. */
  readonly attachments: Set<string>
  foldedTitle: string
  /** The last batch that was appended with a number, and its first event. */
  pen?: { readonly batch: string; readonly seq: number }
}

export interface MemoryRecord {
  readonly createdAt: number
  updatedAt: number
  json: string
}

export interface MemoryAttachment {
  readonly facts: Attachment
  readonly data: Uint8Array
  readonly at: number
}

export interface OwnerState {
  readonly owner: Owner
  readonly threads: Map<string, MemoryThread>
  readonly runs: Map<string, MemoryRun>
  readonly approvals: Map<string, MemoryApproval>
  readonly collections: Map<string, Map<string, MemoryRecord>>
  readonly attachments: Map<string, MemoryAttachment>
  readonly usage: UsageTable
  readonly audit: MemoryAudit
}

export interface MemoryState {
  readonly owners: Map<string, OwnerState>
  readonly audit: MemoryAudit
  of(owner: Owner): OwnerState
}

export function createMemoryState(): MemoryState {
  const owners = new Map<string, OwnerState>()
  const usage = createMemoryUsage()
  const audit = createMemoryAudit()
  return {
    owners,
    audit,
    of(owner) {
      const key = JSON.stringify([owner.tenant, owner.user])
      const known = owners.get(key)
      if (known !== undefined) return known
      const made: OwnerState = {
        owner: { tenant: owner.tenant, user: owner.user },
        threads: new Map(),
        runs: new Map(),
        approvals: new Map(),
        collections: new Map(),
        attachments: new Map(),
        usage: usage.of(owner),
        audit,
      }
      owners.set(key, made)
      return made
    },
  }
}

/** Appends and keeps what is derived. The caller has checked the fence. */
export function appendEvents(
  state: OwnerState,
  held: MemoryThread,
  entry: { readonly at: number; readonly runId: string | null; readonly events: readonly ThreadEvent[] },
): readonly LoggedEvent[] {
  const logged = entry.events.map((event, index) => ({ seq: held.thread.lastSeq + 1 + index, at: entry.at, event }))
  const lines = entry.events.map((event) => ({ at: entry.at, json: JSON.stringify(event) }))
  if (logged.length === 0) return logged
  held.log.push(...lines)
  held.thread = { ...held.thread, lastSeq: held.log.length, updatedAt: entry.at }
  for (const event of entry.events) applyChanges(state, held, event, entry)
  return logged
}

interface Author {
  readonly runId: string | null
  readonly at: number
}

function applyChanges(state: OwnerState, held: MemoryThread, event: ThreadEvent, { runId, at }: Author): void {
  for (const change of changesOf(event)) {
    switch (change.type) {
      case 'approval_opened':
        if (!state.approvals.has(change.request.approvalId)) {
          state.approvals.set(change.request.approvalId, {
            threadId: held.thread.threadId,
            runId: runId ?? change.request.runId,
            request: structuredClone(change.request),
            requestedAt: at,
            wrapping: change.wrapping,
            status: 'open',
          })
        }
        break
      case 'approval_closed': {
        const approval = state.approvals.get(change.approvalId)
        if (approval?.threadId !== held.thread.threadId || approval.status !== 'open') break
        approval.status = change.decision
        if (change.by !== undefined) approval.by = change.by
        break
      }
      case 'run_ended':
        if (runId !== null) {
          endRun(state, held, runId, { outcome: change.outcome, at })
          endTime(state.usage, { runId, until: at, why: 'ended' })
        }
        break
      case 'used':
        if (runId !== null && settle(state.usage, runId, change, at)) addToRun(state.runs.get(runId), change.use)
        break
      case 'run_began': {
        const run = runId === null ? undefined : state.runs.get(runId)
        if (run !== undefined) run.began = { model: change.model, attempts: change.attempt }
        break
      }
      case 'returned':
        if (runId !== null) state.usage.drop(runId, change.holder)
        break
      case 'output_kept':
        held.outputs.add(change.handle)
        break
      case 'title_changed':
        held.thread = { ...held.thread, title: change.title }
        held.foldedTitle = foldText(change.title)
        break
      case 'text_added':
        held.texts.push(change.folded)
        break
      case 'attachment_used':
        held.attachments.add(change.attachmentId)
        break
      case 'audited':
        state.audit.add(() => entryOf(state.owner, at, change))
        break
      default:
        change satisfies never
    }
  }
}

function endRun(
  state: OwnerState,
  held: MemoryThread,
  runId: string,
  { outcome, at }: { readonly outcome: RunRecord['outcome']; readonly at: number },
): void {
  const run = state.runs.get(runId)
  if (run !== undefined) {
    run.record = { ...run.record, outcome }
    run.endedAt = at
    run.lastSeq = held.thread.lastSeq
    run.inputs.clear()
  }
  if (held.thread.activeRunId === runId) held.thread = { ...held.thread, activeRunId: null }
  for (const approval of state.approvals.values()) {
    if (approval.runId === runId && approval.status === 'open') approval.status = 'cancelled'
  }
}

function addToRun(run: MemoryRun | undefined, use: Partial<RunReport['used']>): void {
  if (run === undefined) return
  const { steps, calls, tokens, costMicros } = run.used
  run.used = {
    steps: sum(steps, use.steps ?? 0),
    calls: sum(calls, use.calls ?? 0),
    tokens: sum(tokens, use.tokens ?? 0),
    costMicros: sum(costMicros, use.costMicros ?? 0),
  }
}
