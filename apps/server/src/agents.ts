/**
 * Makes the configured agents. The law: each has a model before anything else is opened.
 *
 * @module
 */
import { type Agent, type Clock, defineAgent, type Model } from 'toolcrib/agent'
import type { AgentSettings } from 'toolcrib/gateway'
import type { ServerConfig } from './config.ts'
import { selectModel } from './models.ts'

export interface OpenedAgents {
  readonly agents: readonly Agent[]
  /** The default agent's model, as people are told. */
  readonly model: string
}

export interface AgentsOptions {
  readonly config: ServerConfig
  readonly clock: Clock
  /** The model of agents that name none. */
  readonly model?: Model
}

/** @throws ModelSpecError, and ModelError `MODEL_KEY_MISSING`. */
export function openAgents({ config, clock, model }: AgentsOptions): OpenedAgents {
  const bySpec = new Map<string, Model>()
  const agents = config.agents.map((settings) => defineAgent({ ...settings, model: modelOf(settings) }))
  const chosen = agents.find(({ name }) => name === config.defaultAgent) ?? agents[0]
  return { agents, model: chosen?.model.name ?? config.model }

  function modelOf({ model: wanted }: AgentSettings): Model {
    if (typeof wanted === 'object') return wanted
    if (wanted === undefined && model !== undefined) return model
    const spec = wanted ?? config.model
    const made = bySpec.get(spec) ?? described(spec, selectModel(spec, config.modelKeys.reveal(), { clock }))
    bySpec.set(spec, made)
    return made
  }

  function described(spec: string, made: Model): Model {
    const price = Object.hasOwn(config.prices, spec) ? config.prices[spec] : undefined
    const accepts = Object.hasOwn(config.imageTypes, spec) ? config.imageTypes[spec] : undefined
    const contextTokens = Object.hasOwn(config.contextTokens, spec) ? config.contextTokens[spec] : undefined
    return {
      ...made,
      ...(price === undefined ? {} : { price }),
      ...(contextTokens === undefined ? {} : { contextTokens }),
      ...(accepts === undefined ? {} : { accepts }),
    }
  }
}
