/** Which agent answers, and with which model: what there is to choose from, and how it is called. */
import type { Hello } from 'toolcrib/protocol'

export type Agents = Hello['agents']

export interface Choice {
  readonly agent: string
  readonly model: string
}

/** What of it there is now: with a model that is gone, its agent's own. Undefined: there is no such agent. */
export function findChoice(
  agents: Agents,
  { agent, model }: { readonly agent?: string | undefined; readonly model?: string | undefined },
): Choice | undefined {
  const found = agents.find(({ name }) => name === agent)
  if (found === undefined) return undefined
  return { agent: found.name, model: found.models.find((name) => name === model) ?? found.model }
}

/** As it is sent. What is the default is not named, so that it follows when the server's default changes. */
export function sentChoice(agents: Agents, choice: Choice | undefined): Partial<Choice> {
  const found = agents.find(({ name }) => name === choice?.agent)
  if (choice === undefined || found === undefined) return {}
  return {
    ...(found === agents[0] ? {} : { agent: choice.agent }),
    ...(choice.model === found.model ? {} : { model: choice.model }),
  }
}

export function hasChoice(agents: Agents): boolean {
  return agents.length > 1 || agents.some(({ models }) => models.length > 1)
}

export interface ModelName {
  readonly label: string
  /** Where it runs, or what it is. */
  readonly detail?: string
}

export function modelName(model: string): ModelName {
  if (model === 'builtin-planner') return { label: 'Built-in model', detail: 'Small and offline; no language model' }
  const colon = model.indexOf(':')
  if (colon < 0) return { label: model }
  const [provider, named] = [model.slice(0, colon), model.slice(colon + 1)]
  const at = named.lastIndexOf('@')
  if (at <= 0) return { label: named, detail: provider }
  const address = named.slice(at + 1)
  return { label: named.slice(0, at), detail: URL.canParse(address) ? new URL(address).host : provider }
}

/** Of several agents by agent and model, of one by its model. */
export function choiceName(agents: Agents, { agent, model }: Choice): string {
  const { label } = modelName(model)
  const isOnlyAgent = agents.length < 2
  const hasOneModel = agents.every(({ models }) => models.length < 2)
  return isOnlyAgent ? label : hasOneModel ? agent : `${agent} · ${label}`
}
