/**
 * An agent that another agent called. The law: it works as its caller's principal, in its caller's scope and limits, and
 * all it does stands in its caller's log, inside the call.
 *
 * @module
 */
import type { RunEvent, SubagentEvent } from '../protocol/events.ts'
import { createId } from '../protocol/ids.ts'
import { runAgent } from './agent-run.ts'
import { RunFault, RunLost } from './journal.ts'
import type { AgentCall, AgentEnd } from './run-context.ts'
import { createTranscript } from './transcript.ts'

/** Rejects with `RunLost` and `RunFault` only. */
export async function callAgent(call: AgentCall): Promise<AgentEnd> {
  const { caller, callId, agent, text, scope, signal, before } = call
  if (before?.progress.ended !== undefined) return before.progress.ended
  const runId = before?.progress.runId ?? createId('run')
  await using inner = scope.open({ kind: 'run', name: runId })
  const wrap = (event: RunEvent): SubagentEvent => {
    return { type: 'subagent_event', runId: caller.runId, parentCallId: callId, event }
  }
  const { interrupted, keptInputs } = caller
  const end = await runAgent({
    runId,
    threadId: caller.threadId,
    principal: caller.principal,
    agent,
    limits: { ...caller.limits, ...agent.limits },
    caller,
    scope: inner,
    signal,
    transcript: before?.transcript ?? createTranscript([{ role: 'user', parts: [{ type: 'text', text }] }]),
    emit: (event, inputs) => caller.emit(wrap(event), inputs),
    commit: caller.commit,
    backlog: caller.backlog,
    lost: caller.lost,
    recordLate: (event) => caller.recordLate(wrap(event)),
    activity: caller.activity,
    services: caller.services,
    ...(before && { resume: { progress: before.progress, interrupted, keptInputs } }),
  }).catch(passOn)
  await caller.commit()
  return end
}

function passOn(error: unknown): never {
  throw error instanceof RunLost || error instanceof RunFault ? error : new RunFault(error)
}
