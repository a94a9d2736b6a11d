/**
 * A person's answer to an approval, and what they ask before they give it. The law: whoever answers may answer it, arguments
 * that were edited are validated before the answer is taken, by the same code that checks them while they are edited, and
 * the answer is durable before its call goes on.
 *
 * @module
 */
import { mayAnswer } from '../protocol/approvers.ts'
import type { Replies } from '../protocol/frames.ts'
import type { JsonValue, Owner, Principal } from '../protocol/vocabulary.ts'
import type { Issue, Tool } from '../tool/tool.ts'
import type { Approvals } from './approvals.ts'
import { type EditedInput, readEdited } from './edited-input.ts'
import { AgentError } from './errors.ts'
import type { EventLog } from './event-log.ts'
import { approvalFor } from './inbox.ts'
import { createJudgingShare } from './judging-share.ts'
import type { Answered, ApprovalRecord, Clock, Store } from './ports.ts'
import type { SeatQuery } from './seats.ts'
import { toolInfo } from './tool-listing.ts'

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

export interface Edit {
  readonly principal: Principal
  readonly approvalId: string
  readonly input: JsonValue
}

/** Each rejects with AgentError `NOT_FOUND` and `APPROVAL_NOT_YOURS`; all but `look` with `APPROVAL_RESOLVED` and `APPROVAL_EXPIRED`. */
export interface Answerer {
  /** Rejects with `APPROVAL_INPUT_INVALID` as well. */
  answer(answer: PersonsAnswer): Promise<void>
  /** Why an answer with these arguments would be refused; nothing is answered. */
  check(edit: Edit): Promise<readonly Issue[]>
  look(principal: Principal, approvalId: string): Promise<Replies['approval.get']>
}

interface Found {
  /** Who asks. */
  readonly owner: Owner
  readonly approval: ApprovalRecord
}

/** Judges when it is the turn of whoever asks. */
type Judge = (work: () => Promise<EditedInput>) => Promise<EditedInput>

/** How long a schema has to say whether arguments fit: nobody at a page waits longer, and a promise may never settle. */
const MAX_CHECK_MS = 5_000

export function createAnswerer(options: AnswererOptions): Answerer {
  const { store, log, clock, approvals, toolNamed } = options
  const share = createJudgingShare(clock)

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

  async function read({ owner, approval }: Found, input: JsonValue, judge: Judge): Promise<EditedInput> {
    const question = approvals.waiting(approval.approvalId)
    if (question !== undefined) return judge(() => question.readEdited(input))
    const runId = await outermostRun({ owner, approval })
    const tool = toolOf({ owner, approval }, runId)
    if (tool === undefined) {
      const message =
        'its tool is gone or was changed, so nobody can say whether they fit; deny it, or leave them as they are'
      return { ok: false, issues: [{ path: '', message }] }
    }
    const kept = await store.runs.keptInputs(owner, runId)
    const original = kept.get(approval.callId) ?? approval.input
    return judge(async () => readEdited(tool, { edited: input, shown: approval.input, original }))
  }

  /** The very one that is asked about. */
  function toolOf({ owner, approval }: Found, runId: string): Tool | undefined {
    const tool = toolNamed(approval.tool, { owner, threadId: approval.threadId, runId })
    return tool?.fingerprint === approval.fingerprint ? tool : undefined
  }

  async function readInTime(
    found: Found,
    { principal, input }: Pick<Edit, 'principal' | 'input'>,
  ): Promise<EditedInput> {
    const late = Promise.withResolvers<EditedInput>()
    const message = `its schema did not say within ${MAX_CHECK_MS} ms whether they fit; leave them as they are, or deny it`
    const tooLate: EditedInput = { ok: false, issues: [{ path: '', message }] }
    let isLate = false
    using _timer = clock.setTimeout(() => {
      isLate = true
      late.resolve(tooLate)
    }, MAX_CHECK_MS)
    const judge: Judge = async (work) => (await share.judge(principal, work, () => isLate)) ?? tooLate
    return await Promise.race([read(found, input, judge), late.promise])
  }

  async function findOpen(principal: Principal, approvalId: string): Promise<Found> {
    const found = await find(principal, approvalId)
    const { approval } = found
    if (approval.status !== 'open') throw resolved({ status: 'already_resolved', approval })
    return found
  }

  /** As an answer would find it now. */
  async function findUnexpired(principal: Principal, approvalId: string): Promise<Found> {
    const found = await findOpen(principal, approvalId)
    if (clock.now() > found.approval.expiresAt) throw new AgentError('APPROVAL_EXPIRED', { approvalId })
    return found
  }

  /** The run at work on the thread: when an agent asks that was called, the one that a person started. */
  async function outermostRun({ owner, approval }: Found): Promise<string> {
    const thread = await store.threads.get(owner, approval.threadId)
    return thread?.activeRunId ?? approval.runId
  }

  async function answer({ principal, approvalId, answer: given }: PersonsAnswer): Promise<void> {
    const { decision, reason, input } = given
    const found = await findOpen(principal, approvalId)
    const { owner, approval } = found
    const edited =
      input !== undefined && decision === 'approved' ? await readInTime(found, { principal, input }) : undefined
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

  return {
    answer,
    async check({ principal, approvalId, input }) {
      const edited = await readInTime(await findUnexpired(principal, approvalId), { principal, input })
      return edited.ok ? [] : edited.issues
    },
    async look(principal, approvalId) {
      const found = await find(principal, approvalId)
      const record = await store.inbox.get(principal, approvalId)
      if (record === undefined) throw notFound(approvalId)
      // What somebody's page says of a tool of its own is nothing to go by, for anybody but them.
      const isForeign = record.offered === true && record.owner.user !== principal.user
      const tool = isForeign ? undefined : toolOf(found, await outermostRun(found))
      return {
        approval: approvalFor(principal, record),
        decision: record.status === 'open' ? null : record.status,
        ...(record.by === undefined ? {} : { by: record.by }),
        tool: tool === undefined ? null : toolInfo(tool),
      }
    },
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
