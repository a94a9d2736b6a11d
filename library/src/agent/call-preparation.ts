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
import { parseSafely } from './call-output.ts'
import type { CallEnd } from './carried-call.ts'
import { type Concealment, conceal } from './concealment.ts'
import { callFailure } from './errors.ts'
import { readJson } from './json-value.ts'
import type { ModelPart } from './ports.ts'
import type { RunContext } from './run-context.ts'

export type CallPart = Extract<ModelPart, { type: 'call' }>

/** A call as the model asked for it, with its id; `requested` is redacted, `input` is not. */
export interface PendingCall {
  readonly requested: RequestedCall
  readonly input: JsonValue
  readonly isJson: boolean
  readonly concealment: Concealment
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

/** At once, unless the tool's schema takes its time. */
export function prepareCall(run: RunContext, step: number, call: PendingCall): Prepared | Promise<Prepared> {
  const { requested, input, concealment } = call
  const name = requested.tool
  const reached = run.budget.reserveCall()
  if (reached !== undefined) return ending('refused', callFailure('CALLS_LIMIT', { tool: name, max: reached.value }))
  const found = resolveTool(run, name)
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
    return { ready: { step, requested, input, parsed: parsed.value, concealment, ...found } }
  }
  const parsed = untilAborted(parseSafely(found.tool.input, input), run.signal)
  return parsed instanceof Promise ? parsed.then(admit) : admit(parsed)
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
