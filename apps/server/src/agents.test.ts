import { createManualClock } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { openAgents } from './agents.ts'
import { parseConfig } from './config.ts'
import type { ServerError } from './errors.ts'

const folder = '/srv/toolcrib'
const local = 'openai-compatible:llama@http://127.0.0.1:11434/v1'

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
