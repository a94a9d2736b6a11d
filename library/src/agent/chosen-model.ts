/**
 * The models that an agent's runs may be made with. The law: one of those that its agent offers, by the name that people
 * are told, and the same from a run's first step to its last.
 *
 * @module
 */
import type { Agent } from './agent.ts'
import type { Model, RunRecord } from './ports.ts'
import type { RunProgress } from './run-progress.ts'

/** The one that is used when nobody chooses comes first. */
export function modelsOf({ model, models = [] }: Pick<Agent, 'model' | 'models'>): readonly Model[] {
  return [model, ...models]
}

/** The agent with that model in the place of its own. Undefined: it does not offer it. */
export function withModel(agent: Agent, name: string): Agent | undefined {
  const model = modelsOf(agent).find((offered) => offered.name === name)
  return model && { ...agent, model }
}

/**
 * The agent as a run of it goes on: with the model that was chosen; where none was, with the one that it began with, as
 * long as that is offered. Undefined: what was chosen is not offered any more.
 */
export function asChosen(
  agent: Agent,
  { chosenModel }: Pick<RunRecord, 'chosenModel'>,
  { model: begunWith }: Pick<RunProgress, 'model'>,
): Agent | undefined {
  if (chosenModel !== undefined) return withModel(agent, chosenModel)
  return (begunWith === undefined ? undefined : withModel(agent, begunWith)) ?? agent
}
