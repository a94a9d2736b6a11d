import { describe, expect, it } from 'vitest'
import { checkContract } from '../protocol/contract.ts'
import type { LoggedEvent, RunEvent } from '../protocol/events.ts'
import { ann, createAgentBench } from '../testing/agent-bench.ts'
import { createScriptedModel, type Script } from '../testing/scripted-model.ts'
import { defineTool } from '../tool/define-tool.ts'
import { type Agent, type AgentDefinition, defineAgent } from './agent.ts'
import { agentTool } from './agent-tool.ts'

const never = new Promise<never>(() => {})
const who = defineTool({
  name: 'who',
  description: 'Says for whom it works',
  input: { type: 'object' },
  effect: 'read',
  execute: (_, { principal, runId, idempotencyKey }) => ({ user: principal.user, runId, idempotencyKey }),
})
const wipe = defineTool({
  name: 'wipe',
  description: 'Wipes',
  input: { type: 'object' },
  effect: 'destructive',
  execute: () => 'wiped',
})

function helper(script: Script, more: Partial<AgentDefinition> = {}): Agent {
  return defineAgent({
    name: 'helper',
    description: 'Helps',
    model: createScriptedModel(script),
    tools: ['who'],
    ...more,
  })
}

const calling = [{ calls: [{ tool: 'helper', input: { message: 'Find out' } }] }, { text: 'Told.' }]

describe('an agent that is called as a tool', () => {
  it('answers its caller, and all it does stands in its caller’s log with the call as its parent [RUN-12]', async () => {
    const agent = helper([{ calls: [{ tool: 'who' }] }, { text: 'It is ann.' }])
    await using bench = createAgentBench({ tools: [agentTool(agent), who], script: calling })

    const { events, end, runId } = await bench.run()

    const inner = innerEvents(events)
    const callId = events.flatMap(({ event }) => (event.type === 'tool_executing' ? [event.callId] : []))[0]
    const wrapped = events.flatMap(({ event }) => (event.type === 'subagent_event' ? [event] : []))
    expect(inner.map(({ type }) => type)).toEqual([
      'agent_started',
      'agent_thinking',
      'step_completed',
      'tool_executing',
      'tool_completed',
      'agent_thinking',
      'agent_message',
      'step_completed',
      'agent_completed',
    ])
    expect(wrapped.every(({ parentCallId }) => parentCallId === callId)).toBe(true)
    expect(inner[4]).toMatchObject({ output: { user: 'ann' } })
    expect(new Set(inner.map((event) => event.runId)).has(runId)).toBe(false)
    expect(bench.model.requests[1]?.messages.at(-1)).toMatchObject({
      results: [{ outcome: 'ok', output: 'It is ann.' }],
    })
    expect(end).toMatchObject({ outcome: 'completed', usage: { calls: 2, inputTokens: 4 } })
    expect(checkContract(events)).toEqual([])
  })

  it('is stopped with its caller, and says so before its caller ends [RUN-12]', async () => {
    const hang = defineTool({ ...bare, name: 'who', effect: 'read', execute: () => never })
    const agent = helper([{ calls: [{ tool: 'who' }] }])
    await using bench = createAgentBench({
      tools: [agentTool(agent), hang],
      script: calling,
      limits: { stopGraceMs: 400 },
    })
    const asked = await bench.ask()
    await bench.until('subagent_event', ({ event }) => event.type === 'tool_executing')

    await bench.supervisor.stop(ann, asked.runId)
    await bench.clock.advance(400)
    const { events, end, calls } = await bench.finish(asked)

    expect(end.outcome).toBe('stopped')
    expect(calls).toMatchObject([{ tool: 'helper', outcome: 'cancelled' }])
    expect(innerEvents(events).slice(-2)).toMatchObject([
      { type: 'tool_completed', outcome: 'abandoned' },
      { type: 'agent_completed', outcome: 'stopped' },
    ])
    expect(checkContract(events)).toEqual([])
  })

  it('that fails ends its call as failed, with its reason', async () => {
    await using bench = createAgentBench({ tools: [agentTool(helper([{ text: ' ' }]))], script: calling })

    const { calls, end } = await bench.run()

    expect(calls).toMatchObject([{ outcome: 'failed', error: { code: 'AGENT_NOT_DONE' } }])
    expect(calls[0]?.error?.message).toContain('ended without an answer')
    expect(end.outcome).toBe('completed')
  })

  it('asks its caller’s person for approval, and is answered like any other [RUN-12]', async () => {
    const agent = helper([{ calls: [{ tool: 'wipe' }] }, { text: 'Wiped.' }], { tools: ['wipe'] })
    await using bench = createAgentBench({ tools: [agentTool(agent), wipe], script: calling })
    const asked = await bench.ask()
    await bench.until('subagent_event', ({ event }) => event.type === 'approval_requested')
    const { approvals } = await bench.supervisor.openThread(ann, asked.threadId)

    await bench.supervisor.answer(ann, approvals[0]?.approvalId ?? '', { decision: 'approved' })
    const { events, end } = await bench.finish(asked)

    expect(end.outcome).toBe('completed')
    expect(innerEvents(events).map(({ type }) => type)).toContain('approval_resolved')
    expect(checkContract(events)).toEqual([])
  })

  it('that waits for a person is stopped with its caller, and does not go on [RUN-09, RUN-12]', async () => {
    const agent = helper([{ calls: [{ tool: 'wipe' }] }, { text: 'Wiped.' }], { tools: ['wipe'] })
    await using bench = createAgentBench({ tools: [agentTool(agent), wipe], script: calling })
    const asked = await bench.ask()
    await bench.until('subagent_event', ({ event }) => event.type === 'approval_requested')
    await bench.clock.advance(0)
    const held = bench.supervisor.active()

    await bench.supervisor.stop(ann, asked.runId)
    const { events, end, calls } = await bench.finish(asked)

    expect(held).toEqual([])
    expect(end.outcome).toBe('stopped')
    expect(calls).toMatchObject([{ tool: 'helper', outcome: 'cancelled' }])
    expect(innerEvents(events).slice(-3)).toMatchObject([
      { type: 'approval_resolved', decision: 'cancelled' },
      { type: 'tool_completed', outcome: 'cancelled' },
      { type: 'agent_completed', outcome: 'stopped' },
    ])
    expect(checkContract(events)).toEqual([])
  })

  it('draws on its caller’s limits: calls and tokens of both together', async () => {
    const agent = helper(() => ({ calls: [{ tool: 'who' }] }))
    await using bench = createAgentBench({ tools: [agentTool(agent), who], script: calling, limits: { maxCalls: 4 } })

    const { events, end, calls } = await bench.run()

    expect(innerEvents(events).at(-1)).toMatchObject({ type: 'agent_completed', outcome: 'limit_reached' })
    expect(calls).toMatchObject([{ outcome: 'failed', error: { code: 'AGENT_NOT_DONE' } }])
    expect(end).toMatchObject({ outcome: 'limit_reached', limit: { name: 'maxCalls', value: 4 } })
  })

  it('may call itself only so deep', async () => {
    const model = createScriptedModel((request) =>
      request.messages.length > 1 ? { text: 'up' } : { calls: [{ tool: 'helper', input: { message: 'deeper' } }] },
    )
    const agent = defineAgent({ name: 'helper', description: 'Helps', model, tools: ['*'] })
    await using bench = createAgentBench({ tools: [agentTool(agent)], script: calling, limits: { maxAgentDepth: 2 } })

    const { events } = await bench.run()

    expect(JSON.stringify(events)).toContain('AGENT_TOO_DEEP')
    expect(model.requests).toHaveLength(4)
    expect(checkContract(events)).toEqual([])
  })

  it('has its own time-out ended as timed_out', async () => {
    const agent = helper([{ text: 'Half', gate: never }])
    await using bench = createAgentBench({ tools: [agentTool(agent, { timeoutMs: 1_000 })], script: calling })
    const asked = await bench.ask()
    await bench.until('subagent_event', ({ event }) => event.type === 'agent_message')

    await bench.clock.advance(1_000)
    const { calls, events } = await bench.finish(asked)

    expect(calls).toMatchObject([{ outcome: 'timed_out' }])
    expect(checkContract(events)).toEqual([])
  })

  it('cannot be carried out by anybody but an agent’s run', () => {
    const tool = agentTool(helper([]))

    expect(() => tool.execute({ message: 'x' }, undefined as never)).toThrow('can only be called by an agent')
  })
})

const bare = { description: 'For a test', input: { type: 'object' } } as const

function innerEvents(events: readonly LoggedEvent[]): readonly RunEvent[] {
  return events.flatMap(({ event }) => (event.type === 'subagent_event' ? [event.event] : []))
}
