import { describe, expect, it } from 'vitest'
import { choiceName, findChoice, hasChoice, modelName, sentChoice } from './choices.ts'

const local = 'openai-compatible:llama3.2@http://127.0.0.1:11434/v1'
const assistant = { name: 'assistant', description: 'Helps', model: 'openai:gpt-5', models: ['openai:gpt-5', local] }
const clerk = { name: 'clerk', description: 'Keeps notes', model: 'builtin-planner', models: ['builtin-planner'] }
const agents = [assistant, clerk]

describe('a choice of agent and model', () => {
  it('names nothing that is the default, so that it follows the server [WEB-01]', () => {
    expect([
      sentChoice(agents, { agent: 'assistant', model: 'openai:gpt-5' }),
      sentChoice(agents, { agent: 'assistant', model: local }),
      sentChoice(agents, { agent: 'clerk', model: 'builtin-planner' }),
      sentChoice(agents, undefined),
    ]).toEqual([{}, { model: local }, { agent: 'clerk' }, {}])
  })

  it('is what was used before, as far as it is still there', () => {
    expect([
      findChoice(agents, { agent: 'assistant', model: local }),
      findChoice(agents, { agent: 'assistant', model: 'openai:gpt-4' }),
      findChoice(agents, { agent: 'nobody', model: local }),
      findChoice(agents, {}),
    ]).toEqual([
      { agent: 'assistant', model: local },
      { agent: 'assistant', model: 'openai:gpt-5' },
      undefined,
      undefined,
    ])
  })

  it('is none where there is one agent with one model', () => {
    expect([hasChoice([clerk]), hasChoice([assistant]), hasChoice(agents), hasChoice([])]).toEqual([
      false,
      true,
      true,
      false,
    ])
  })

  it('is called by what tells it from the others, and the built-in model by what it is [L11]', () => {
    const chosen = { agent: 'assistant', model: local }

    expect([choiceName(agents, chosen), choiceName([assistant], chosen)]).toEqual(['assistant · llama3.2', 'llama3.2'])
    expect([modelName('openai:gpt-5'), modelName(local), modelName('scripted')]).toEqual([
      { label: 'gpt-5', detail: 'openai' },
      { label: 'llama3.2', detail: '127.0.0.1:11434' },
      { label: 'scripted' },
    ])
    expect(modelName('builtin-planner')).toMatchObject({
      label: 'Built-in model',
      detail: expect.stringContaining('no'),
    })
  })
})
