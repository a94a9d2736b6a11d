/**
 * Asking a person about one call. The law: what starts is what was approved: the same tool, by its fingerprint, with the
 * same arguments, by their hash, or those that the approver wrote and the schema takes.
 *
 * @module
 */
import type { ApprovalRequested } from '../protocol/events.ts'
import { createId } from '../protocol/ids.ts'
import type { JsonValue } from '../protocol/vocabulary.ts'
import { untilAborted } from './abort.ts'
import { type ApprovalVerdict, verdictOf } from './approvals.ts'
import { cancelledEnding, ending, type Prepared, type ReadyCall, resolveTool } from './call-preparation.ts'
import { conceal } from './concealment.ts'
import { type EditedInput, readEdited } from './edited-input.ts'
import { callFailure } from './errors.ts'
import type { RunContext } from './run-context.ts'
import { offeredBy } from './seats.ts'

/** Rejects with `RunLost` only. */
export async function approveCall(run: RunContext, call: ReadyCall): Promise<Prepared> {
  const { requested, input } = call
  const { clock, policy, approvals } = run.services
  const tool = call.tool.name
  const { asked, answered } = call.before ?? {}
  const request: ApprovalRequested = asked ?? {
    type: 'approval_requested',
    runId: run.runId,
    step: call.step,
    approvalId: createId('apr'),
    callId: requested.callId,
    tool,
    input: requested.input,
    effect: call.tool.effect,
    fingerprint: call.tool.fingerprint,
    ...offeredBy(call.tool),
    inputHash: run.services.inputHashes.of(call),
    expiresAt: Math.min(clock.now() + policy.approvalTimeoutMs, Number.MAX_SAFE_INTEGER),
    ...approversOf(run, call),
  }

  async function read(edited: JsonValue): Promise<EditedInput> {
    const reading = readEdited(call.tool, { edited, shown: requested.input, original: input })
    return (await untilAborted(reading, run.signal)) ?? refused('the run was stopped')
  }

  async function wait(): Promise<ApprovalVerdict> {
    const { threadId, signal, lost, activity } = run
    const owner = { tenant: run.principal.tenant, user: run.principal.user }
    using _waiting = activity.wait(request.expiresAt)
    const durable = run.commit()
    const askedBefore = asked !== undefined
    return await approvals.wait({ owner, threadId, request, askedBefore, durable, signal, lost, readEdited: read })
  }

  if (asked === undefined) run.emit(request)
  const verdict = answered === undefined ? await wait() : verdictOf(answered, run.keptInputs)
  switch (verdict.decision) {
    case 'denied':
      return ending('refused', callFailure('APPROVAL_DENIED', { tool, reason: verdict.reason }))
    case 'expired':
      return ending('refused', callFailure('APPROVAL_EXPIRED', { tool }))
    case 'cancelled':
      return cancelledEnding(tool)
    case 'approved': {
      const edited = verdict.input === undefined ? undefined : await read(verdict.input)
      return confirm(run, call, { ...request, edited })
    }
    default:
      return verdict.decision satisfies never
  }
}

/** Who may answer, as the policy says now: the record keeps it, whatever the policy says later. */
function approversOf({ principal, services }: RunContext, { tool }: ReadyCall): Pick<ApprovalRequested, 'approvers'> {
  const permission = services.policy.permission(principal, tool)
  return permission.allowed && permission.approvers !== undefined ? { approvers: permission.approvers } : {}
}

/** Cancels a question of a call that ends without it. Rejects with `RunLost` only. */
export async function withdrawApproval(run: RunContext, request: ApprovalRequested): Promise<void> {
  const { threadId, lost, services } = run
  const owner = { tenant: run.principal.tenant, user: run.principal.user }
  const readEdited = async (): Promise<EditedInput> => refused('the call was given up')
  const now = { askedBefore: false, durable: Promise.resolve(), signal: AbortSignal.abort() }
  await services.approvals.wait({ owner, threadId, request, ...now, lost, readEdited })
}

function refused(message: string): EditedInput {
  return { ok: false, issues: [{ path: '', message }] }
}

interface Approved extends Pick<ApprovalRequested, 'inputHash' | 'fingerprint'> {
  readonly edited: EditedInput | undefined
}

/** Time has passed since it was asked. */
function confirm(run: RunContext, call: ReadyCall, { inputHash, fingerprint, edited }: Approved): Prepared {
  const { tool, requested } = call
  const same = resolveTool(run, tool.name)?.tool.fingerprint === fingerprint
  const isAsApproved = edited !== undefined || run.services.inputHashes.isOf(inputHash, call)
  if (!same || !isAsApproved) return ending('refused', callFailure('TOOL_CHANGED', { tool: tool.name }))
  if (edited === undefined) return { ready: call }
  if (!edited.ok) {
    const issues = call.concealment.issues(edited.issues)
    return ending('invalid', callFailure('INPUT_INVALID', { tool: tool.name, issues }))
  }
  const { input, parsed, shown } = edited
  const concealment = conceal(input, shown)
  return { ready: { ...call, requested: { ...requested, input: shown }, input, parsed, concealment } }
}
