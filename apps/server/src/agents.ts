/**
 * Makes the configured agents. The law: each has its models before anything else is opened, and all that is wrong with
 * them is told at once.
 *
 * @module
 */
import { type Agent, type Clock, defineAgent, type Model, ModelError } from 'toolcrib/agent'
import type { AgentSettings } from 'toolcrib/gateway'
import type { ServerConfig } from './config.ts'
import { type ConfigProblem, ServerError } from './errors.ts'
import { ModelSpecError } from './models/errors.ts'
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

type ModelFault = ModelSpecError | ModelError<'MODEL_KEY_MISSING'>

/** @throws ModelSpecError or ModelError `MODEL_KEY_MISSING` of `model`, when that is all; else ServerError `CONFIG_INVALID`. */
export function openAgents({ config, clock, model }: AgentsOptions): OpenedAgents {
  const bySpec = new Map<string, Model>()
  const faults = new Map<string, readonly [place: string, fault: ModelFault]>()
  const settled = config.agents.map((settings, index) => {
    const others = settings.models ?? config.models
    const place = settings.models === undefined ? 'models' : `agents.${index}.models`
    return {
      settings,
      own: ownModel(settings, index),
      others: others.map((wanted, at) => made(wanted, `${place}.${at}`)),
      place,
    }
  })
  const [first, ...more] = faults.values()
  if (first?.[0] === 'model' && more.length === 0) throw first[1]
  if (first !== undefined) throw new ServerError('CONFIG_INVALID', { problems: [first, ...more].map(problemOf) })

  const problems = settled.flatMap(({ own, others, place }) =>
    others.flatMap((other, at) =>
      isAlike(other, [own, ...others.slice(0, at)]) ? [alike(`${place}.${at}`, other)] : [],
    ),
  )
  if (problems.length > 0) throw new ServerError('CONFIG_INVALID', { problems })

  const agents = settled.flatMap(({ settings, own, others }) => {
    if (own === undefined) return []
    const models = others.flatMap((other) => (other === undefined || other === own ? [] : [other]))
    return [defineAgent({ ...settings, model: own, models })]
  })
  const chosen = agents.find(({ name }) => name === config.defaultAgent) ?? agents[0]
  return { agents, model: chosen?.model.name ?? config.model }

  function ownModel({ model: wanted }: AgentSettings, index: number): Model | undefined {
    if (wanted !== undefined) return made(wanted, `agents.${index}.model`)
    return model ?? made(config.model, 'model')
  }

  /** Undefined: it is among the faults. */
  function made(wanted: Model | string, place: string): Model | undefined {
    if (typeof wanted === 'object') return wanted
    const known = bySpec.get(wanted)
    if (known !== undefined) return known
    try {
      const selected = described(wanted, selectModel(wanted, config.modelKeys.reveal(), { clock }))
      bySpec.set(wanted, selected)
      return selected
    } catch (error) {
      if (!isFault(error)) throw error
      if (!faults.has(wanted)) faults.set(wanted, [place, error])
      return undefined
    }
  }

  function described(spec: string, selected: Model): Model {
    const price = Object.hasOwn(config.prices, spec) ? config.prices[spec] : undefined
    const accepts = Object.hasOwn(config.imageTypes, spec) ? config.imageTypes[spec] : undefined
    const contextTokens = Object.hasOwn(config.contextTokens, spec) ? config.contextTokens[spec] : undefined
    return {
      ...selected,
      ...(price === undefined ? {} : { price }),
      ...(contextTokens === undefined ? {} : { contextTokens }),
      ...(accepts === undefined ? {} : { accepts }),
    }
  }
}

function isAlike(model: Model | undefined, before: readonly (Model | undefined)[]): model is Model {
  return before.some((other) => other !== undefined && other !== model && other.name === model?.name)
}

/** A choice of two that look the same is none. */
function alike(name: string, { name: received }: Model): ConfigProblem {
  return { name, expected: 'a model with a name of its own', received: `"${received}"` }
}

function isFault(error: unknown): error is ModelFault {
  return error instanceof ModelSpecError || (error instanceof ModelError && error.code === 'MODEL_KEY_MISSING')
}

function problemOf([name, fault]: readonly [place: string, fault: ModelFault]): ConfigProblem {
  if (fault.code === 'MODEL_SPEC_INVALID') {
    return { name, expected: fault.details.expected, received: `"${fault.details.received}"` }
  }
  const { model, variable } = fault.details
  const fix = `set ${variable} where the server is started`
  return { name, expected: 'a model whose key is there', received: `"${model}"`, fix }
}
