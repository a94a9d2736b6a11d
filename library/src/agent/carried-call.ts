/**
 * One call that was looked up, permitted, parsed and approved: opened, executed and judged. The law: tool_executing is
 * committed before the tool runs, and what the call opened is closed when it ends.
 *
 * @module
 */

import type { RequestedCall, ToolCompleted } from '../protocol/events.ts'
import { createId } from '../protocol/ids.ts'
import type { JsonObject, JsonValue } from '../protocol/vocabulary.ts'
import type { Registry } from '../registry/registry.ts'
import { isCallLost, type ToolError } from '../tool/errors.ts'
import { openInstance } from '../tool/instance.ts'
import type { Call, CallLog, Tool } from '../tool/tool.ts'
import type { Agent } from './agent.ts'
import { agentOf } from './agent-tool.ts'
import { executeCall, type Settlement } from './call-execution.ts'
import { readOutput } from './call-output.ts'
import { type CallProgress, createCallProgress } from './call-progress.ts'
import type { Concealment } from './concealment.ts'
import { callFailure } from './errors.ts'
import { RunFault, RunLost } from './journal.ts'
import { cutText, readJson } from './json-value.ts'
import type { RunContext } from './run-context.ts'
import { messageOf, type OpenCall } from './run-progress.ts'
import { offeredBy } from './seats.ts'

export type CallEnd = Pick<ToolCompleted, 'outcome' | 'output' | 'truncated' | 'error' | 'durationMs'> & {
  /** How an abandoned call settles after all, if it ever does. */
  readonly late?: Promise<'resolved' | 'rejected'>
}

export interface CarriedCall {
  readonly step: number
  readonly requested: RequestedCall
  readonly tool: Tool
  /** As the model wrote it, unredacted. */
  readonly input: JsonValue
  readonly parsed: unknown
  readonly concealment: Concealment
  /** What the log says of it already. */
  readonly before?: OpenCall
}

const MAX_ERROR_BYTES = 2_000

/** Rejects with `RunLost` only. */
export async function carryOutCall(run: RunContext, call: CarriedCall): Promise<CallEnd> {
  const { requested, tool, step } = call
  const { clock } = run.services
  const { callId } = requested
  const { runId } = run
  const startedAt = clock.monotonic()
  const goesOn = call.before?.started !== undefined && !run.interrupted
  if (!goesOn) {
    run.emit({
      type: 'tool_executing',
      runId,
      step,
      callId,
      tool: tool.name,
      input: requested.input,
      effect: tool.effect,
      fingerprint: tool.fingerprint,
      inputHash: run.services.inputHashes.of(call),
      ...offeredBy(tool),
    })
  }
  await run.commit()
  // An agent that had begun is brought to its own end, also when the run is stopped.
  const mayStart = (!run.scope.closed && !run.signal.aborted) || call.before?.agent !== undefined
  const end = mayStart ? await executeInScope(run, call) : cancelled(tool)
  return { ...end, durationMs: Math.round(clock.monotonic() - startedAt) }
}

type Judged = Omit<CallEnd, 'durationMs'>

async function executeInScope(run: RunContext, call: CarriedCall): Promise<Judged> {
  const { tool, requested, step, concealment } = call
  const { clock, redactKeys } = run.services
  const { callId } = requested
  const scope = run.scope.open({ kind: 'call', name: callId })
  const agent = agentOf(tool)
  const closing = new AbortController()
  const whenClosed = scope.onClose(() => closing.abort())
  const onRunStop = (): void => closing.abort()
  run.signal.addEventListener('abort', onRunStop, { once: true })
  // A run that was stopped while it was parked is stopped before its calls are taken up again.
  if (run.signal.aborted) onRunStop()
  const progress = createCallProgress({
    clock,
    redact: (value) => concealment.value(tool.output === undefined ? redactKeys(value) : tool.output.redact(value)),
    show: (value) => run.emit({ type: 'tool_progress', runId: run.runId, step, callId, progress: value }),
  })
  const timeoutMs = Math.min(tool.timeoutMs, Math.max(0, run.deadline - clock.monotonic()))
  const settlement = await executeCall({
    clock,
    timeoutMs,
    // An agent's run is our own code and ends within the graces of the calls it made.
    graceMs: agent === undefined ? run.limits.stopGraceMs : Number.POSITIVE_INFINITY,
    signal: closing.signal,
    work:
      agent === undefined
        ? (signal) => executeTool(run, call, { scope, signal, progress, timeoutMs })
        : (signal) => executeAgent(run, call, { agent, scope, signal }),
    onYield: progress.report,
  })
  progress.close()
  // It has settled: nobody is left to tell, and to abort costs a quarter of a call.
  whenClosed[Symbol.dispose]()
  run.signal.removeEventListener('abort', onRunStop)
  await scope.close('the call has ended')
  return judge(run, call, settlement)
}

interface ToolSurroundings {
  readonly scope: Registry<Tool>
  readonly signal: AbortSignal
  readonly progress: CallProgress
  readonly timeoutMs: number
}

async function executeTool(run: RunContext, call: CarriedCall, surroundings: ToolSurroundings): Promise<unknown> {
  const { tool, requested } = call
  const { scope, signal, progress, timeoutMs } = surroundings
  const { callId } = requested
  const instance = tool.open === undefined ? undefined : await open(run, tool, scope, signal)
  signal.throwIfAborted()
  const told: Call<unknown> = {
    principal: run.principal,
    threadId: run.threadId,
    runId: run.runId,
    callId,
    idempotencyKey: `${run.runId}:${callId}`,
    signal,
    deadline: run.services.clock.now() + timeoutMs,
    progress: progress.report,
    log: createCallLog(run, call),
    instance,
  }
  return tool.execute(call.parsed, told)
}

class NotOpened extends Error {}

async function open(run: RunContext, tool: Tool, scope: Registry<Tool>, signal: AbortSignal): Promise<unknown> {
  try {
    return await openInstance(scope, tool, run.principal, signal)
  } catch (error) {
    throw new NotOpened('The instance could not be opened', { cause: error })
  }
}

class AgentNotDone extends Error {
  readonly agent: string
  readonly outcome: string

  constructor(agent: string, outcome: string, detail: string) {
    super(detail)
    this.agent = agent
    this.outcome = outcome
  }
}

interface AgentSurroundings {
  readonly agent: Agent
  readonly scope: Registry<Tool>
  readonly signal: AbortSignal
}

async function executeAgent(run: RunContext, call: CarriedCall, surroundings: AgentSurroundings): Promise<unknown> {
  const { parsed, requested } = call
  const text = messageOf(parsed)
  const before = call.before?.agent
  const end = await run.services.callAgent({ caller: run, callId: requested.callId, text, before, ...surroundings })
  if (end.outcome === 'completed') return (end.message?.parts ?? []).map((part) => part.text).join('\n')
  const detail = end.error?.message ?? (end.limit === undefined ? '' : `${end.limit.name} is ${end.limit.value}`)
  throw new AgentNotDone(surroundings.agent.name, end.outcome, detail)
}

async function judge(run: RunContext, call: CarriedCall, settlement: Settlement): Promise<Judged> {
  const { tool } = call
  const { name } = tool
  switch (settlement.how) {
    case 'returned':
      return judgeOutput(run, call, settlement.value)
    case 'threw':
      return judgeError(run, call, settlement.error)
    case 'ended':
      if (isOurs(settlement.error)) throw settlement.error
      if (isCallLost(settlement.error)) return unknown(settlement.error)
      if (settlement.cause === 'stopped') return cancelled(tool)
      return { outcome: 'timed_out', error: callFailure('TOOL_TIMED_OUT', { tool: name, timeoutMs: tool.timeoutMs }) }
    case 'abandoned': {
      const { cause, late } = settlement
      const graceMs = run.limits.stopGraceMs
      return { outcome: 'abandoned', error: callFailure('CALL_ABANDONED', { tool: name, graceMs, cause }), late }
    }
    default:
      return settlement satisfies never
  }
}

async function judgeOutput(run: RunContext, { tool, concealment }: CarriedCall, value: unknown): Promise<Judged> {
  const { records, clock, logger, redactKeys } = run.services
  const keep = async (whole: JsonValue): Promise<string | undefined> => {
    const handle = createId('out')
    try {
      await records.put(run.principal, 'outputs', handle, whole, { at: clock.now() })
      return handle
    } catch (err) {
      logger.warn({ err, runId: run.runId, tool: tool.name }, 'A large output could not be kept')
      return undefined
    }
  }
  const { maxOutputBytes: maxBytes } = run.limits
  const read = await readOutput(tool, value, { maxBytes, redactKeys, concealment, keep, signal: run.signal })
  if (read === undefined) return cancelled(tool)
  if (!read.ok) return { outcome: 'failed', error: read.error }
  return { outcome: 'ok', output: read.output, ...(read.truncated === undefined ? {} : { truncated: read.truncated }) }
}

function judgeError(run: RunContext, { tool, concealment }: CarriedCall, error: unknown): Judged {
  if (isOurs(error)) throw error
  if (isCallLost(error)) return unknown(error)
  if (error instanceof AgentNotDone) {
    const { agent, outcome, message: detail } = error
    return { outcome: 'failed', error: callFailure('AGENT_NOT_DONE', { agent, outcome, detail }) }
  }
  const { name } = tool
  if (error instanceof NotOpened) {
    const message = describeError(error.cause, concealment)
    const err = concealment.error(error.cause)
    run.services.logger.warn({ err, runId: run.runId, tool: name }, 'A tool could not be opened')
    return { outcome: 'failed', error: callFailure('TOOL_OPEN_FAILED', { tool: name, message }) }
  }
  const message = describeError(error, concealment)
  run.services.logger.info({ err: concealment.error(error), runId: run.runId, tool: name }, 'A tool failed')
  return { outcome: 'failed', error: callFailure('TOOL_FAILED', { tool: name, message }) }
}

/** The tool itself says that nobody knows. */
function unknown({ code, message, retry }: ToolError): Judged {
  return { outcome: 'unknown', error: { code, message, retry } }
}

/** What no tool threw: it ends the run. */
function isOurs(error: unknown): boolean {
  return error instanceof RunLost || error instanceof RunFault
}

function cancelled(tool: Tool): Judged {
  return { outcome: 'cancelled', error: callFailure('CALL_CANCELLED', { tool: tool.name }) }
}

/** What a tool threw, in words. A tool's message is written for whoever called it; its stack and cause are not. */
function describeError(error: unknown, concealment: Concealment): string {
  try {
    const text = String(error instanceof Error ? error.message : typeof error === 'string' ? error : '')
    // Cut after it was concealed, so that no secret is cut to what is not recognised; and before, because it may be huge.
    const told = concealment.text(text.slice(0, MAX_ERROR_BYTES * 2))
    return told === '' ? 'it gave no reason' : cutText(told, MAX_ERROR_BYTES)
  } catch {
    return 'it gave no reason that can be read'
  }
}

function createCallLog(run: RunContext, { tool, requested, concealment }: CarriedCall): CallLog {
  const { logger, redactKeys } = run.services
  const { callId } = requested
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields?: JsonObject): void => {
      const reading = fields === undefined ? undefined : readJson(fields)
      const data = reading?.ok ? { data: concealment.value(redactKeys(reading.value)) } : {}
      logger[level]({ runId: run.runId, callId, tool: tool.name, ...data }, concealment.text(String(message)))
    }
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}
