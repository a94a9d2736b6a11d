/**
 * A person's answer to an approval. The law: arguments that were edited are validated before the answer is taken, and the
 * answer is durable before its call goes on.
 *
 * @module
 */
import type { JsonValue, Owner, Principal } from '../protocol/vocabulary.ts'
import type { Tool } from '../tool/tool.ts'
import type { Approvals, EditedInput } from './approvals.ts'
import { parseSafely } from './call-output.ts'
import { AgentError } from './errors.ts'
import type { EventLog } from './event-log.ts'
import type { Answered, ApprovalRecord, Clock, Store } from './ports.ts'

export interface AnswererOptions {
  readonly store: Pick<Store, 'approvals'>
  readonly log: EventLog
  readonly clock: Clock
  readonly approvals: Approvals
  /** For an approval whose call does not wait on this node. */
  readonly toolNamed: (owner: Owner, name: string) => Tool | undefined
  readonly redactKeys: (value: JsonValue) => JsonValue
}

export interface PersonsAnswer {
  readonly principal: Principal
  readonly approvalId: string
  readonly answer: { readonly decision: 'approved' | 'denied'; readonly reason?: string; readonly input?: JsonValue }
}

/** Rejects with AgentError `NOT_FOUND`, `APPROVAL_RESOLVED`, `APPROVAL_EXPIRED`, `APPROVAL_INPUT_INVALID`. */
export function createAnswerer(options: AnswererOptions): (answer: PersonsAnswer) => Promise<void> {
  const { store, log, clock, approvals, toolNamed, redactKeys } = options

  async function readEdited(owner: Owner, approval: ApprovalRecord, input: JsonValue): Promise<EditedInput> {
    const question = approvals.waiting(approval.approvalId)
    if (question !== undefined) return question.readEdited(input)
    const tool = toolNamed(owner, approval.tool)
    if (tool === undefined) return { ok: true, input, parsed: input, shown: redactKeys(input) }
    const parsed = await parseSafely(tool.input, input)
    return parsed.ok ? { ok: true, input, parsed: parsed.value, shown: tool.input.redact(input) } : parsed
  }

  return async ({ principal, approvalId, answer: { decision, reason, input } }) => {
    const owner = { tenant: principal.tenant, user: principal.user }
    const approval = await store.approvals.get(owner, approvalId)
    if (approval === undefined) throw notFound(approvalId)
    if (approval.status !== 'open') throw resolved({ status: 'already_resolved', approval })
    const isEdited = input !== undefined && decision === 'approved'
    const edited = isEdited ? await readEdited(owner, approval, input) : undefined
    if (edited?.ok === false) {
      throw new AgentError('APPROVAL_INPUT_INVALID', { approvalId, tool: approval.tool, issues: edited.issues })
    }
    const why = reason === undefined ? {} : { reason }
    const shown = edited === undefined ? {} : { input: edited.shown }
    const write = async (): Promise<Extract<Answered, { status: 'resolved' }>> => {
      const entry = { decision, by: principal.user, ...why, ...shown, at: clock.now() }
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

function resolved(answered: Extract<Answered, { status: 'already_resolved' | 'expired' }>): AgentError {
  const { approvalId, status } = answered.approval
  return answered.status === 'expired' || status === 'expired'
    ? new AgentError('APPROVAL_EXPIRED', { approvalId })
    : new AgentError('APPROVAL_RESOLVED', { approvalId, decision: status })
}

function notFound(approvalId: string): AgentError {
  return new AgentError('NOT_FOUND', { what: 'approval', id: approvalId })
}
