/**
 * What an agent would hold for a principal, as people are shown it: by the same policy that decides at the call.
 *
 * @module
 */
import type { Permission, Policy } from '../policy/policy.ts'
import { selectTools } from '../policy/select-tools.ts'
import type { ToolInfo } from '../protocol/frames.ts'
import type { Principal } from '../protocol/vocabulary.ts'
import type { Registry } from '../registry/registry.ts'
import type { Tool } from '../tool/tool.ts'
import type { Agent } from './agent.ts'

export interface HeldToolsQuery {
  readonly scope: Registry<Tool>
  readonly policy: Policy
  readonly principal: Principal
  readonly agent: Agent
}

export function heldTools({ scope, policy, principal, agent }: HeldToolsQuery): readonly ToolInfo[] {
  return selectTools(policy.visible(principal, scope.list()), agent.tools).map((tool) => ({
    ...toolInfo(tool),
    ...approvalOf(policy.permission(principal, tool)),
  }))
}

/** Whether somebody must agree before it is called, and who. */
function approvalOf(permission: Permission): Pick<ToolInfo, 'approval'> {
  if (!permission.allowed || !permission.approval) return {}
  const { approvers } = permission
  return { approval: approvers === undefined ? {} : { approvers } }
}

export function toolInfo(tool: Tool): ToolInfo {
  return {
    name: tool.name,
    ...(tool.title === undefined ? {} : { title: tool.title }),
    description: tool.description,
    effect: tool.effect,
    fingerprint: tool.fingerprint,
    ...(tool.category === undefined ? {} : { category: tool.category }),
    tags: tool.tags,
    inputSchema: tool.input.jsonSchema,
  }
}
