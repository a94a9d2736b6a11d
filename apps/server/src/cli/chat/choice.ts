/**
 * Who answers at the terminal. The law: what is chosen is one of those that the server offers, by the names it tells.
 *
 * @module
 */
import type { Client } from 'toolcrib/client'
import type { Hello } from 'toolcrib/protocol'
import { printable } from '../printable.ts'
import type { Paint } from './event-printer.ts'

export interface TerminalChoice {
  /** For the next message. What was not chosen is the server's to say. */
  readonly sent: { readonly agent?: string; readonly model?: string }
  /** Without a name: tells what there is. Throws when there is none of that name. */
  chooseAgent(name: string): void
  chooseModel(name: string): void
}

export interface TerminalChoiceOptions {
  readonly client: Pick<Client, 'status'>
  readonly paint: Paint
  readonly note: (line: string) => void
  /** As the command line said. */
  readonly agent: string | undefined
}

export function createChoice({ client, paint, note, agent: given }: TerminalChoiceOptions): TerminalChoice {
  let agent = given
  let model: string | undefined

  function offered(): Hello['agents'] {
    if (client.status.state !== 'open') throw new Error('There is no connection to ask; try again in a moment')
    return client.status.hello.agents
  }

  function current(): Hello['agents'][number] | undefined {
    const agents = offered()
    return agent === undefined ? agents[0] : agents.find(({ name }) => name === agent)
  }

  function list(names: readonly (readonly [name: string, about: string])[], chosen: string | undefined): void {
    for (const [name, about] of names) {
      note(`${name === chosen ? ' *' : '  '} ${paint.strong(printable(name))} ${paint.dim(printable(about))}`)
    }
  }

  return {
    get sent() {
      return { ...(agent === undefined ? {} : { agent }), ...(model === undefined ? {} : { model }) }
    },
    chooseAgent(name) {
      const agents = offered()
      if (name !== '') {
        if (!agents.some((one) => one.name === name)) throw new Error(`There is no agent ${name}; /agent lists them`)
        // What the other one offers may be nothing that this one does.
        if (name !== current()?.name) model = undefined
        agent = name
      }
      list(
        agents.map((one) => [one.name, one.description]),
        current()?.name,
      )
    },
    chooseModel(name) {
      const { models = [], model: own, name: who = 'the agent' } = current() ?? {}
      if (name !== '') {
        if (!models.includes(name))
          throw new Error(`${who} does not offer the model ${name}; /model lists what it does`)
        model = name
      }
      list(
        models.map((one) => [one, one === own ? 'its own' : '']),
        model ?? own,
      )
    },
  }
}
