/**
 * A person's answer to an approval. The law: whoever answers may answer it, arguments that were edited are validated before
 * the answer is taken, and the answer is durable before its call goes on.
 *
 * @module
 */
import { mayAnswer } from '../protocol/approvers.ts'
import type { JsonValue, Owner, Principal } from '../protocol/vocabulary.ts'
import type { Tool } from '../tool/tool.ts'
import type { Approvals, EditedInput } from './approvals.ts'
import { parseSafely } from './call-output.ts'
import { restoreRedacted } from './edited-input.ts'
import { AgentError } from './errors.ts'
import type { EventLog } from './event-log.ts'
import type { Answered, ApprovalRecord, Clock, Store } from './ports.ts'
import type { SeatQuery } from './seats.ts'

export interface AnswererOptions {
  readonly store: Pick<Store, 'approvals' | 'inbox' | 'runs' | 'threads'>
  readonly log: EventLog
  readonly clock: Clock
  readonly approvals: Approvals
  /** For an approval whose call does not wait on this node. */
  readonly toolNamed: (name: string, run: SeatQuery) => Tool | undefined
}

export interface PersonsAnswer {
  readonly principal: Principal
  readonly approvalId: string
  readonly answer: { readonly decision: 'approved' | 'denied'; readonly reason?: string; readonly input?: JsonValue }
}

interface Found {
  /** Who asks. */
  readonly owner: Owner
  readonly approval: ApprovalRecord
}

/**
 * Rejects with AgentError `NOT_FOUND`, `APPROVAL_NOT_YOURS`, `APPROVAL_RESOLVED`, `APPROVAL_EXPIRED`,
 * `APPROVAL_INPUT_INVALID`.
 */
export function createAnswerer(options: AnswererOptions): (answer: PersonsAnswer) => Promise<void> {
  const { store, log, clock, approvals, toolNamed } = options

  async function find(principal: Principal, approvalId: string): Promise<Found> {
    const owner = { tenant: principal.tenant, user: principal.user }
    const own = await store.approvals.get(owner, approvalId)
    if (own !== undefined) {
      if (mayAnswer(principal, { owner, ...own })) return { owner, approval: own }
      throw new AgentError('APPROVAL_NOT_YOURS', { approvalId, approvers: own.approvers ?? [] })
    }
    const found = await store.inbox.get(principal, approvalId)
    // The store has asked the same; what lets somebody else decide is asked here as well.
    if (found === undefined || !mayAnswer(principal, found)) throw notFound(approvalId)
    return { owner: found.owner, approval: found }
  }

  async function readEdited({ owner, approval }: Found, input: JsonValue): Promise<EditedInput> {
    const question = approvals.waiting(approval.approvalId)
    if (question !== undefined) return question.readEdited(input)
    const runId = await outermostRun({ owner, approval })
    const tool = toolNamed(approval.tool, { owner, threadId: approval.threadId, runId })
    if (tool?.fingerprint !== approval.fingerprint) {
      const message =
        'its tool is gone or was changed, so nobody can say whether they fit; deny it, or leave them as they are'
      return { ok: false, issues: [{ path: '', message }] }
    }
    const kept = await store.runs.keptInputs(owner, runId)
    const original = kept.get(approval.callId) ?? approval.input
    const restored = restoreRedacted(input, approval.input, original)
    const parsed = await parseSafely(tool.input, restored)
    if (!parsed.ok) return parsed
    return { ok: true, input: restored, parsed: parsed.value, shown: tool.input.redact(restored) }
  }

  /** The run at work on the thread: when an agent asks that was called, the one that a person started. */
  async function outermostRun({ owner, approval }: Found): Promise<string> {
    const thread = await store.threads.get(owner, approval.threadId)
    return thread?.activeRunId ?? approval.runId
  }

  return async ({ principal, approvalId, answer: { decision, reason, input } }) => {
    const found = await find(principal, approvalId)
    const { owner, approval } = found
    if (approval.status !== 'open') throw resolved({ status: 'already_resolved', approval })
    const edited = input !== undefined && decision === 'approved' ? await readEdited(found, input) : undefined
    if (edited?.ok === false) {
      throw new AgentError('APPROVAL_INPUT_INVALID', { approvalId, tool: approval.tool, issues: edited.issues })
    }
    const why = reason === undefined ? {} : { reason }
    const by = principal.user
    const write = async (): Promise<Extract<Answered, { status: 'resolved' }>> => {
      const entry = { decision, by, ...why, ...inputsOf(edited), at: clock.now() }
      const answered = await store.approvals.resolve(owner, approvalId, entry)
      if (answered.status === 'not_found') throw notFound(approvalId)
      if (answered.status !== 'resolved') throw resolved(answered)
      // Before it is published: the log has the arguments redacted only.
      approvals.settle(approvalId, { decision, ...why, ...(edited === undefined ? {} : { input: edited.input }) })
      return answered
    }
    await log.commit({ owner, threadId: approval.threadId }, write, (answered) => answered.events)
  }
}

function inputsOf(edited: Extract<EditedInput, { ok: true }> | undefined): {
  readonly input?: JsonValue
  readonly keptInput?: JsonValue
} {
  if (edited === undefined) return {}
  const { input, shown } = edited
  return JSON.stringify(input) === JSON.stringify(shown) ? { input: shown } : { input: shown, keptInput: input }
}

function resolved(answered: Extract<Answered, { status: 'already_resolved' | 'expired' }>): AgentError {
  const { approvalId, status } = answered.approval
  return answered.status === 'expired' || status === 'expired'
    ? new AgentError('APPROVAL_EXPIRED', { approvalId })
    : new AgentError('APPROVAL_RESOLVED', { approvalId, decision: status })
}

function notFound(approvalId: string): AgentError {
  return new AgentError('NOT_FOUND', { what: 'approval', id: approvalId })
}
