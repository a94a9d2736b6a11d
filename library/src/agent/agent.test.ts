import { describe, expect, it } from 'vitest'
import { createScriptedModel } from '../testing/scripted-model.ts'
import { type AgentDefinition, defineAgent } from './agent.ts'

const model = createScriptedModel([])
const sound: AgentDefinition = { name: 'helper', description: 'Helps', model }

describe('defineAgent', () => {
  it('makes a frozen agent that holds everything in scope unless told otherwise', () => {
    const tools = ['tag:files']
    const agent = defineAgent({ ...sound, tools, limits: { maxSteps: 3 } })
    tools.push('*')

    expect(defineAgent(sound)).toEqual({ ...sound, instructions: '', tools: ['*'] })
    expect(agent).toMatchObject({ tools: ['tag:files'], limits: { maxSteps: 3 } })
    expect([agent, agent.tools, agent.limits].every(Object.isFrozen)).toBe(true)
  })

  it('refuses a bad option with its name, what was expected and what was found', () => {
    const wrong: readonly object[] = [
      { name: 'über agent' },
      { description: ' ' },
      { instructions: 7 },
      { model: { name: 'x' } },
      { models: model },
      { models: [{ name: 'x' }] },
      { models: [model] },
      { tools: '*' },
      { tools: ['tag:'] },
      { limits: { maxSteps: -1 } },
      { limits: { stopGraceMs: Number.POSITIVE_INFINITY } },
      { temperature: 1 },
    ]

    const messages = wrong.map((more) => messageOf(() => defineAgent({ ...sound, ...more } as AgentDefinition)))

    expect(messages).toEqual([
      'Expected `name` to be 1 to 64 letters, digits, `_` and `-`, a letter first, got "über agent"',
      'Expected `description` to be one sentence, got " "',
      'Expected `instructions` to be text, got 7',
      'Expected `model` to be a model, with `name` and `stream`, got an object',
      'Expected `models` to be a list of models, got an object',
      'Expected `models[0]` to be a model, with `name` and `stream`, got an object',
      'Expected `models[0]` to be a model with a name of its own, got "scripted"',
      'Expected `tools` to be a list of names and selectors, got "*"',
      'Expected `tools[0]` to be a name, `tag:…`, `category:…`, `effect:…` or `*`, got "tag:"',
      'Expected `limits.maxSteps` to be a whole number, at least 1, or Infinity, got -1',
      'Expected `limits.stopGraceMs` to be a whole number, at least 0, got Infinity',
      'Expected `temperature` to be absent; the options are name, description, instructions, model, models, tools, limits, got 1',
    ])
  })
})

function messageOf(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error instanceof Error ? error.message : error
  }
}
