/**
 * Whether a run can go on here. The law: what was started or approved is what goes on: the same tool, by its fingerprint.
 *
 * @module
 */
import type { Tool } from '../tool/tool.ts'
import type { Agent } from './agent.ts'
import { agentOf } from './agent-tool.ts'
import type { RunProgress } from './run-progress.ts'

/** What an agent would hold now, by name. */
export type ToolsOf = (agent: Agent) => ReadonlyMap<string, Tool>

/** Undefined: nothing stands against it. */
export function obstacleOf(progress: RunProgress, agent: Agent, toolsOf: ToolsOf): string | undefined {
  const tools = toolsOf(agent)
  for (const { requested, started, asked, agent: inner } of progress.openCalls) {
    const { fingerprint, offered } = started ?? asked ?? {}
    // What a client offers goes with it, and may not be back yet: the call is judged by itself.
    if (fingerprint === undefined || offered === true) continue
    const tool = tools.get(requested.tool)
    if (tool === undefined) return `its tool "${requested.tool}" is gone while a call of it is open`
    if (tool.fingerprint !== fingerprint) return `its tool "${requested.tool}" was changed while a call of it is open`
    const called = agentOf(tool)
    const obstacle = inner && called && obstacleOf(inner.progress, called, toolsOf)
    if (obstacle !== undefined) return obstacle
  }
  return undefined
}
