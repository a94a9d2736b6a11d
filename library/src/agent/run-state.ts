/**
 * Where a run stands, folded from its events alone. The law: a run whose node died can be ended honestly by whoever reads
 * its log.
 *
 * @module
 */
import type { AgentCompleted, RunEvent } from '../protocol/events.ts'
import { createId } from '../protocol/ids.ts'
import type { RunOutcome, Usage } from '../protocol/vocabulary.ts'
import { callFailure, runFailure } from './errors.ts'

export interface RunState {
  readonly runId: string
  apply(event: RunEvent): void
  /** What ends it: its open calls as `unknown`, the agents inside them first, then itself as `failed`. */
  endings(now: number): readonly RunEvent[]
}

interface OpenCall {
  readonly step: number
  readonly tool: string
  agent?: RunState
}

export function createRunState(runId: string, startedAt: number): RunState {
  const open = new Map<string, OpenCall>()
  let steps = 0
  let text = ''
  let usage: Usage = { inputTokens: 0, outputTokens: 0, calls: 0 }
  let ended: RunOutcome | undefined

  function endCalls(now: number): readonly RunEvent[] {
    return [...open].flatMap(([callId, { step, tool, agent }]): readonly RunEvent[] => [
      ...(agent?.endings(now) ?? []).map(
        (event): RunEvent => ({ type: 'subagent_event', runId, parentCallId: callId, event }),
      ),
      {
        type: 'tool_completed',
        runId,
        step,
        callId,
        tool,
        outcome: 'unknown',
        error: callFailure('CALL_UNKNOWN', { tool }),
        durationMs: 0,
      },
    ])
  }

  return {
    runId,
    apply(event) {
      switch (event.type) {
        case 'agent_thinking':
          steps = event.step
          return
        case 'agent_message':
          text += event.delta
          return
        case 'agent_rewound':
          text = ''
          return
        case 'step_completed':
          text = ''
          usage = {
            inputTokens: usage.inputTokens + event.usage.inputTokens,
            outputTokens: usage.outputTokens + event.usage.outputTokens,
            calls: usage.calls + event.calls.length,
          }
          for (const { callId, tool } of event.calls) open.set(callId, { step: event.step, tool })
          return
        case 'tool_completed':
          open.delete(event.callId)
          return
        case 'subagent_event': {
          const call = open.get(event.parentCallId)
          if (call === undefined) return
          call.agent ??= createRunState(event.event.runId, startedAt)
          call.agent.apply(event.event)
          return
        }
        case 'agent_completed':
          ended = event.outcome
          return
        default:
      }
    },
    endings(now) {
      if (ended !== undefined) return []
      const completed: AgentCompleted = {
        type: 'agent_completed',
        runId,
        outcome: 'failed',
        error: runFailure('RUN_INTERRUPTED', {}),
        message: text === '' ? null : { messageId: createId('msg'), parts: [{ type: 'text', text }] },
        usage,
        steps,
        durationMs: Math.max(0, now - startedAt),
      }
      return [...endCalls(now), completed]
    },
  }
}
