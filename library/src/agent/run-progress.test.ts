import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../protocol/events.ts'
import { createRunProgress, type RunProgress } from './run-progress.ts'

const runId = 'run_1'
const tool = { tool: 'wipe', input: {} } as const
const shown = { ...tool, runId, step: 1, effect: 'destructive', fingerprint: 'f' } as const
const usage = { inputTokens: 1, outputTokens: 1 }

const started = (attempt: number): RunEvent => ({
  type: 'agent_started',
  runId,
  agent: 'assistant',
  attempt,
  model: 'm',
  manifest: 'f',
})
const thinking: RunEvent = { type: 'agent_thinking', runId, step: 1 }
const asksFor = (...ids: readonly string[]): RunEvent => {
  const calls = ids.map((callId) => ({ ...tool, callId }))
  return { type: 'step_completed', runId, step: 1, finish: 'calls', usage, calls }
}
const requested: RunEvent = {
  ...shown,
  type: 'approval_requested',
  approvalId: 'apr_1',
  callId: 'call_1',
  inputHash: 'h',
  expiresAt: 1_000_000,
}
const resolved: RunEvent = {
  type: 'approval_resolved',
  runId,
  approvalId: 'apr_1',
  callId: 'call_1',
  decision: 'approved',
}
const executing = (callId: string): RunEvent => ({ ...shown, type: 'tool_executing', callId })

describe('the time that a run was at work', () => {
  it('begins with the node that began it, however long its message had waited for one', () => {
    const progress = folded([50_000, started(1)], [50_100, thinking])

    expect(progress.workedMs).toBe(100)
  })

  it('is not that between an answer and the node that goes on', () => {
    const asked = [
      [0, started(1)],
      [10, thinking],
      [20, asksFor('call_1')],
      [30, requested],
    ] as const
    const progress = folded(...asked, [1_000, resolved], [60_000, executing('call_1')])

    expect(progress.workedMs).toBe(30)
  })

  it('is not that of a dead node, also when somebody answered meanwhile', () => {
    const asked = [
      [0, started(1)],
      [10, thinking],
      [20, asksFor('call_1', 'call_2')],
      [30, requested],
    ] as const
    const progress = folded(...asked, [40, executing('call_2')], [50_000, resolved], [60_000, started(2)])

    expect(progress.workedMs).toBe(40)
  })

  it('is that between an answer and the one before it, while another call was at work', () => {
    const asked = [
      [0, started(1)],
      [10, thinking],
      [20, asksFor('call_1', 'call_2')],
      [30, requested],
    ] as const
    const progress = folded(...asked, [40, executing('call_2')], [500, resolved], [600, executing('call_1')])

    expect(progress.workedMs).toBe(600)
  })
})

/** Accepted at 0. */
function folded(...events: readonly (readonly [at: number, event: RunEvent])[]): RunProgress {
  const progress = createRunProgress(runId, 0)
  for (const [at, event] of events) progress.apply(event, at)
  return progress
}
