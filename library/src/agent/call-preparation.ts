/**
 * What happens to a call before it may start: counted, looked up, permitted, parsed. The law: hidden and absent tools
 * answer alike, and whoever calls has no way around the policy.
 *
 * @module
 */
import type { RequestedCall } from '../protocol/events.ts'
import { createId } from '../protocol/ids.ts'
import type { CallOutcome, Failure, JsonValue } from '../protocol/vocabulary.ts'
import { nearestTo } from '../tool/nearest.ts'
import type { Parsed, Tool } from '../tool/tool.ts'
import { untilAborted } from './abort.ts'
import { agentOf } from './agent-tool.ts'
import type { Refusal, ReservedCall } from './budget.ts'
import { parseSafely } from './call-output.ts'
import type { CallEnd } from './carried-call.ts'
import { type Concealment, conceal } from './concealment.ts'
import { callFailure } from './errors.ts'
import { readJson } from './json-value.ts'
import type { KeptInput, ModelPart } from './ports.ts'
import type { RunContext } from './run-context.ts'
import type { OpenCall } from './run-progress.ts'

export type CallPart = Extract<ModelPart, { type: 'call' }>

/** A call as the model asked for it, with its id; `requested` is redacted, `input` is not. */
export interface PendingCall {
  readonly requested: RequestedCall
  readonly input: JsonValue
  readonly isJson: boolean
  readonly concealment: Concealment
  /** What the log says of it already: its run was taken over. */
  readonly before?: OpenCall
}

export interface ReadyCall {
  readonly step: number
  readonly requested: RequestedCall
  readonly tool: Tool
  /** As the model wrote it, unredacted. */
  readonly input: JsonValue
  readonly parsed: unknown
  readonly needsApproval: boolean
  readonly concealment: Concealment
  readonly before?: OpenCall
}

/** Ready to start, or ended without having started. */
export type Prepared = { readonly ready: ReadyCall } | { readonly end: CallEnd }

export function readCall(run: RunContext, { tool: name, input, invalidJson, providerCallId }: CallPart): PendingCall {
  const reading = readJson(input)
  const value = reading.ok ? reading.value : `[${reading.found}]`
  const schema = run.tools().byName.get(name)?.input
  const visible = schema === undefined ? run.services.redactArguments(value) : schema.redact(value)
  // A second copy, because the first is handed to the tool, which may change it.
  const shown = readJson(visible)
  const requested: RequestedCall = {
    callId: createId('call'),
    tool: name,
    input: shown.ok ? shown.value : null,
    ...(providerCallId === undefined ? {} : { providerCallId }),
  }
  const isJson = reading.ok && invalidJson !== true
  return { requested, input: value, isJson, concealment: conceal(value, visible) }
}

/** A call as the log has it, as it was started when an approver had changed it; its arguments whole again where they were kept. */
export function reopenCall(run: RunContext, before: OpenCall): PendingCall {
  const { started } = before
  const requested = started === undefined ? before.requested : { ...before.requested, input: started.input }
  const input = run.keptInputs.get(requested.callId) ?? requested.input
  // Arguments are an object: what is a text was no JSON.
  return { requested, input, isJson: typeof input !== 'string', concealment: conceal(input, requested.input), before }
}

/** What of these calls the log does not hold. */
export function hiddenInputs(calls: readonly PendingCall[]): readonly KeptInput[] {
  return calls
    .filter(({ concealment, isJson }) => isJson && concealment.hides)
    .map(({ requested, input }) => ({ callId: requested.callId, input }))
}

/** At once, unless a budget has to be asked or the tool's schema takes its time. */
export function prepareCall(run: RunContext, step: number, call: PendingCall): Prepared | Promise<Prepared> {
  const { callId, tool } = call.requested
  if (call.before?.started !== undefined) return admitStarted(run, step, call)
  // It was counted when it was asked for.
  if (call.before?.asked !== undefined) return admitCall(run, step, call)
  const go = (reserved: ReservedCall): Prepared | Promise<Prepared> =>
    reserved.status === 'reserved' ? admitCall(run, step, call) : unreserved(tool, reserved)
  const reserved = run.budget.reserveCall({ callId, tool })
  return reserved instanceof Promise ? reserved.then(go) : go(reserved)
}

/** A call that waited for a person while its run was parked reserves again before it starts. Undefined: it may start. */
export function holdCall(
  run: RunContext,
  { requested: { callId, tool } }: ReadyCall,
): Promise<CallEnd | undefined> | undefined {
  return run.budget.spending
    ?.reserveCall({ callId, tool })
    ?.then((held) => (held.status === 'reserved' ? undefined : unreserved(tool, held).end))
}

function unreserved(tool: string, refusal: Refusal): { readonly end: CallEnd } {
  if (refusal.status === 'refused') return ending('refused', refusal.error)
  const { limit } = refusal
  if (limit.per === undefined) return ending('refused', callFailure('CALLS_LIMIT', { tool, max: limit.value }))
  return ending('refused', callFailure('BUDGET_REACHED', { tool, limit }))
}

function admitCall(run: RunContext, step: number, call: PendingCall): Prepared | Promise<Prepared> {
  const { requested, input, concealment, before } = call
  const name = requested.tool
  const found = resolveTool(run, name)
  if (found === undefined && before?.asked !== undefined) {
    return ending('refused', callFailure('TOOL_CHANGED', { tool: name }))
  }
  if (found === undefined) {
    const nearest = nearestTo(name, run.tools().byName.keys())
    return ending('refused', callFailure('TOOL_UNKNOWN', { tool: name, nearest }))
  }
  const agent = agentOf(found.tool)
  const { maxAgentDepth: max } = run.limits
  if (agent !== undefined && run.depth >= max) {
    return ending('refused', callFailure('AGENT_TOO_DEEP', { agent: agent.name, max }))
  }
  if (!call.isJson) return ending('invalid', callFailure('INPUT_NOT_JSON', { tool: name }))
  const admit = (parsed: Parsed<unknown> | undefined): Prepared => {
    if (parsed === undefined) return cancelledEnding(name)
    if (!parsed.ok) {
      const issues = concealment.issues(parsed.issues)
      return ending('invalid', callFailure('INPUT_INVALID', { tool: name, issues }))
    }
    // Whoever was asked decides, also when nobody would be asked any more.
    const needsApproval = found.needsApproval || before?.asked !== undefined
    const ready = { step, requested, input, parsed: parsed.value, concealment, tool: found.tool, needsApproval }
    return { ready: { ...ready, ...(before && { before }) } }
  }
  const parsed = untilAborted(parseSafely(found.tool.input, input), run.signal)
  return parsed instanceof Promise ? parsed.then(admit) : admit(parsed)
}

/** A call that had started when its node died is repeated where that is safe; otherwise nobody knows what became of it. */
function admitStarted(run: RunContext, step: number, call: PendingCall): Prepared | Promise<Prepared> {
  const { requested, input, concealment, before } = call
  const name = requested.tool
  const unknown = ending('unknown', callFailure('CALL_UNKNOWN', { tool: name }))
  const tool = run.tools().byName.get(name)
  if (tool === undefined || before === undefined || !isRepeatable(run, call, tool)) return unknown
  const admit = (parsed: Parsed<unknown> | undefined): Prepared =>
    parsed?.ok === true
      ? { ready: { step, requested, input, parsed: parsed.value, concealment, tool, needsApproval: false, before } }
      : unknown
  const parsed = parseSafely(tool.input, input)
  return parsed instanceof Promise ? parsed.then(admit) : admit(parsed)
}

/** An agent goes on where it was, also to its own end. */
function isRepeatable(run: RunContext, { requested, input }: PendingCall, tool: Tool): boolean {
  if (agentOf(tool) !== undefined) return true
  const isWhole = input !== requested.input || tool.input.redact(input) === input
  return isWhole && !run.signal.aborted && (tool.effect === 'read' || tool.idempotent)
}

/** Undefined: there is none, or none for this principal; nobody can tell the two apart. */
export function resolveTool(
  run: RunContext,
  name: string,
): { readonly tool: Tool; readonly needsApproval: boolean } | undefined {
  const tool = run.tools().byName.get(name)
  if (tool === undefined) return undefined
  const permission = run.services.policy.permission(run.principal, tool)
  return permission.allowed ? { tool, needsApproval: permission.approval } : undefined
}

export function ending(outcome: CallOutcome, error: Failure): { readonly end: CallEnd } {
  return { end: { outcome, error, durationMs: 0 } }
}

export function cancelledEnding(tool: string): { readonly end: CallEnd } {
  return ending('cancelled', callFailure('CALL_CANCELLED', { tool }))
}
