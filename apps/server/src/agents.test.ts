import { createPlannerModel } from 'toolcrib/model/planner'
import { createManualClock } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { openAgents } from './agents.ts'
import { parseConfig } from './config.ts'
import type { ServerError } from './errors.ts'

const folder = '/srv/toolcrib'
const local = 'openai-compatible:llama@http://127.0.0.1:11434/v1'

describe('the models that people may choose from', () => {
  const agent = { description: 'Helps.', instructions: '', tools: [] }
  const other = 'openai-compatible:qwen@http://127.0.0.1:11434/v1'

  it('are those of the agent, else those of the server, the own model of the agent first and each once', () => {
    const config = parseConfig(
      {
        model: 'builtin',
        models: [local, 'builtin'],
        agents: [
          { ...agent, name: 'usual' },
          { ...agent, name: 'special', model: local, models: [local, other] },
          { ...agent, name: 'fixed', models: [] },
        ],
        contextTokens: { [other]: 8_192 },
      },
      { env: {}, folder },
    )

    const { agents } = openAgents({ config, clock: createManualClock() })

    const names = agents.map(({ model, models = [] }) => [model, ...models].map(({ name }) => name))
    expect(names).toEqual([['builtin-planner', local], [local, other], ['builtin-planner']])
    expect(agents[1]?.models?.[0]?.contextTokens).toBe(8_192)
  })

  it('are all checked at the start: what is no model, what has no key, and where each stands [OPS-09]', () => {
    const config = parseConfig(
      {
        model: 'openai:gpt-5',
        models: ['anthropic:claude', 'openai:gpt-5'],
        agents: [
          { ...agent, name: 'usual' },
          { ...agent, name: 'special', models: ['mistral'] },
        ],
      },
      { env: {}, folder },
    )

    expect(problemsOf(() => openAgents({ config, clock: createManualClock() }))).toMatchObject([
      { name: 'model', received: '"openai:gpt-5"', fix: 'set OPENAI_API_KEY where the server is started' },
      { name: 'models.0', received: '"anthropic:claude"', fix: expect.stringContaining('ANTHROPIC_API_KEY') },
      { name: 'agents.1.models.0', received: '"mistral"' },
    ])
  })

  it('are refused at the start when two are called the same, however they are named in the configuration [OPS-09]', () => {
    const planner = createPlannerModel()
    const config = parseConfig(
      {
        models: [planner],
        agents: [
          { ...agent, name: 'usual' },
          { ...agent, name: 'special', model: local, models: ['builtin', planner] },
        ],
      },
      { env: {}, folder },
    )

    expect(problemsOf(() => openAgents({ config, clock: createManualClock() }))).toMatchObject([
      { name: 'models.0', received: '"builtin-planner"' },
      { name: 'agents.1.models.1', received: '"builtin-planner"' },
    ])
  })

  it('are refused when one is there twice, is no model, or has no price under a budget of money [OPS-09]', () => {
    const problems = (settings: object) => problemsOf(() => parseConfig(settings, { env: {}, folder }))
    const budgets = [{ per: 'user', window: 'day', resource: 'money', max: 1 }]

    expect(problems({ models: [local, local] })).toEqual([
      { name: 'models', expected: 'each model once', received: `twice: ${local}` },
    ])
    expect(problems({ models: [7] })).toMatchObject([{ name: 'models.0', received: '7' }])
    expect(problems({ models: [local], budgets })).toMatchObject([{ name: `prices.${local}` }])
  })
})

function problemsOf(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return (error as ServerError<'CONFIG_INVALID'>).details.problems
  }
}

describe('the context windows of models', () => {
  it('are those of the configuration, by the names of the models', () => {
    const agent = { description: 'Helps.', instructions: '', tools: [] }
    const config = parseConfig(
      {
        model: local,
        agents: [
          { ...agent, name: 'known' },
          { ...agent, name: 'unknown', model: 'openai-compatible:qwen@http://127.0.0.1:11434/v1' },
        ],
        contextTokens: { [local]: 8_192, 'openai:gpt-5': 400_000 },
      },
      { env: {}, folder },
    )

    const { agents } = openAgents({ config, clock: createManualClock() })

    expect(agents.map(({ model }) => model.contextTokens)).toEqual([8_192, undefined])
  })

  it('are refused where they are no number of tokens that a model could have', () => {
    const refuse = (contextTokens: unknown): unknown => {
      try {
        return parseConfig({ contextTokens }, { env: {}, folder })
      } catch (error) {
        return (error as ServerError<'CONFIG_INVALID'>).details.problems.map(({ name, received }) => [name, received])
      }
    }

    expect(refuse({ [local]: 12 })).toEqual([[`contextTokens.${local}`, '12']])
    expect(refuse({ [local]: '8k' })).toEqual([[`contextTokens.${local}`, '"8k"']])
    expect(refuse(8_192)).toEqual([['contextTokens', '8192']])
  })
})
