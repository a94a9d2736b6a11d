/**
 * Who may see and call which tool, and when a person must agree first. The answer is no unless a rule says yes.
 *
 * @module
 */
import type { Approvers } from '../protocol/approvers.ts'
import type { Principal } from '../protocol/vocabulary.ts'
import type { Tool } from '../tool/tool.ts'
import type { Selector } from './selector.ts'

export interface AllowRule {
  /** A principal with every one of these roles… */
  readonly roles?: readonly string[]
  /** …and every one of these granted scopes… */
  readonly scopes?: readonly string[]
  /** …may use the tools of these names, tags (`tag:files`), categories (`category:math`), or all (`*`). */
  readonly tools: readonly string[]
}

/**
 * Calls that wait for a person. A selector alone says that somebody must agree, which is the one who asks as long as no
 * rule says who. Where several rules say who, an approver is among each of them.
 */
export type ApprovalRule = Selector | ApproverRule

export interface ApproverRule {
  readonly tools: readonly Selector[]
  /** At least somebody: a role, a user, or the requester. */
  readonly by: {
    /** Whoever has any of these roles in the requester's tenant… */
    readonly roles?: readonly string[]
    /** …and these users of that tenant… */
    readonly users?: readonly string[]
    /** …and the one who asks. Default false: not even with one of the roles. */
    readonly requester?: boolean
  }
}

export interface PolicyOptions {
  readonly allow: readonly AllowRule[]
  /** Default: `['effect:destructive']`. */
  readonly approve?: readonly ApprovalRule[]
  /** How long a person has to answer. Default 86,400,000 (a day). */
  readonly approvalTimeoutMs?: number
}

export type Permission =
  /** With `approval`: who answers is among each of `approvers`; absent: the one who asks. */
  | { readonly allowed: true; readonly approval: boolean; readonly approvers?: readonly Approvers[] }
  | {
      readonly allowed: false
      readonly reason: 'no_rule' | 'missing_role' | 'missing_scope'
      readonly missing: readonly string[]
    }

export interface Policy {
  /** The one place where it is decided, for listing and for calling. */
  permission(principal: Principal, tool: Tool): Permission
  /**
   * What of a scope's tools the principal may see, in the same order. The same array for the same tools and grants, so
   * that what is derived from it can be cached by identity.
   */
  visible(principal: Principal, tools: readonly Tool[]): readonly Tool[]
  readonly approvalTimeoutMs: number
}
