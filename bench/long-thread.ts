/** A thread that was talked in for long, written straight into the store. @module */
import type { Store } from 'toolcrib/agent'
import type { ThreadEvent } from 'toolcrib/protocol'

/** Turns of ten events each: what is asked, what is thought and called, what is answered. */
export async function fillThread(
  store: Store,
  principal: Parameters<Store['runs']['accept']>[1]['principal'],
  length: number,
): Promise<string> {
  const threadId = `thr_${length}`
  await store.threads.create(principal, { threadId, title: 'Long', at: 1 })
  for (let turn = 0; turn < length / 10; turn++) {
    const runId = `run_${length}_${turn}`
    await store.runs.accept(principal, {
      runId,
      threadId,
      messageId: `msg_${length}_${turn}`,
      agent: 'assistant',
      principal,
      parts: [{ type: 'text', text: `Question ${turn}` }],
      idempotencyKey: `key_${turn}`,
      node: 'node',
      at: turn,
      leaseMs: 1e9,
      maxRunsPerUser: 1,
    })
    await store.events.append(principal, threadId, {
      fence: { runId, epoch: 1 },
      at: turn,
      events: eventsOf(runId, turn),
    })
  }
  return threadId
}

function eventsOf(runId: string, turn: number): readonly ThreadEvent[] {
  const delta = 'What a model says in sixteen milliseconds, a few words or so. '
  const said = Array.from({ length: 5 }, (): ThreadEvent => ({ type: 'agent_message', runId, step: 1, delta }))
  return [
    { type: 'agent_started', runId, agent: 'assistant', model: 'bench', attempt: 1, manifest: 'f'.repeat(64) },
    { type: 'agent_thinking', runId, step: 1 },
    ...said,
    { type: 'step_completed', runId, step: 1, finish: 'stop', calls: [], usage: { inputTokens: 1, outputTokens: 1 } },
    {
      type: 'agent_completed',
      runId,
      outcome: 'completed',
      message: { messageId: `msg_answer_${turn}`, parts: [{ type: 'text', text: delta.repeat(5) }] },
      usage: { inputTokens: 1, outputTokens: 1, calls: 0 },
      steps: 1,
      durationMs: 1,
    },
  ]
}
