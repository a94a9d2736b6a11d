import type { Model } from 'toolcrib/agent'
import type { ToolcribConfig } from 'toolcrib/gateway'
import { createScriptedModel } from 'toolcrib/testing'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../config.ts'
import { configFingerprint } from './config-fingerprint.ts'

/** As a class of somebody's may be: it holds its key, and itself. */
function ownModel(name: string, apiKey: string): Model {
  const model = { ...createScriptedModel([{ text: 'Hello.' }], { name }), apiKey, self: {} }
  return Object.assign(model, { self: model })
}

function fingerprintOf(config: ToolcribConfig): string {
  return configFingerprint(parseConfig(config, { env: {}, folder: '/nowhere' }))
}

describe('the fingerprint of a configuration', () => {
  it('knows models that were made by code by their names, wherever they are, and nothing else of them [OPS-04]', () => {
    const agent = { name: 'one', description: 'One', instructions: '', tools: ['*'] }
    const of = (name: string, apiKey: string) => {
      const model = ownModel(name, apiKey)
      return fingerprintOf({ models: [model], agents: [{ ...agent, model, models: [model] }] })
    }

    expect(of('mine', 'one key')).toBe(of('mine', 'another key'))
    expect(of('mine', 'one key')).not.toBe(of('yours', 'one key'))
  })
})
