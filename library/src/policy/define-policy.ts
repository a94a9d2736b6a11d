/**
 * The policy. The law (CALL-06): the answer is no unless a rule says yes, and listing and calling ask the same question.
 *
 * @module
 */
import type { Approvers } from '../protocol/approvers.ts'
import type { Principal } from '../protocol/vocabulary.ts'
import type { Tool } from '../tool/tool.ts'
import type { AllowRule, Permission, Policy, PolicyOptions } from './policy.ts'
import { type CompiledApprovalRule, type CompiledRule, compilePolicyOptions, missingOf } from './policy-options.ts'
import { type Selector, unmatchedSelectors } from './selector.ts'
import { createVisibleTools } from './visible-tools.ts'

export interface DefinedPolicy extends Policy {
  /** The selectors that select none of these tools: for a warning at the start. */
  unmatched(tools: readonly Tool[]): readonly Selector[]
  /** What is said of a tool, whoever asks: for people who look. */
  rulesOf(tool: Tool): ToolRules
}

export interface ToolRules {
  /** The rules that select it: who has all that one of them asks for, and all that the tool requires, may use it. None: nobody. */
  readonly allow: readonly Required<AllowRule>[]
  /** Whether a call waits for a person. */
  readonly approval: boolean
  /** Who answers is among each of these; none: the one who asks. */
  readonly approvers: readonly Approvers[]
}

/**
 * Makes a policy. The options are copied.
 *
 * A principal may use a tool when one rule selects it and they have all the rule asks for, and all that the tool's own
 * `requires` asks for. A call waits for a person when the tool says `always`, or `approve` selects it; a tool that says
 * `never` is asked for all the same when `approve` names it, its tag or its category, and not just its effect or `*`.
 * Who answers is the one who asks, unless rules that ask for the call say who: then whoever is among each of these.
 *
 * @throws PolicyError `POLICY_INVALID`.
 */
export function definePolicy(options: PolicyOptions): DefinedPolicy {
  const { rules, approve, approvalTimeoutMs } = compilePolicyOptions(options)
  const policy: DefinedPolicy = {
    approvalTimeoutMs,
    permission,
    visible: createVisibleTools(rules, (principal, tool) => permission(principal, tool).allowed),
    unmatched: (tools) =>
      unmatchedSelectors(
        [...rules, ...approve].flatMap((rule) => rule.tools.map((selector) => selector.source)),
        tools,
      ),
    rulesOf: (tool) => ({
      allow: rules.filter((rule) => isSelected(rule, tool)).map(writtenRule),
      ...approvalOf(tool),
    }),
  }
  return Object.freeze(policy)

  function permission(principal: Principal, tool: Tool): Permission {
    const denial = denialBy(rules, principal, tool)
    if (denial !== undefined) return denial
    const lacking = missingOf(principal, tool.requires)
    if (lacking !== undefined) return lacking
    const { approval, approvers } = approvalOf(tool)
    return approvers.length === 0 ? { allowed: true, approval } : { allowed: true, approval, approvers }
  }

  function approvalOf(tool: Tool): Omit<ToolRules, 'allow'> {
    const asking = approve.filter((rule) => asks(rule, tool))
    const approvers = asking.flatMap(({ by }): readonly Approvers[] => (by === undefined ? [] : [by]))
    return { approval: asking.length > 0 || tool.approval === 'always', approvers }
  }
}

function isSelected({ tools }: CompiledRule, tool: Tool): boolean {
  return tools.some((selector) => selector.matches(tool))
}

function writtenRule({ roles, scopes, tools }: CompiledRule): Required<AllowRule> {
  return { roles, scopes, tools: tools.map(({ source }) => source) }
}

/** A tool that says `never` is asked for by rules that mean it, and not by those for its effect or for all. */
function asks({ tools }: CompiledApprovalRule, tool: Tool): boolean {
  return tools.some((selector) => {
    if (!selector.matches(tool)) return false
    const { form } = selector
    return tool.approval !== 'never' || form === 'name' || form === 'tag' || form === 'category'
  })
}

type Denial = Extract<Permission, { allowed: false }>

/** Undefined when a rule says yes; otherwise what the rule that comes nearest to it lacks. */
function denialBy(rules: readonly CompiledRule[], principal: Principal, tool: Tool): Denial | undefined {
  let nearest: Denial | undefined
  for (const rule of rules) {
    if (!isSelected(rule, tool)) continue
    const lacking = missingOf(principal, rule)
    if (lacking === undefined) return undefined
    if (nearest === undefined || lacking.missing.length < nearest.missing.length) nearest = lacking
  }
  return nearest ?? { allowed: false, reason: 'no_rule', missing: [] }
}
