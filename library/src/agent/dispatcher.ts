/**
 * The only way a call is carried out: prepare, execute, finalize. The law: every call ends in exactly one tool_completed
 * with its true outcome, and nothing that a tool, a model or a person does makes it throw.
 *
 * @module
 */

import type { ApprovalRequested, RequestedCall, ToolCompleted } from '../protocol/events.ts'
import { createId } from '../protocol/ids.ts'
import type { CallOutcome, Failure, JsonValue } from '../protocol/vocabulary.ts'
import { hashJson } from '../tool/fingerprint.ts'
import { nearestTo } from '../tool/nearest.ts'
import type { Parsed, Tool } from '../tool/tool.ts'
import { untilAborted } from './abort.ts'
import { agentOf } from './agent-tool.ts'
import type { EditedInput } from './approvals.ts'
import { parseSafely } from './call-output.ts'
import { type CallEnd, carryOutCall } from './carried-call.ts'
import { restoreRedacted } from './edited-input.ts'
import { callFailure } from './errors.ts'
import { createGate } from './gate.ts'
import { readJson } from './json-value.ts'
import type { ModelPart } from './ports.ts'
import type { RunContext } from './run-context.ts'

export type CallPart = Extract<ModelPart, { type: 'call' }>

/** A call as the model asked for it, with its id; `requested` is redacted, `input` is not. */
export interface PendingCall {
  readonly requested: RequestedCall
  readonly input: JsonValue
  readonly isJson: boolean
}

export interface Dispatcher {
  read(calls: readonly CallPart[]): readonly PendingCall[]
  /** Results in the order of the calls, durable. Rejects with `RunLost` only. */
  carryOut(step: number, calls: readonly PendingCall[]): Promise<readonly ToolCompleted[]>
}

interface ReadyCall {
  readonly step: number
  readonly requested: RequestedCall
  readonly tool: Tool
  /** As the model wrote it, unredacted. */
  readonly input: JsonValue
  readonly parsed: unknown
  readonly needsApproval: boolean
}

type Prepared = { readonly ready: ReadyCall } | { readonly end: CallEnd }

export function createDispatcher(run: RunContext): Dispatcher {
  const { runId, principal, signal, services, limits } = run
  const { clock, policy, approvals, toolGate } = services
  const places = createGate(limits.maxConcurrentCalls)

  function read({ tool: name, input, invalidJson, providerCallId }: CallPart): PendingCall {
    const reading = readJson(input)
    const value = reading.ok ? reading.value : `[${reading.found}]`
    const redact = run.tools().byName.get(name)?.input.redact ?? services.redactArguments
    const shown = readJson(redact(value))
    const requested: RequestedCall = {
      callId: createId('call'),
      tool: String(name),
      input: shown.ok ? shown.value : null,
      ...(providerCallId === undefined ? {} : { providerCallId }),
    }
    return { requested, input: value, isJson: reading.ok && invalidJson !== true }
  }

  /** Hidden and absent tools answer alike: both are not in what this principal may see. */
  function resolve(name: string): { readonly tool: Tool; readonly needsApproval: boolean } | undefined {
    const tool = run.tools().byName.get(name)
    if (tool === undefined) return undefined
    const permission = policy.permission(principal, tool)
    return permission.allowed ? { tool, needsApproval: permission.approval } : undefined
  }

  function prepare(step: number, { requested, input, isJson }: PendingCall): Prepared | Promise<Prepared> {
    const name = requested.tool
    const reached = run.budget.reserveCall()
    if (reached !== undefined) return ending('refused', callFailure('CALLS_LIMIT', { tool: name, max: reached.value }))
    const found = resolve(name)
    if (found === undefined) {
      const nearest = nearestTo(name, run.tools().byName.keys())
      return ending('refused', callFailure('TOOL_UNKNOWN', { tool: name, nearest }))
    }
    const agent = agentOf(found.tool)
    if (agent !== undefined && run.depth >= limits.maxAgentDepth) {
      return ending('refused', callFailure('AGENT_TOO_DEEP', { agent: agent.name, max: limits.maxAgentDepth }))
    }
    if (!isJson) return ending('invalid', callFailure('INPUT_NOT_JSON', { tool: name }))
    const admit = (parsed: Parsed<unknown> | undefined): Prepared => {
      if (parsed === undefined) return ending('cancelled', callFailure('CALL_CANCELLED', { tool: name }))
      if (!parsed.ok) return ending('invalid', callFailure('INPUT_INVALID', { tool: name, issues: parsed.issues }))
      return { ready: { step, requested, input, parsed: parsed.value, ...found } }
    }
    const parsed = untilAborted(parseSafely(found.tool.input, input), signal)
    return parsed instanceof Promise ? parsed.then(admit) : admit(parsed)
  }

  async function approve(call: ReadyCall): Promise<Prepared> {
    const { tool, requested, input } = call
    const inputHash = hashOf(call)
    const request: ApprovalRequested = {
      type: 'approval_requested',
      runId,
      step: call.step,
      approvalId: createId('apr'),
      callId: requested.callId,
      tool: tool.name,
      input: requested.input,
      effect: tool.effect,
      fingerprint: tool.fingerprint,
      inputHash,
      expiresAt: Math.min(clock.now() + policy.approvalTimeoutMs, Number.MAX_SAFE_INTEGER),
    }
    const readEdited = async (edited: JsonValue): Promise<EditedInput> => {
      const restored = restoreRedacted(edited, requested.input, input)
      const parsed = await untilAborted(parseSafely(tool.input, restored), signal)
      if (parsed === undefined) return { ok: false, issues: [{ path: '', message: 'the run was stopped' }] }
      if (!parsed.ok) return parsed
      return { ok: true, input: restored, parsed: parsed.value, shown: tool.input.redact(restored) }
    }
    run.emit(request)
    await run.commit()
    const verdict = await approvals.wait({
      owner: principal,
      threadId: run.threadId,
      request,
      signal,
      lost: run.lost,
      readEdited,
    })
    switch (verdict.decision) {
      case 'denied':
        return ending('refused', callFailure('APPROVAL_DENIED', { tool: tool.name, reason: verdict.reason }))
      case 'expired':
        return ending('refused', callFailure('APPROVAL_EXPIRED', { tool: tool.name }))
      case 'cancelled':
        return ending('cancelled', callFailure('CALL_CANCELLED', { tool: tool.name }))
      case 'approved':
        return confirm(call, inputHash, verdict.input === undefined ? undefined : await readEdited(verdict.input))
      default:
        return verdict.decision satisfies never
    }
  }

  /** Time has passed: what runs must still be what was approved. */
  function confirm(call: ReadyCall, inputHash: string, edited: EditedInput | undefined): Prepared {
    const { tool, requested } = call
    if (resolve(tool.name)?.tool.fingerprint !== tool.fingerprint || hashOf(call) !== inputHash) {
      return ending('refused', callFailure('TOOL_CHANGED', { tool: tool.name }))
    }
    if (edited === undefined) return { ready: call }
    if (!edited.ok) return ending('invalid', callFailure('INPUT_INVALID', { tool: tool.name, issues: edited.issues }))
    const { input, parsed, shown } = edited
    return { ready: { ...call, requested: { ...requested, input: shown }, input, parsed } }
  }

  async function execute(call: ReadyCall): Promise<ToolCompleted> {
    const { requested, step } = call
    const prepared = call.needsApproval ? await approve(call) : { ready: call }
    if ('end' in prepared) return complete(step, requested, prepared.end)
    const { ready } = prepared
    const entered = places.enter(signal)
    using place = entered instanceof Promise ? await entered : entered
    const toolEntered = place && toolGate(ready.tool)?.enter(signal)
    using _toolPlace = toolEntered instanceof Promise ? await toolEntered : toolEntered
    const waitedInVain = place === undefined || (toolEntered instanceof Promise && _toolPlace === undefined)
    if (waitedInVain || signal.aborted) {
      return complete(step, requested, ending('cancelled', callFailure('CALL_CANCELLED', { tool: requested.tool })).end)
    }
    return complete(step, requested, await carryOutCall(run, ready))
  }

  function complete(step: number, requested: RequestedCall, { late, ...end }: CallEnd): ToolCompleted {
    const { callId, tool } = requested
    const completed: ToolCompleted = { type: 'tool_completed', runId, step, callId, tool, ...end }
    run.emit(completed)
    if (late !== undefined) void quarantine(requested, late)
    return completed
  }

  /** The result of an abandoned call is nobody's any more; that it came is on record. */
  async function quarantine({ callId, tool }: RequestedCall, late: Promise<'resolved' | 'rejected'>): Promise<void> {
    const abandonedAt = clock.monotonic()
    const settled = await late
    const afterMs = Math.round(clock.monotonic() - abandonedAt)
    if (run.isOpen()) run.emit({ type: 'tool_late', runId, callId, tool, settled, afterMs })
    services.onLateCall({ runId, callId, tool, settled, afterMs, recorded: run.isOpen() })
  }

  return {
    read: (calls) => calls.map(read),
    async carryOut(step, calls) {
      const prepared: Prepared[] = []
      for (const call of calls) {
        const made = prepare(step, call)
        prepared.push(made instanceof Promise ? await made : made)
      }
      const results = prepared.map((made, index) => {
        if ('ready' in made) return execute(made.ready)
        const call = calls[index]
        return call && complete(step, call.requested, made.end)
      })
      const completed = await Promise.all(results)
      await run.commit()
      return completed.filter((result) => result !== undefined)
    },
  }
}

function ending(outcome: CallOutcome, error: Failure): { readonly end: CallEnd } {
  return { end: { outcome, error, durationMs: 0 } }
}

/** Of what would run. What a schema made of it may be no JSON: then of what the model wrote. */
function hashOf({ parsed, input }: ReadyCall): string {
  const reading = readJson(parsed)
  return hashJson(reading.ok ? reading.value : input)
}
