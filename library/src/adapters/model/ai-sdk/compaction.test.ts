/**
 * Threads that outgrow a real HTTP model server: what the run makes of it, in the form each provider sends it.
 */
import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogle } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { LLMock } from '@copilotkit/aimock'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../../agent/clock.ts'
import { summaryInstructions } from '../../../agent/context-summary.ts'
import type { Model } from '../../../agent/ports.ts'
import { checkContract } from '../../../protocol/contract.ts'
import { ann, createAgentBench, type FinishedRun } from '../../../testing/agent-bench.ts'
import { type AiSdkModelOptions, createAiSdkModel } from '../ai-sdk.ts'

const mock = new LLMock({ port: 0 })
const clock = createSystemClock()
const summary = 'They count letters, and are at the second.'

beforeAll(() => mock.start())
afterAll(() => mock.stop())
beforeEach(() => {
  mock.clearFixtures()
  mock.clearRequests()
})

function withSummary(): void {
  mock.on({ predicate: isSummary }, { content: summary })
}

function isSummary(request: unknown): boolean {
  return JSON.stringify(request).includes(JSON.stringify(summaryInstructions).slice(1, 80))
}

async function talk(model: Model): Promise<FinishedRun> {
  await using bench = createAgentBench({ model })
  const { threadId } = await bench.supervisor.createThread(ann)
  let last: FinishedRun | undefined
  for (const letter of ['a', 'b', 'c', 'd', 'e', 'f']) {
    const parts = [{ type: 'text', text: `count ${letter.repeat(2_000)}` }] as const
    const { runId } = await bench.supervisor.send(ann, { threadId, parts, idempotencyKey: letter })
    last = await bench.finish({ threadId, runId, principal: ann })
  }
  if (last === undefined) throw new Error('nothing was said')
  return last
}

function read({ end, events }: FinishedRun) {
  const compactions = events.filter(({ event }) => event.type === 'context_compacted')
  const sent = JSON.stringify(mock.getLastRequest()?.body)
  return {
    outcome: end.outcome,
    compacted: compactions.length > 0,
    violations: checkContract(events),
    showsSummary: sent.includes(summary),
    showsFirst: sent.includes('count aaa'),
    showsLast: sent.includes('count fff'),
  }
}

const fits = {
  outcome: 'completed',
  compacted: true,
  violations: [],
  showsSummary: true,
  showsFirst: false,
  showsLast: true,
}

describe('a thread that outgrows the window of a real model server', () => {
  it('goes on with a summary, whichever provider it is', async () => {
    withSummary()
    mock.onMessage('count', { content: 'Many.' })

    const runs = [
      read(await talk(openai())),
      read(await talk(compatible())),
      read(await talk(anthropic())),
      read(await talk(google())),
    ]

    expect(runs).toEqual([fits, fits, fits, fits])
  })

  it('goes on when only the server knows how much it takes', async () => {
    withSummary()
    const error = { message: 'Your input exceeds the context window.', code: 'context_length_exceeded' }
    mock.on({ predicate: (request) => JSON.stringify(request).length > 9_000 }, { error, status: 400 })
    mock.onMessage('count', { content: 'Many.' })

    const run = await talk(compatible({}))

    expect(read(run)).toEqual(fits)
    expect(run.events.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ type: 'agent_rewound', reason: 'MODEL_CONTEXT_EXCEEDED' }),
    )
  })
})

const window = { contextTokens: 2_500 }

function made(model: AiSdkModelOptions['model'], known: { readonly contextTokens?: number } = window): Model {
  return createAiSdkModel({ model, clock, retryBaseMs: 1, ...known })
}

function openai(): Model {
  return made(createOpenAI({ baseURL: `${mock.url}/v1`, apiKey: 'sk-secret' })('gpt-5'))
}

function compatible(known?: { readonly contextTokens?: number }): Model {
  return made(createOpenAICompatible({ name: 'local', baseURL: `${mock.url}/v1`, includeUsage: true })('llama'), known)
}

function anthropic(): Model {
  return made(createAnthropic({ baseURL: `${mock.url}/v1`, apiKey: 'sk-ant-secret' })('claude-sonnet-4-5'))
}

function google(): Model {
  return made(createGoogle({ baseURL: `${mock.url}/v1beta`, apiKey: 'AIza-secret' })('gemini-2.5-flash'))
}
