/**
 * An agent as a tool. The law: only `agentTool` makes one, and only the dispatcher can carry it out.
 *
 * @module
 */
import { defineTool } from '../tool/define-tool.ts'
import type { Requirement, Tool } from '../tool/tool.ts'
import type { Agent } from './agent.ts'

export interface AgentToolOptions {
  /** Default: the agent's name. */
  readonly name?: string
  /** Default: the agent's description. */
  readonly description?: string
  /** Default: Infinity, so only the caller's own deadline. */
  readonly timeoutMs?: number
  readonly requires?: Requirement
  readonly tags?: readonly string[]
  readonly category?: string
  /** What a policy's rules for `effect:…` see. Its own calls are judged one by one in any case. Default: `write`. */
  readonly effect?: Tool['effect']
}

const agents = new WeakMap<Tool, Agent>()

/**
 * A tool that hands its caller's request to the agent and returns the agent's answer. The agent works for the same
 * principal, under the same policy, in the caller's scope, and stops with its caller.
 */
export function agentTool(agent: Agent, options: AgentToolOptions = {}): Tool {
  const {
    name = agent.name,
    description = agent.description,
    timeoutMs = Number.POSITIVE_INFINITY,
    effect = 'write',
  } = options
  const tool = defineTool({
    name,
    description,
    input: {
      type: 'object',
      properties: {
        message: { type: 'string', minLength: 1, description: 'The task, with all that the agent must know' },
      },
      required: ['message'],
      additionalProperties: false,
    },
    effect,
    timeoutMs,
    ...(options.requires === undefined ? {} : { requires: options.requires }),
    ...(options.tags === undefined ? {} : { tags: options.tags }),
    ...(options.category === undefined ? {} : { category: options.category }),
    execute() {
      throw new TypeError(`The agent tool "${name}" can only be called by an agent's run`)
    },
  })
  agents.set(tool, agent)
  return tool
}

/** The agent behind a tool that `agentTool` made. */
export function agentOf(tool: Tool): Agent | undefined {
  return agents.get(tool)
}
