import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../adapters/store/memory.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { type AgentBench, ann, createAgentBench } from '../testing/agent-bench.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createScriptedModel, type Script, type ScriptedModel } from '../testing/scripted-model.ts'
import { defineTool } from '../tool/define-tool.ts'
import { type Agent, defineAgent } from './agent.ts'
import type { Model } from './ports.ts'

describe('a model that is chosen for a message', () => {
  it('answers it, under the budget of its own price, and the log says so [CALL-07]', async () => {
    const price = { inputPerMillionTokens: 2, outputPerMillionTokens: 4 }
    const usage = { inputTokens: 1_000_000, outputTokens: 1_000_000 }
    const large = createScriptedModel([{ text: 'From the large one', usage }], { name: 'large', price })
    await using bench = createAgentBench({ agents: [clerk(small(), large)] })

    const { end, events } = await finish(bench, { agent: 'clerk', model: 'large' })

    expect(events.find(({ event }) => event.type === 'agent_started')?.event).toMatchObject({
      agent: 'clerk',
      model: 'large',
    })
    expect(end.message?.parts).toEqual([{ type: 'text', text: 'From the large one' }])
    expect(end.usage.costMicros).toBe(6_000_000)
  })

  it('is refused when its agent does not offer it, with those that it does', async () => {
    await using bench = createAgentBench({ agents: [clerk(small(), createScriptedModel([], { name: 'large' }))] })
    const { threadId } = await bench.supervisor.createThread(ann)
    const send = (choice: object) =>
      bench.supervisor.send(ann, { threadId, parts: [hello], idempotencyKey: 'k', ...choice })

    await expect(send({ agent: 'clerk', model: 'huge' })).rejects.toMatchObject({
      code: 'MODEL_UNKNOWN',
      retry: 'never',
      details: { agent: 'clerk', model: 'huge', known: ['small', 'large'] },
    })
    await expect(send({ model: 'large' })).rejects.toMatchObject({ details: { agent: 'assistant' } })
    expect(await bench.events(threadId)).toEqual([])
  })

  it('is one of those that people are told of, the default first', async () => {
    await using bench = createAgentBench({ agents: [clerk(small(), createScriptedModel([], { name: 'large' }))] })

    expect(bench.supervisor.agents()).toEqual([
      { name: 'assistant', description: 'Helps', model: 'scripted', models: ['scripted'] },
      { name: 'clerk', description: 'Keeps notes', model: 'small', models: ['small', 'large'] },
    ])
  })

  it('must have a price when there is a budget of money', () => {
    const unpriced = createScriptedModel([], { name: 'large' })
    const price = { inputPerMillionTokens: 2, outputPerMillionTokens: 4 }
    const priced = createScriptedModel([], { name: 'small', price })
    const agents = [defineAgent({ name: 'clerk', description: 'Keeps notes', model: priced, models: [unpriced] })]
    const budgets = [{ per: 'user', window: 'day', resource: 'money', max: 1 }] as const

    expect(() => createAgentBench({ supervisor: { agents, budgets } })).toThrow('`agents[0].models[0].price`')
  })
})

describe('a run that another node takes up', () => {
  it('goes on with the model that was chosen, whatever its agent would use [RUN-08] [RUN-03]', async () => {
    const { large, asked, approvalId, after } = await parkedWith({
      choice: { agent: 'clerk', model: 'large' },
      agentAfter: (chosen) => clerk(small(), chosen),
    })
    await using node = after

    await node.supervisor.answer(ann, approvalId, { decision: 'approved' })
    const { end } = await node.finish(asked)

    expect(end).toMatchObject({ outcome: 'completed', message: { parts: [{ text: 'done by large' }] } })
    expect(large.requests).toHaveLength(1)
  })

  it('goes on with the model it began with, when nobody chose and another is the default by now [RUN-08]', async () => {
    const { asked, approvalId, after } = await parkedWith({
      choice: { agent: 'clerk' },
      agentAfter: (_, begunWith) => clerk(createScriptedModel([], { name: 'newest' }), begunWith),
    })
    await using node = after

    await node.supervisor.answer(ann, approvalId, { decision: 'approved' })
    const { end } = await node.finish(asked)

    expect(end).toMatchObject({ outcome: 'completed', message: { parts: [{ text: 'done by small' }] } })
  })

  it('is ended, and says why, when the model that was chosen is not offered any more [RUN-08] [L12]', async () => {
    const { asked, approvalId, after } = await parkedWith({
      choice: { agent: 'clerk', model: 'large' },
      agentAfter: () => clerk(small()),
    })
    await using node = after

    await node.supervisor.answer(ann, approvalId, { decision: 'approved' })
    const { end, calls } = await node.finish(asked)

    expect(end).toMatchObject({ outcome: 'failed', error: { code: 'RUN_NOT_CONTINUED' } })
    expect(end.error?.message).toContain('the model "large" that was chosen for it is not offered by agent "clerk"')
    expect(calls).toMatchObject([{ outcome: 'cancelled' }])
  })
})

const hello = { type: 'text', text: 'hello' } as const

const wipe = defineTool({
  name: 'wipe',
  description: 'For a test',
  input: { type: 'object' },
  effect: 'destructive',
  execute: () => 'wiped',
})

interface Choice {
  readonly agent?: string
  readonly model?: string
}

function small(script: Script = []): ScriptedModel {
  return createScriptedModel(script, { name: 'small' })
}

function clerk(model: Model, ...models: readonly Model[]): Agent {
  return defineAgent({ name: 'clerk', description: 'Keeps notes', model, models })
}

async function ask(bench: AgentBench, choice: Choice) {
  const { threadId } = await bench.supervisor.createThread(ann)
  const message = { threadId, parts: [hello], idempotencyKey: threadId, ...choice }
  const { runId } = await bench.supervisor.send(ann, message)
  return { threadId, runId, principal: ann }
}

async function finish(bench: AgentBench, choice: Choice) {
  return await bench.finish(await ask(bench, choice))
}

/** A run that waits for a person on a node that has left, and the node that will find it, with agents of its own. */
async function parkedWith({
  choice,
  agentAfter,
}: {
  readonly choice: Choice
  readonly agentAfter: (large: Model, small: Model) => Agent
}) {
  const store = createMemoryStore()
  const clock = createManualClock()
  const policy = definePolicy({ allow: [{ tools: ['*'] }] })
  const calls = [{ tool: 'wipe' }]
  const before = createAgentBench({
    store,
    clock,
    policy,
    tools: [wipe],
    agents: [clerk(small([{ calls }]), createScriptedModel([{ calls }], { name: 'large' }))],
  })
  const asked = await ask(before, choice)
  const { approvalId } = await before.until('approval_requested')
  await before.supervisor.drain(0)
  const large = createScriptedModel([{ text: 'done by large' }], { name: 'large' })
  const agent = agentAfter(large, small([{ text: 'done by small' }]))
  const after = createAgentBench({ store, clock, policy, tools: [wipe], agents: [agent] })
  return { asked, approvalId, large, after }
}
