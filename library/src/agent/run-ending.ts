/**
 * How a run ends that cannot go on. The law: it ends once, and says of each call that it left open what is known of it.
 *
 * @module
 */
import type { AgentCompleted, RunEvent } from '../protocol/events.ts'
import { createId } from '../protocol/ids.ts'
import type { Failure } from '../protocol/vocabulary.ts'
import { callFailure } from './errors.ts'
import type { EventLog } from './event-log.ts'
import type { Clock, RunRecord, Store } from './ports.ts'
import type { OpenCall, RunProgress } from './run-progress.ts'

/** Nobody needs to answer any more. Rejects with what the store throws. */
export async function cancelApprovals(
  { owner, threadId }: RunRecord,
  { store, log, clock }: { readonly store: Pick<Store, 'approvals'>; readonly log: EventLog; readonly clock: Clock },
): Promise<void> {
  for (const { approvalId } of await store.approvals.listOpen(owner, threadId)) {
    await log.commit(
      { owner, threadId },
      () => store.approvals.resolve(owner, approvalId, { decision: 'cancelled', at: clock.now() }),
      (answered) => (answered.status === 'resolved' ? answered.events : []),
    )
  }
}

/** Its approvals are cancelled already. The ends of its calls come first, those inside an agent before that agent's. */
export function endingsOf(progress: RunProgress, error: Failure): readonly RunEvent[] {
  const { runId, openCalls, openText, used, step, workedMs } = progress
  if (progress.ended !== undefined) return []
  const completed: AgentCompleted = {
    type: 'agent_completed',
    runId,
    outcome: 'failed',
    error,
    message: openText === '' ? null : { messageId: createId('msg'), parts: [{ type: 'text', text: openText }] },
    usage: used.usage,
    steps: step,
    durationMs: workedMs,
  }
  return [...openCalls.flatMap((call) => endCall(runId, call, error)), completed]
}

function endCall(runId: string, call: OpenCall, error: Failure): readonly RunEvent[] {
  const { callId, tool } = call.requested
  const inside = call.agent === undefined ? [] : endingsOf(call.agent.progress, error)
  const end =
    call.started === undefined
      ? ({ outcome: 'cancelled', error: callFailure('CALL_CANCELLED', { tool }) } as const)
      : ({ outcome: 'unknown', error: callFailure('CALL_UNKNOWN', { tool }) } as const)
  return [
    ...inside.map((event): RunEvent => ({ type: 'subagent_event', runId, parentCallId: callId, event })),
    { type: 'tool_completed', runId, step: call.step, callId, tool, ...end, durationMs: 0 },
  ]
}
