/**
 * An agent that another agent called. The law: it works as its caller's principal, in its caller's scope and limits, and
 * all it does stands in its caller's log, inside the call.
 *
 * @module
 */
import type { RunEvent } from '../protocol/events.ts'
import { createId } from '../protocol/ids.ts'
import { runAgent } from './agent-run.ts'
import type { AgentCall, AgentEnd } from './run-context.ts'
import { createTranscript } from './transcript.ts'

/** Rejects with `RunLost` only. */
export async function callAgent({ caller, callId, agent, text, scope, signal }: AgentCall): Promise<AgentEnd> {
  const runId = createId('run')
  await using inner = scope.open({ kind: 'run', name: runId })
  const emit = (event: RunEvent): void =>
    caller.emit({ type: 'subagent_event', runId: caller.runId, parentCallId: callId, event })
  const end = await runAgent({
    runId,
    threadId: caller.threadId,
    principal: caller.principal,
    agent,
    attempt: 1,
    limits: { ...caller.limits, ...agent.limits },
    caller,
    scope: inner,
    signal,
    transcript: createTranscript([{ role: 'user', parts: [{ type: 'text', text }] }]),
    emit,
    commit: caller.commit,
    backlog: caller.backlog,
    lost: caller.lost,
    services: caller.services,
  })
  await caller.commit()
  return end
}
